// Runs in the page: a shop of made-up prices and tags over a real model, pages of six rails, impressions.
import { Recommender } from '/vicino/index.js';
import { Recommender as WorkerRecommender } from '/vicino/worker-client.js';

const RAILS = [
  { name: 'for-you', list: 'forYou' },
  { name: 'because', list: 'becauseYouViewed', rails: 1 },
  { name: 'together', list: 'boughtTogether' },
  { name: 'related', list: 'related' },
  { name: 'trending', list: 'trending' },
  { name: 'similar', list: 'similar' },
];
const DAY_MS = 864e5;

/** Prices, stock and tags that follow from the number of an item, so that every run has the same. */
function product(id, number) {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return {
    id,
    price: 5 + (mixed % 20_000) / 100,
    inStock: mixed % 10 !== 0,
    category: `c${number % 200}`,
    tags: [`t${mixed % 7}`, `t${mixed % 11}`],
  };
}

const shared = (turn) => ({
  k: 12,
  where: {
    inStock: true,
    price: { min: 10, max: 120 },
    tags: { none: [`t${turn % 5}`] },
  },
  maxPerCategory: 4,
  boost: [{ where: { tags: { any: ['t1'] } }, factor: 1.5 }],
  seed: turn,
});

/** A page for the shopper's `turn`-th click on `items`. */
function rails(items, turn) {
  const item = items[turn % items.length];
  const cart = [items[(turn * 7) % items.length], items[(turn * 13) % items.length]];
  return RAILS.map((rail) => {
    if (rail.list === 'boughtTogether') return { ...rail, items: cart };
    return rail.list === 'related' || rail.list === 'similar' ? { ...rail, item } : rail;
  });
}

async function timed(run) {
  const began = performance.now();
  const result = await run();
  return { result, ms: performance.now() - began };
}

globalThis.measure = async ({ where, ids, clicked, turns, pauses }) => {
  const options = { storage: 'memory', consent: 'granted' };
  const Loader = where === 'worker' ? WorkerRecommender : Recommender;
  const shop = await Loader.load('/data/shop.vicino', options);
  const products = ids.map(product);
  const update = await timed(() => shop.catalog.update(products));
  const now = Date.now();
  for (const [at, item] of clicked.slice(0, 50).entries()) {
    await shop.record({ item, kind: at % 9 ? 'view' : 'purchase', at: now - (50 - at) * DAY_MS });
  }
  const pages = [];
  const impressions = [];
  const lengths = new Set();
  for (let turn = 0; turn < turns; turn++) {
    // Each page is another one: the shopper has looked at one item more.
    const item = clicked[(50 + turn) % clicked.length];
    await shop.record({ item, at: now + turn });
    const asked = rails(clicked, turn);
    const page = await timed(() => shop.page(asked, shared(turn)));
    pages.push(page.ms);
    const shown = page.result.flatMap((rail) => rail.items.map(({ id }) => id));
    if (new Set(shown).size !== shown.length) throw new Error('an item stands twice on a page');
    lengths.add(page.result.map((rail) => rail.items.length).join());
    const recorded = await timed(() => shop.recordImpression(shown.slice(0, 50), { rail: 'home' }));
    impressions.push(recorded.ms);
    if (pauses) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return {
    numItems: (await shop.model).numItems,
    known: update.result.known,
    updateMs: update.ms,
    pages,
    impressions,
    lengths: [...lengths],
  };
};

/** Makes a round trip with the latency of the network, over the same connection. */
globalThis.roundTrips = async (turns) => {
  const all = [];
  for (let turn = 0; turn < turns; turn++) {
    const { ms } = await timed(async () =>
      (await fetch(`/data/answer.json?${turn}`, { cache: 'no-store' })).json(),
    );
    all.push(ms);
  }
  return all;
};
globalThis.ready = true;
