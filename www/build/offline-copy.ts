// Writes the service worker `sw.js` of the built shop: the template beside this
// file with the list of every built file and its hash, so that a worker keeps
// exactly one version and a changed file makes a new one.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
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
      const entries = files(outDir)
        .filter((file) => file !== 'sw.js' && !file.endsWith('.map') && !isForExploring(file))
        .map((file): Entry => {
          const digest = createHash('sha256')
            .update(readFileSync(join(outDir, file)))
            .digest('base64');
          return { url: file, integrity: `sha256-${digest}` };
        });
      const version = createHash('sha256')
        .update(JSON.stringify(entries))
        .digest('hex')
        .slice(0, 16);
      const template = readFileSync(join(import.meta.dirname, 'sw.template.js'), 'utf8');
      const worker = fill(fill(template, '__VERSION__', version), '__ENTRIES__', entries);
      writeFileSync(join(outDir, 'sw.js'), worker);
    },
  };
}

/** The module that reads files is many times the shop, and few shoppers have a log to look at. */
const isForExploring = (file: string): boolean => /vicino_explore_bg.*\.wasm$/.test(file);

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
