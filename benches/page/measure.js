// Runs in the page. Every contestant is a module with `load()`; its result can `remember` a history and `rank`.

/**
 * Milliseconds from nothing to the first list: the contestant's own code, its data, one list. Putting the history
 * in place is not counted, except where it comes from storage (`history` is null).
 */
export async function firstList(contestant, argument, history, k) {
  const start = performance.now();
  const { load } = await import(`./${contestant}.js`);
  const recommender = await load(argument);
  const loaded = performance.now();
  if (history) await recommender.remember(history);
  const remembered = performance.now();
  const list = recommender.rank(k);
  const end = performance.now();
  return { milliseconds: end - start - (remembered - loaded), ids: list.map(({ id }) => id) };
}

/** Leaves a history in the browser's storage. */
export async function store(history) {
  const { load } = await import('./vicino.js');
  await (await load('indexeddb')).remember(history);
}

/**
 * Loads all `contestants` and ranks for each history in turn, alternating between them. Each sample is the mean of
 * `calls` calls, because the clock is coarser than one. Gives samples in milliseconds and the lists.
 */
export async function rank(contestants, histories, k, rounds, calls) {
  const loaded = [];
  for (const name of contestants) {
    const { load } = await import(`./${name}.js`);
    loaded.push({ name, recommender: await load(), samples: [], lists: [] });
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

Object.assign(globalThis, { bench: { firstList, store, rank } });
