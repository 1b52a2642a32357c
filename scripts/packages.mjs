// The npm packages of a release: `vicino`, the command as WebAssembly, and the command of each platform.
//
//   scripts/packages.mjs platform NAME PROGRAM FOLDER    packs the package of a platform into the folder
//   scripts/packages.mjs portable FOLDER                 packs `vicino` and `@vicino/cli-wasm`
//
// Each prints the path of every tarball that it has made.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Platforms that have a package, by the names that Node has for them, and what people call them. */
export const PLATFORMS = {
  'linux-x64': 'Linux on x64, with any libc',
  'linux-arm64': 'Linux on arm64, with any libc',
  'win32-x64': 'Windows on x64',
  'darwin-x64': 'macOS on Intel',
  'darwin-arm64': 'macOS on Apple silicon',
};

const LICENCES = ['LICENSE-MIT', 'LICENSE-APACHE'];
const main = () => JSON.parse(readFileSync(join(root, 'js/package.json'), 'utf8'));
const packageOf = (name) => `@vicino/cli-${name}`;
/** The name of the program's file in the package of a platform. */
export const programName = (name) => (name.startsWith('win32') ? 'vicino.exe' : 'vicino');

function staged(fill) {
  const folder = mkdtempSync(join(tmpdir(), 'vicino-package-'));
  try {
    fill(folder);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

/** Packs a folder as it is, removes it, and returns the path of the tarball. */
function pack(folder, destination) {
  try {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(destination)];
    const printed = execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    const [packed] = Object.values(JSON.parse(printed));
    return join(resolve(destination), packed.filename);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs the program of a platform; returns the path of the tarball. */
export function packPlatform(name, program, destination) {
  if (!Object.hasOwn(PLATFORMS, name))
    throw new Error(`${name} is no platform; expected one of ${Object.keys(PLATFORMS).join(', ')}`);
  const [os, cpu] = name.split('-');
  const { version, license, repository, engines } = main();
  const folder = staged((folder) => {
    copyFileSync(program, join(folder, programName(name)));
    chmodSync(join(folder, programName(name)), 0o755);
    for (const licence of LICENCES) copyFileSync(join(root, licence), join(folder, licence));
    writeJson(join(folder, 'package.json'), {
      name: packageOf(name),
      version,
      description: `The vicino command for ${PLATFORMS[name]}`,
      license,
      repository,
      type: 'module',
      os: [os],
      cpu: [cpu],
      files: [programName(name), ...LICENCES],
      engines,
      // A program inside an archive cannot be started.
      preferUnplugged: true,
    });
    writeFileSync(
      join(folder, 'README.md'),
      `# ${packageOf(name)}

The \`vicino\` command for ${PLATFORMS[name]}. The package [\`vicino\`](https://www.npmjs.com/package/vicino) installs it
where it fits and runs it as \`npx vicino\`; there is nothing to install by hand.
`,
    );
  });
  return pack(folder, destination);
}

/**
 * Adds to a manifest what follows from its `repository`, and makes the links of its README lead there: npm shows the
 * page without the files beside it. Without a `repository` nothing changes.
 */
export function withAddresses(manifest, readme) {
  const { repository, version } = manifest;
  if (!repository) return { manifest, readme };
  const address = (repository.url ?? repository).replace(/^git\+/, '').replace(/\.git$/, '');
  return {
    manifest: { homepage: `${address}#readme`, bugs: `${address}/issues`, ...manifest },
    readme: readme.replaceAll('](../', `](${address}/blob/v${version}/`),
  };
}

/** Packs `vicino`, which asks for the command of the machine that it is installed on; returns the path of the tarball. */
export function packMain(destination) {
  if (!existsSync(join(root, 'js/dist/bin.js')))
    throw new Error('js/dist holds no bin.js; run `npm run build -w vicino` first');
  // What only the repository needs would make `npm pack` run its scripts.
  const { scripts, devDependencies, ...manifest } = main();
  const { version } = manifest;
  manifest.optionalDependencies = Object.fromEntries(
    Object.keys(PLATFORMS).map((name) => [packageOf(name), version]),
  );
  const folder = staged((folder) => {
    cpSync(join(root, 'js/dist'), join(folder, 'dist'), { recursive: true });
    const addressed = withAddresses(manifest, readFileSync(join(root, 'js/README.md'), 'utf8'));
    writeFileSync(join(folder, 'README.md'), addressed.readme);
    for (const licence of LICENCES) copyFileSync(join(root, licence), join(folder, licence));
    writeJson(join(folder, 'package.json'), addressed.manifest);
  });
  return pack(folder, destination);
}

/** Packs the command as WebAssembly; returns the path of the tarball. */
export function packWasm(destination) {
  const source = join(root, 'packages/cli-wasm');
  if (!existsSync(join(source, 'vicino.wasm')))
    throw new Error('packages/cli-wasm holds no vicino.wasm; run `npm run build:wasm` first');
  const { scripts, ...manifest } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const folder = staged((folder) => {
    for (const name of manifest.files.filter((name) => !LICENCES.includes(name)))
      copyFileSync(join(source, name), join(folder, name));
    chmodSync(join(folder, 'vicino.wasm'), 0o644);
    for (const licence of LICENCES) copyFileSync(join(root, licence), join(folder, licence));
    writeJson(join(folder, 'package.json'), manifest);
  });
  return pack(folder, destination);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, ...args] = process.argv.slice(2);
  try {
    if (what === 'platform' && args.length === 3) {
      mkdirSync(args[2], { recursive: true });
      console.log(packPlatform(...args));
    } else if (what === 'portable' && args.length === 1) {
      mkdirSync(args[0], { recursive: true });
      console.log(`${packMain(args[0])}\n${packWasm(args[0])}`);
    } else {
      console.error('usage: scripts/packages.mjs platform NAME PROGRAM FOLDER | portable FOLDER');
      process.exitCode = 2;
    }
  } catch (error) {
    console.error(`scripts/packages.mjs: ${error.message}`);
    process.exitCode = 1;
  }
}
