// Runs in the page. Contestants are one module each; once loaded they can `remember` a history and `rank`.

const MODULES = {
  vicino: '/vicino/index.js',
  plain: '/vicino/index.js',
  json: './json.js',
  typed: './typed.js',
  typedKept: './typed.js',
};
const MODELS = { vicino: '/data/shop.vicino', plain: '/data/plain.vicino' };

/** Tasks of more than 50 ms, in ms. */
const longTasks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longTasks.push(duration);
}).observe({ type: 'longtask', buffered: true });

/** The memories of all wasm modules of this page. */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate.apply(WebAssembly, args);
  const exports = Object.values((result.instance ?? result).exports);
  memories.push(...exports.filter((value) => value instanceof WebAssembly.Memory));
  return result;
};

/** Fetches the code and the data of a contestant; `options` are for Vicino alone. */
async function load(name, options) {
  const module = await import(MODULES[name]);
  if (name === 'typedKept') return module.loadKept();
  return MODELS[name] ? vicino(module, MODELS[name], options) : module.load();
}

/** Vicino as a shop uses it: the package as it is published, the model file beside it. */
async function vicino({ Recommender }, model, options) {
  const recommender = await Recommender.load(model, { consent: 'granted', ...options });
  return {
    opened: recommender.model.opened,
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
async function firstList(name, options, history, k) {
  const start = performance.now();
  const recommender = await load(name, options);
  const loaded = performance.now();
  await recommender.remember(history);
  const remembered = performance.now();
  recommender.rank(k);
  const ms = performance.now() - remembered + (loaded - start);
  // Long tasks are told of a little later.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    ms,
    opened: recommender.opened,
    longest: Math.max(0, ...longTasks),
    wasmBytes: Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength)),
  };
}

/** Milliseconds from the data's bytes in memory to the first list, the code being there: once as on a first visit, once warm. */
async function bytesToList(name, k) {
  const module = await import(MODULES[name]);
  const response = await fetch(MODELS[name] ?? '/data/neighbours.json');
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (MODELS[name]) {
    // The module itself is no data: start it with something else.
    await module.Recommender.load(new Uint8Array(3), { storage: 'memory' }).catch(() => {});
  }
  const times = [];
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    if (MODELS[name]) {
      const recommender = await module.Recommender.load(bytes, { storage: 'memory' });
      recommender.trending({ k });
      times.push(performance.now() - start);
      recommender.free();
    } else {
      const recommender = await module.fromBytes(bytes);
      recommender.rank(k);
      times.push(performance.now() - start);
    }
  }
  return times;
}

/** The same in a worker. */
function bytesToListInWorker(name, k) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = reject;
    worker.postMessage([name, k]);
  });
}

/**
 * Loads all contestants and ranks for each history in turn, alternating between them. Each sample is the mean of
 * `calls` calls, because the clock is coarser than one. Gives samples in milliseconds and the lists.
 */
async function rank(names, histories, k, rounds, calls) {
  const loaded = [];
  for (const name of names) {
    const recommender = await load(name, { storage: 'memory' });
    loaded.push({ name, recommender, samples: [], first: [], lists: [] });
  }
  // So that the first history does not pay for the compilers.
  for (const { recommender } of loaded) {
    await recommender.remember(histories[0]);
    const end = performance.now() + 1000;
    for (let call = 0; call < 2000 && performance.now() < end; call++) recommender.rank(k);
  }
  for (const history of histories) {
    for (const one of loaded) {
      await one.recommender.remember(history);
      const start = performance.now();
      one.lists.push(one.recommender.rank(k));
      one.first.push(performance.now() - start);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { recommender, samples } of loaded) {
        const start = performance.now();
        for (let call = 0; call < calls; call++) recommender.rank(k);
        samples.push((performance.now() - start) / calls);
      }
    }
  }
  return loaded.map(({ name, samples, first, lists }) => ({ name, samples, first, lists }));
}

const isPage = typeof document !== 'undefined';
globalThis.bench = isPage ? { firstList, bytesToList, bytesToListInWorker, rank } : { bytesToList };
