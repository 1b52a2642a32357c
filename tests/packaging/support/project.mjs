// A scratch project outside the repository that has the real tarball installed, as a user of npm has.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../../scripts/lib.mjs';

/** A model of twelve items, `sku-0` to `sku-11`, from the golden files of the browser tests. */
export const MODEL = 'tests/web/tiny.vicino';

/** The README's snippet for the browser, which is what every build of the main entry runs. */
export const readmeSnippet = () => snippet('README.md', '### In the browser', 'js');

/** The only block of a language under a heading of a document, or one of several. */
export function snippet(document, heading, language, which = 0) {
  const text = readFileSync(join(root, document), 'utf8');
  const start = text.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`${document} has no heading "${heading}"`);
  const level = heading.match(/^#+/)[0];
  const [section] = text.slice(start + heading.length + 2).split(`\n${level} `);
  const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)];
  const found = blocks.filter(([, name]) => name === language)[which];
  if (!found) throw new Error(`${document}, ${heading}: no block ${which} of ${language}`);
  return found[2];
}

/** Reports the lists of the snippet's recommender on the page. */
const PROBE = `
globalThis.probe = {
  forYou: shop.forYou({ k: 3 }),
  together: shop.boughtTogether(['sku-1', 'sku-2'], { k: 3 }),
  storage: shop.history.storage,
};
`;

const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });

/** Packs the package, and what it depends on, which the registry need not have yet; gives the tarballs by name. */
export function packTarballs(folder) {
  const pack = (name) => {
    const args = ['pack', '--json', '-w', name, '--pack-destination', folder];
    return [name, join(folder, JSON.parse(npm(args, root))[0].filename)];
  };
  return Object.fromEntries(['vicino', '@vicino/cli-wasm'].map(pack));
}

/** Packs the package as \`npm publish\` would and installs the tarball; the folder goes with \`remove\`. */
export function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'vicino-packaging-'));
  const tarballs = packTarballs(folder);
  const tarball = tarballs.vicino;
  const write = (name, text) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write('package.json', JSON.stringify({ name: 'scratch', private: true, type: 'module' }));
  npm(['install', '--no-audit', '--no-fund', '--offline', ...Object.values(tarballs)], folder);
  cpSync(join(root, MODEL), join(folder, 'shop.vicino'));
  write('main.js', readmeSnippet() + PROBE);
  return {
    folder,
    tarball,
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    /**
     * Has a package as if it was installed, under a name of its own if need be: from the repository, or a folder of it
     * that has its own. Returns the path of the link.
     */
    link(name, from = '', as = name) {
      const target = join(root, from, 'node_modules', name);
      if (!existsSync(target)) throw new Error(`${target} is not there; run \`npm ci\``);
      const link = join(folder, 'node_modules', as);
      mkdirSync(dirname(link), { recursive: true });
      rmSync(link, { force: true });
      symlinkSync(target, link);
      return link;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file under a folder, as paths from it. */
export function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
