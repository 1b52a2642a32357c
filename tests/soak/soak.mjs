// A long visit: lists, records and new models, and memory that stays where it is. `npm run soak`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Recommender } from '../../js/dist/node.js';
import { root } from '../../scripts/lib.mjs';
import { watchWasmMemory } from '../harness/wasm-memory.mjs';

const NUM_LISTS = 1_000_000;
const NUM_RECORDS = 100_000;
const NUM_SWAPS = 1_000;
/** Growth of the process that is noise: V8 takes pages for its heap ahead of need, and code that it optimises. */
const MOST_GROWTH_MB = 64;
/** Growth of what scripts hold that is noise. */
const MOST_HELD_MB = 2;

const wasmBytes = watchWasmMemory();

if (!globalThis.gc) throw new Error('run it with node --expose-gc, as npm run soak does');
const bytes = readFileSync(join(root, 'tests/golden/2.0-complete.vicino'));
let shop = await Recommender.load(bytes);
const ids = shop
  .trending({ k: 1_000_000 })
  .map(({ id }) => id)
  .filter((id) => id !== '');
assert.ok(ids.length > 1);

const LISTS = [
  (at) => shop.forYou({ k: 8, seed: at }),
  (at) => shop.related(ids[at % ids.length], { k: 8 }),
  (at) => shop.boughtTogether([ids[at % ids.length]], { k: 4 }),
  () => shop.trending({ k: 8, exclude: [ids[0]] }),
  () => shop.recentlyViewed({ k: 8 }),
  () => shop.buyItAgain({ k: 8 }),
  (at) => shop.forYou({ k: 8, where: ({ id }) => id !== ids[at % ids.length] }),
];

/** Memory in MB after what can be collected has been: of the process, held by scripts, of the WebAssembly module. */
function memory() {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss: rss / 1e6, held: (heapUsed + external) / 1e6, wasm: wasmBytes() / 1e6 };
}

/** Does something many times, and compares memory after a quarter with memory at the end. */
async function soak(what, times, act) {
  let early;
  for (let at = 0; at < times; at++) {
    await act(at);
    if (at === times >> 2) early = memory();
  }
  const late = memory();
  const grown = (part) => late[part] - early[part];
  const shown = Object.keys(late).map(
    (part) => `${part} ${late[part].toFixed(1)} MB (${grown(part).toFixed(1)} more)`,
  );
  console.log(`${what}: ${times}; ${shown.join(', ')}`);
  assert.equal(grown('wasm'), 0, `${what}: the module's memory grew`);
  assert.ok(grown('held') < MOST_HELD_MB, `${what}: what scripts hold grew`);
  assert.ok(grown('rss') < MOST_GROWTH_MB, `${what}: the process grew`);
}

await soak('records', NUM_RECORDS, (at) => {
  shop.record({ item: ids[at % ids.length], kind: at % 9 ? 'view' : 'purchase' });
});
await soak('lists', NUM_LISTS, (at) => LISTS[at % LISTS.length](at));
await soak('models', NUM_SWAPS, async (at) => {
  const next = await Recommender.load(bytes);
  next.forYou({ k: 8, seed: at });
  shop.free();
  shop = next;
});
shop.free();
