/**
 * Ranks a shop's products in Node: the same as in browsers, with the WebAssembly module read from the
 * package's folder and the history in memory.
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
