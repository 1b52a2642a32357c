/**
 * Ranks a shop's products in Node: the same as in browsers, except that the WebAssembly module is read from the
 * package's folder, and the history is in memory.
 *
 * @packageDocumentation
 */
import { readFile } from 'node:fs/promises';
import { Recommender } from './index.js';

Object.assign(Recommender.platform, {
  wasm: () => readFile(new URL('./vicino_bg.wasm', import.meta.url)),
  storage: 'memory',
} satisfies typeof Recommender.platform);

export * from './index.js';
