// Writes the service workers of the built site, `sw.js` for the shop and `train/sw.js` for the page that trains: the
// template beside this file with the list of the files that each keeps and their hashes, so that a worker keeps exactly
// one version and a changed file makes a new one. What the page that trains needs alone is kept when that is opened.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, posix, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

/** One file of the offline copy. */
interface Entry {
  /** Address relative to the worker. */
  url: string;
  /** Subresource integrity of its bytes. */
  integrity: string;
}

export function offlineCopy(): Plugin {
  let outDir = '';
  return {
    name: 'offline-copy',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith(sep)) outDir = config.build.outDir;
    },
    closeBundle() {
      const all = files(outDir).filter((file) => !/(^|\/)sw\.js$|\.map$/.test(file));
      const training = needed(outDir, all, TRAINING_PAGE);
      const others = PAGES.flatMap((page) => needed(outDir, all, page));
      const shop = all.filter(
        (file) =>
          !isForExploring(file) &&
          !file.startsWith('docs/') &&
          (others.includes(file) || !training.includes(file)),
      );
      writeFileSync(join(outDir, 'sw.js'), worker(outDir, shop, '.', 'vicino-shop-'));
      if (training.length === 0) return;
      writeFileSync(
        join(outDir, 'train/sw.js'),
        worker(outDir, training, 'train', 'vicino-train-'),
      );
    },
  };
}

const TRAINING_PAGE = 'train/index.html';
/** Pages that the shop's copy has. */
const PAGES = ['index.html', 'eda/index.html', 'eda/model/index.html'];

/** The module that reads files is many times the shop, and few shoppers have a log to look at; nor do they need docs/. */
const isForExploring = (file: string): boolean => /vicino_explore_bg.*\.wasm$/.test(file);

/** The script of a worker in `folder` that keeps `kept`. */
function worker(outDir: string, kept: string[], folder: string, prefix: string): string {
  const entries = kept.map((file): Entry => {
    const digest = createHash('sha256')
      .update(readFileSync(join(outDir, file)))
      .digest('base64');
    return { url: posix.relative(folder, file), integrity: `sha256-${digest}` };
  });
  const version = createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 16);
  const template = readFileSync(join(import.meta.dirname, 'sw.template.js'), 'utf8');
  return fill(
    fill(fill(template, '__PREFIX__', prefix), '__VERSION__', version),
    '__ENTRIES__',
    entries,
  );
}

/**
 * A page and the built assets that it names, or that these name; their names have hashes, so that no other text does.
 * Nothing of a page that is not built.
 */
function needed(outDir: string, all: string[], page: string): string[] {
  if (!all.includes(page)) return [];
  const assets = all.filter((file) => file.startsWith('assets/'));
  const found = new Set([page]);
  for (const file of found) {
    if (file.endsWith('.wasm')) continue;
    const text = readFileSync(join(outDir, file), 'utf8');
    for (const asset of assets) if (text.includes(basename(asset))) found.add(asset);
  }
  return [...found].sort();
}

/** Every file below a folder, with forward slashes, in a fixed order. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => relative('.', file).split(sep).join('/'))
    .sort();
}

/** Puts a value where the template has the quoted mark. */
function fill(template: string, mark: string, value: unknown): string {
  const quoted = `'${mark}'`;
  if (!template.includes(quoted)) throw new Error(`sw.template.js has no ${quoted}`);
  return template.replace(quoted, () => JSON.stringify(value));
}
