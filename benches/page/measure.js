// Runs in the page. A contestant is `{ name, code, wasm, data, options }`, addresses of its script, of its WebAssembly
// module if it is a build of Vicino, and of its data; once loaded it can `remember` a history and `rank`.

/** The memories of all WebAssembly modules of this page. */
const memories = [];
for (const name of ['instantiate', 'instantiateStreaming']) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...args) => {
    const result = await original.apply(WebAssembly, args);
    const exports = Object.values((result.instance ?? result).exports);
    memories.push(...exports.filter((value) => value instanceof WebAssembly.Memory));
    return result;
  };
}
const wasmBytes = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

const bytesOf = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());

/** Fetches the code of a contestant and opens its data, an address or the bytes, as a page does. */
async function load({ code, wasm, data, options }, source = data) {
  const module = await import(code);
  return wasm ? vicino(module, source, options) : module.load(source, options);
}

/** Vicino as a shop uses it: the package as it is published, the model file beside it. */
async function vicino({ Recommender }, source, options) {
  const recommender = await Recommender.load(source, { consent: 'granted', ...options });
  return {
    opened: recommender.model.opened,
    /** Makes `ids` (newest first) the history. */
    async remember(ids) {
      await recommender.history.clear();
      // Seconds apart, until now: old events are forgotten.
      const start = Date.now() - ids.length * 1000;
      for (const [at, item] of [...ids].reverse().entries()) {
        await recommender.record({ item, kind: 'view', at: start + at * 1000 });
      }
    },
    rank: (k) => recommender.forYou({ k }),
    free: () => recommender.free(),
  };
}

/** Loads, puts the history in place, which is not counted, and ranks; milliseconds of it, and marks for a trace. */
async function timed(contestant, source, history, k) {
  performance.mark('bench-load');
  const start = performance.now();
  const recommender = await load(contestant, source);
  const loaded = performance.now();
  performance.mark('bench-loaded');
  await recommender.remember(history);
  performance.mark('bench-rank');
  const remembered = performance.now();
  recommender.rank(k);
  const end = performance.now();
  performance.mark('bench-ranked');
  return { ms: end - remembered + (loaded - start), recommender };
}

/** Asks for all that a contestant needs at once, as lines in a page's HTML do. */
function preload({ code, imported = [], wasm, data }) {
  const scripts = [code, ...imported].map((href) => ({ rel: 'modulepreload', href }));
  const files = [wasm, data]
    .filter((href) => href)
    .map((href) => ({ rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href }));
  for (const line of [...scripts, ...files]) {
    document.head.append(Object.assign(document.createElement('link'), line));
  }
}

/**
 * Milliseconds from nothing to the first list: the contestant's own code, its data, one list; if it is preloaded, all
 * files are requested at once.
 */
async function firstList(contestant, history, k, isPreloaded) {
  if (isPreloaded) preload(contestant);
  const { ms, recommender } = await timed(contestant, undefined, history, k);
  return { ms, opened: recommender.opened, wasmBytes: wasmBytes() };
}

/**
 * Milliseconds from the data's bytes in memory to the first list, the code being there: once as on a first visit, once
 * warm. The WebAssembly module is compiled before, or its bytes are in memory, too, and compiling them is counted.
 */
async function bytesToList(contestant, history, k, isCompiled) {
  const { code, wasm, data } = contestant;
  await import(code);
  const bytes = await bytesOf(data);
  const given = { ...contestant, options: { ...contestant.options } };
  if (wasm) {
    const module = await bytesOf(wasm);
    Object.assign(given.options, {
      storage: 'memory',
      wasm: isCompiled ? await WebAssembly.compile(module) : module,
    });
  }
  const times = [];
  for (let round = 0; round < 2; round++) {
    const { ms, recommender } = await timed(given, bytes, history, k);
    times.push(ms);
    recommender.free?.();
  }
  return times;
}

/** The same in a worker. */
function bytesToListInWorker(...given) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = reject;
    worker.postMessage(given);
  });
}

/**
 * Loads all contestants and ranks for each history in turn, alternating between them. Each sample is the mean of as
 * many calls as a millisecond has, 1 to `calls`, because the clock is coarser than one. Gives samples in milliseconds
 * and the lists.
 */
async function rank(contestants, histories, k, rounds, calls) {
  const loaded = [];
  for (const contestant of contestants) {
    const recommender = await load(contestant);
    loaded.push({ name: contestant.name, recommender, samples: [], first: [], lists: [] });
  }
  // So that the first history does not pay for the compilers.
  for (const one of loaded) {
    await one.recommender.remember(histories[0]);
    const start = performance.now();
    let done = 0;
    for (; done < 2000 && performance.now() < start + 1000; done++) one.recommender.rank(k);
    const ms = (performance.now() - start) / done;
    one.calls = Math.min(calls, Math.ceil(1 / ms));
    // Who takes that long needs no second look at each history.
    one.rounds = ms > 20 ? 1 : rounds;
  }
  for (const history of histories) {
    for (const one of loaded) {
      await one.recommender.remember(history);
      const start = performance.now();
      one.lists.push(one.recommender.rank(k));
      one.first.push(performance.now() - start);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { recommender, samples, calls, rounds } of loaded) {
        if (round >= rounds) continue;
        const start = performance.now();
        for (let call = 0; call < calls; call++) recommender.rank(k);
        samples.push((performance.now() - start) / calls);
      }
    }
  }
  return loaded.map(({ name, samples, first, lists }) => ({ name, samples, first, lists }));
}

/** Bytes of WebAssembly memory after opening, and after a list for each history. */
async function memory(contestant, histories, k) {
  const recommender = await load(contestant);
  const opened = wasmBytes();
  for (const history of histories) {
    await recommender.remember(history);
    recommender.rank(k);
  }
  if (opened === 0) throw new Error(`${contestant.name}: no WebAssembly memory was seen`);
  return { opened, ranked: wasmBytes() };
}

globalThis.bench =
  typeof document === 'undefined'
    ? { bytesToList }
    : { firstList, bytesToList, bytesToListInWorker, rank, memory };
