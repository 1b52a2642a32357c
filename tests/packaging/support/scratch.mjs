// A project of its own, outside the repository, with the packed package installed as a shop would.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The browser's tests have a model of 12 items. */
export const model = join(root, 'tests/web/tiny.vicino');

const npm = (args, cwd) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
  });

let tarball;

/** Packs the package once, and says what is in it. */
export function pack() {
  if (!tarball) {
    const folder = mkdtempSync(join(tmpdir(), 'vicino-pack-'));
    const [packed] = JSON.parse(npm(['pack', '-w', 'vicino', '--json', '--pack-destination', folder], root));
    tarball = { path: join(folder, packed.filename), files: packed.files.map((file) => file.path) };
  }
  return tarball;
}

/** Makes a project with these files, by path, and the package installed. */
export function scratch(files) {
  const folder = mkdtempSync(join(tmpdir(), 'vicino-scratch-'));
  const given = {
    'package.json': JSON.stringify({ name: 'scratch', private: true, type: 'module' }),
    ...files,
  };
  for (const [path, text] of Object.entries(given)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  // The package depends on nothing, so nothing is asked of a registry.
  npm(['install', '--offline', pack().path], folder);
  return folder;
}

/** Puts the small model into a folder as `shop.vicino`. */
export function addModel(folder) {
  cpSync(model, join(folder, 'shop.vicino'));
}

/** Paths of all files below a folder. */
export function files(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile());
}

export function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}
