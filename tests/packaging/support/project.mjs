// A scratch project outside the repository that has the real tarball installed, as a user of npm has.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/lib.mjs';

/** A model of twelve items, `sku-0` to `sku-11`, from the golden files of the browser tests. */
const MODEL = 'tests/web/tiny.vicino';

/** The README's snippet for the browser, which is what every project below runs. */
export function readmeSnippet() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  if (blocks.length !== 1) throw new Error(`README.md has ${blocks.length} js blocks, expected 1`);
  return blocks[0];
}

/** Says on the page what the snippet's recommender lists. */
const PROBE = `
globalThis.probe = {
  forYou: shop.forYou({ k: 3 }),
  together: shop.boughtTogether(['sku-1', 'sku-2'], { k: 3 }),
  storage: shop.history.storage,
};
`;

/** Packs the package as \`npm publish\` would and installs the tarball; the folder goes with \`remove\`. */
export function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'vicino-packaging-'));
  const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  npm(['pack', '-w', 'vicino', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write('package.json', JSON.stringify({ name: 'scratch', private: true, type: 'module' }));
  npm(['install', '--no-audit', '--no-fund', '--offline', `./${tarball}`], folder);
  cpSync(join(root, MODEL), join(folder, 'shop.vicino'));
  write('main.js', readmeSnippet() + PROBE);
  return {
    folder,
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file under a folder, as paths from it. */
export function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
