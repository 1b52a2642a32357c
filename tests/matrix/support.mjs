// Projects of the matrix: each a folder of its own with the packed package and a tool of one version from npm.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../scripts/lib.mjs';
import { openAt, serve } from '../packaging/support/page.mjs';
import { MODEL, packTarballs, snippet } from '../packaging/support/project.mjs';

const run = promisify(execFile);
/** Time after which a tool that does nothing more is given up. */
const PATIENCE_MS = 240_000;

/** Entries of a page, in the order of the table. */
export const PAGE_ENTRIES = ['main', 'worker', 'element', 'delivery'];

export const HTML =
  '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><script type="module" src="./app.js"></script></body></html>';

let packed;
let tarballs;

/** Packs the package once for all projects. */
function packOnce() {
  packed ??= mkdtempSync(join(tmpdir(), 'vicino-packed-'));
  tarballs ??= packTarballs(packed);
  return tarballs;
}

/** Forgets the packed package. */
export const removeTarballs = () => packed && rmSync(packed, { recursive: true, force: true });

const env = {
  ...process.env,
  CI: '1',
  NODE_ENV: '',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
};
delete env.NODE_ENV;

/** The environment of programs of a project, which find each other as in scripts of npm. */
const environment = (folder, more) => ({
  ...env,
  PATH: `${join(folder, 'node_modules/.bin')}:${env.PATH}`,
  ...more,
});

/** Adds to a project what rows do with it. */
export function asMatrixProject(project) {
  const { folder, write } = project;
  return {
    ...project,
    /** Runs a program that the packages have installed; rejects with the end of what it said. */
    async exec(name, args = [], options = {}) {
      try {
        const { stdout, stderr } = await run(join(folder, 'node_modules/.bin', name), args, {
          ...{ cwd: folder, env: environment(folder, options.env) },
          ...{ maxBuffer: 1e8, timeout: PATIENCE_MS },
        });
        return stdout + stderr;
      } catch (error) {
        const said = `${error.stdout}\n${error.stderr}`.trim().slice(-1500);
        throw new Error(`${name} ${args.join(' ')}: ${error.killed ? 'did not end' : said}`);
      }
    },
    node: (args, options = {}) =>
      run(process.execPath, args, { cwd: folder, env, timeout: PATIENCE_MS, ...options }),
    /** Writes the model and its manifest into a folder, as files for the web. */
    publish(to) {
      const bytes = readFileSync(join(root, MODEL));
      const digest = createHash('sha256').update(bytes).digest('base64');
      const model = { url: 'a.vicino', bytes: bytes.length, sha256: `sha256-${digest}` };
      write(join(to, 'shop.vicino'), bytes);
      write(join(to, 'models/a.vicino'), bytes);
      const manifest = { format: 'vicino-manifest', version: 1, model };
      write(join(to, 'models/manifest.json'), JSON.stringify(manifest));
    },
  };
}

/** Makes a project with packages of npm, named as in `{ vite: '5.4.21' }`. */
export async function makeMatrixProject(packages, { type = 'module', more = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vicino-matrix-'));
  const write = (name, content) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  const dependencies = Object.fromEntries(
    Object.entries(packOnce()).map(([name, path]) => [name, `file:${path}`]),
  );
  write(
    'package.json',
    JSON.stringify({
      ...{ name: 'scratch', private: true, type, ...more },
      dependencies: { ...dependencies, ...packages },
    }),
  );
  const project = asMatrixProject({
    folder,
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  });
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', '--prefer-offline', '--legacy-peer-deps', ...quiet], {
    ...{ cwd: folder, env, maxBuffer: 1e8 },
  });
  return project;
}

const PROBE = readFileSync(join(root, 'tests/matrix/pages/probe.js'), 'utf8');

/** The script of the page; `isInline` as the documentation says it for tools that take no files along. */
export function probe(isInline = false) {
  if (!isInline) return PROBE;
  const line = snippet('docs/bindings.md', '## vicino/inline', 'js');
  return line + PROBE.replace("'vicino/worker'", "'vicino/inline/worker'");
}

/** Visits an address in the browser; gives how each entry works. */
export async function visitAt(address, { path = '' } = {}) {
  const page = await openAt(address + path, { timeout: 60_000 });
  try {
    const found = await page.probe();
    if (!found.failed) return found;
    const why = `${found.failed.split('\n')[0]}; ${page.console.slice(0, 5).join(' | ')}`;
    return Object.fromEntries(PAGE_ENTRIES.map((entry) => [entry, why.slice(0, 600)]));
  } finally {
    await page.close();
  }
}

/** Visits a folder as a static server has it. */
export async function visitFolder(folder, { path = '/', headers } = {}) {
  const server = await serve(folder, headers);
  try {
    return await visitAt(`http://localhost:${server.address().port}`, { path });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Finds a port that is free now. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a server of a tool, whose arguments are made with the port, and visits it with `use` once it answers.
 */
export async function withServer(project, name, args, use, more = {}) {
  const port = await freePort();
  const child = spawn(
    name === 'node' ? name : join(project.folder, 'node_modules/.bin', name),
    args(port),
    {
      cwd: project.folder,
      detached: true,
      env: environment(project.folder, { PORT: String(port), HOST: '127.0.0.1', ...more.env }),
    },
  );
  let said = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  child.on('exit', () => (ended = true));
  child.on('error', (error) => {
    ended = true;
    said += error;
  });
  const address = `http://localhost:${port}`;
  try {
    const end = Date.now() + PATIENCE_MS;
    while (
      !(await fetch(address).then(
        (answer) => answer.status < 600,
        () => false,
      ))
    ) {
      if (ended || Date.now() > end)
        throw new Error(`${name} does not serve: ${said.slice(-1500)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return await use(address);
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
