/**
 * Ranks a shop's products in Node: the same as in browsers, except that the WebAssembly module is read from the
 * package's folder, and the history is in memory.
 *
 * @packageDocumentation
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Recommender } from './index.js';

Object.assign(Recommender.platform, {
  // Not by `new URL`: bundlers for servers would put an address for browsers in its place, which is no file.
  wasm: async () => readFile(fileURLToPath(import.meta.url.replace(/[^/]*$/, 'vicino_bg.wasm'))),
  storage: 'memory',
} satisfies typeof Recommender.platform);

export * from './index.js';
