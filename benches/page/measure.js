// Runs in the page. Contestants are one module each; once loaded they can `remember` a history and `rank`.

const MODULES = { vicino: '/vicino/index.js', json: './json.js', typed: './typed.js' };

/** Fetches the code and the data of a contestant; `storage` is for Vicino alone. */
async function load(name, storage) {
  const module = await import(MODULES[name]);
  return name === 'vicino' ? vicino(module, storage) : module.load();
}

/** Vicino as a shop uses it: the package as it is published, the model file beside it. */
async function vicino({ Recommender }, storage) {
  const recommender = await Recommender.load('/data/shop.vicino', { storage });
  return {
    /** Makes `ids` (newest first) the history. */
    async remember(ids) {
      await recommender.history.clear();
      for (const [at, item] of [...ids].reverse().entries()) {
        await recommender.record({ item, kind: 'view', at: Date.UTC(2026, 0, 1) + at * 1000 });
      }
    },
    rank: (k) => recommender.forYou({ k }),
  };
}

/**
 * Milliseconds from nothing to the first list: the contestant's own code, its data, one list. Putting the history
 * in place is not counted.
 */
async function firstList(name, storage, history, k) {
  const start = performance.now();
  const recommender = await load(name, storage);
  const loaded = performance.now();
  await recommender.remember(history);
  const remembered = performance.now();
  recommender.rank(k);
  return performance.now() - remembered + (loaded - start);
}

/**
 * Loads all contestants and ranks for each history in turn, alternating between them. Each sample is the mean of
 * `calls` calls, because the clock is coarser than one. Gives samples in milliseconds and the lists.
 */
async function rank(names, histories, k, rounds, calls) {
  const loaded = [];
  for (const name of names) {
    loaded.push({ name, recommender: await load(name, 'memory'), samples: [], lists: [] });
  }
  // So that the first history does not pay for the compilers.
  for (const { recommender } of loaded) {
    await recommender.remember(histories[0]);
    for (let call = 0; call < 2000; call++) recommender.rank(k);
  }
  for (const history of histories) {
    for (const one of loaded) {
      await one.recommender.remember(history);
      one.lists.push(one.recommender.rank(k));
    }
    for (let round = 0; round < rounds; round++) {
      for (const { recommender, samples } of loaded) {
        const start = performance.now();
        for (let call = 0; call < calls; call++) recommender.rank(k);
        samples.push((performance.now() - start) / calls);
      }
    }
  }
  return loaded.map(({ name, samples, lists }) => ({ name, samples, lists }));
}

globalThis.bench = { firstList, rank };
