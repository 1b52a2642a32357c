// Vicino as a shop uses it: the package as it is published, the model file beside it.
import { Recommender } from '/vicino/index.js';

/** @param {'memory' | 'indexeddb'} storage */
export async function load(storage = 'memory') {
  const recommender = await Recommender.load('/data/shop.vicino', { storage });
  return {
    /** Makes `ids` (newest first) the history. */
    async remember(ids) {
      await recommender.history.clear();
      for (const [at, item] of [...ids].reverse().entries()) {
        await recommender.record({ item, kind: 'view', at: Date.UTC(2026, 0, 1) + at * 1000 });
      }
    },
    /** @param {number} k */
    rank: (k) => recommender.forYou({ k }),
  };
}
