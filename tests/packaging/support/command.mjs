// The `vicino` command as its users have it: installed from tarballs by npm, pnpm or Yarn, without Rust.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../scripts/lib.mjs';
import {
  PLATFORMS,
  packMain,
  packPlatform,
  packWasm,
  programName,
} from '../../../scripts/packages.mjs';
import { filesUnder } from './project.mjs';
import { serveRegistry } from './registry.mjs';

/** A script of a tool that npm has installed for these tests, or for the whole repository. */
function tool(name, path) {
  const places = ['tests/packaging', '.'].map((at) => join(root, at, 'node_modules', name, path));
  const found = places.find((place) => existsSync(place));
  if (!found)
    throw new Error(`${name} is not there, so nothing is installed by it; run \`npm ci\``);
  return found;
}

/** The platform that this machine is, by its name in Node. */
export const PLATFORM = `${process.platform}-${process.arch}`;
/**
 * The program of this machine. That of the checks is linked to the machine's libc, which takes a build less than the
 * static one of a release; what is packed around it is the same.
 */
export const PROGRAM = join(
  root,
  'target',
  process.env.VICINO_PROFILE || 'release',
  programName(PLATFORM),
);

/** Tools that install packages: how each installs `vicino` from a registry, and how it starts the command. */
const MANAGERS = {
  npm: {
    install: (url, omits) => [
      'npm',
      ...['install', 'vicino', '--registry', url, '--no-audit', '--no-fund', '--cache', '.cache'],
      ...(omits ? ['--omit=optional'] : []),
    ],
  },
  pnpm: {
    install: (url, omits) => [
      process.execPath,
      ...[tool('pnpm', 'bin/pnpm.cjs'), 'add', 'vicino', '--registry', url],
      ...['--store-dir', '.store', '--config.cache-dir=.cache'],
      ...(omits ? ['--no-optional'] : []),
    ],
  },
  'Yarn 1': {
    install: (url, omits) => [
      process.execPath,
      ...[tool('yarn', 'bin/yarn.js'), 'add', 'vicino', '--registry', url],
      ...['--cache-folder', '.cache', '--no-progress', '--non-interactive'],
      ...(omits ? ['--ignore-optional'] : []),
    ],
  },
  // Without node_modules: what is not unplugged stays in archives.
  'Yarn 4': {
    prepare: (url, omits, write) =>
      write(
        '.yarnrc.yml',
        `npmRegistryServer: "${url}"
unsafeHttpWhitelist: ["127.0.0.1"]
nodeLinker: pnp
enableGlobalCache: false
enableTelemetry: false
enableImmutableInstalls: false
${omits ? 'supportedArchitectures: { os: [aix], cpu: [ppc64] }' : ''}
`,
      ),
    install: () => [process.execPath, tool('@yarnpkg/cli-dist', 'bin/yarn.js'), 'add', 'vicino'],
    start: () => [process.execPath, tool('@yarnpkg/cli-dist', 'bin/yarn.js'), 'run', 'vicino'],
  },
};

/** Packs every package of a release. Those of other platforms hold a text instead of a program. */
export async function makeRelease() {
  for (const [path, how] of [
    [PROGRAM, '`cargo build --release --bin vicino`'],
    [join(root, 'packages/cli-wasm/vicino.wasm'), '`npm run build:wasm`'],
  ])
    if (!existsSync(path)) throw new Error(`${path} is not there; ${how} builds it`);
  const folder = mkdtempSync(join(tmpdir(), 'vicino-release-'));
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'the program of another platform\n');
  const tarballs = [packMain(folder), packWasm(folder)];
  for (const name of Object.keys(PLATFORMS))
    tarballs.push(packPlatform(name, name === PLATFORM ? PROGRAM : elsewhere, folder));
  const registry = await serveRegistry(tarballs);
  return {
    ...registry,
    tarballs,
    remove() {
      registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Only Node and what the scripts that start commands call: neither Rust nor a compiler. */
function emptyPath(folder) {
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const name of ['sh', 'sed', 'dirname', 'basename', 'uname', 'readlink']) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    symlinkSync(path, join(folder, name));
  }
  return folder;
}

/** The environment of somebody who has no settings of npm, and no proxy to a network. */
function environment(folder, path) {
  const { SystemRoot } = process.env;
  const home = { HOME: folder, USERPROFILE: folder, XDG_CONFIG_HOME: folder };
  // npm would ask for its own newest version.
  const quiet = { npm_config_update_notifier: 'false' };
  return { PATH: path, ...home, ...quiet, ...(SystemRoot ? { SystemRoot } : {}) };
}

/** Installs `vicino` in an empty folder; without optional packages if `omits` is true. */
export async function install(release, manager = 'npm', { omits = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vicino-command-'));
  const write = (name, text) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write('package.json', JSON.stringify({ name: 'scratch', private: true, type: 'module' }));
  const { prepare, install, start } = MANAGERS[manager];
  prepare?.(release.url, omits, write);
  const [file, ...args] = install(release.url, omits);
  // The server of the registry runs in this process, which therefore must not wait.
  try {
    const env = environment(folder, process.env.PATH);
    await promisify(execFile)(file, args, { cwd: folder, env });
  } catch (error) {
    throw new Error(`${manager}: ${error.message}\n${error.stdout}${error.stderr}`);
  }
  const [program, ...before] = start?.() ?? [join(folder, 'node_modules/.bin/vicino')];
  return {
    folder,
    write,
    program,
    before,
    env: environment(folder, emptyPath(join(folder, 'path'))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program to its end; returns its status and streams. `closes` closes the pipe of its results at once. */
export function run(file, args, { cwd, env, input, closes = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: 'pipe' });
    const streams = { stdout: [], stderr: [] };
    for (const [name, chunks] of Object.entries(streams))
      child[name].on('data', (bytes) => chunks.push(bytes));
    if (closes) child.stdout.destroy();
    child.on('error', reject);
    child.on('close', (status, signal) =>
      resolve({
        status: status ?? signal,
        stdout: Buffer.concat(streams.stdout).toString(),
        stderr: Buffer.concat(streams.stderr).toString(),
      }),
    );
    // A program that refuses its arguments does not read.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

export const hashed = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Every file under a folder with the hash of its bytes. */
export const contents = (folder) =>
  Object.fromEntries(
    filesUnder(folder)
      .sort()
      .map((name) => [name, hashed(readFileSync(join(folder, name)))]),
  );
