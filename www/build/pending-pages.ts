// Puts a page that waits where pages will be that are still being built.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'vite';

export function pendingPages(pages: string[]): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'pending-pages',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = config.build.outDir;
    },
    closeBundle() {
      const waiting = readFileSync(join(import.meta.dirname, 'pending.html'), 'utf8');
      for (const page of pages) {
        const place = join(root, outDir, relative(root, page));
        mkdirSync(dirname(place), { recursive: true });
        writeFileSync(place, waiting);
      }
    },
  };
}
