/**
 * The recommender with its WebAssembly module in the script, for tools and servers that do not take files along with
 * scripts. Other entries on the page use it, too, whichever is imported first.
 *
 * @packageDocumentation
 */
export * from '../core/index.js';

import { Recommender } from '../core/index.js';
import { decodeModule } from './inline-module.js';

Object.assign(Recommender.platform, {
  wasm: async () => decodeModule(),
  // A server has no shopper to remember.
  ...(typeof indexedDB === 'undefined' && { storage: 'memory' }),
} satisfies Partial<typeof Recommender.platform>);
