import type { Engine } from '../../wasm/vicino.js';
import { VicinoError } from './errors.js';
import type { EngineClass } from './load.js';
import type { Refusal } from './refusals.js';
import type { ModelInfo } from './types.js';

/** Makes an engine of the bytes of a model, for a market; `url` is their address, for errors. */
export async function openEngine(
  Engine: EngineClass,
  bytes: Uint8Array,
  market: string | undefined,
  url?: string,
): Promise<Engine> {
  let engine: Engine;
  try {
    engine = new Engine(bytes);
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    const words = await import('./refusals.js').catch(() => undefined);
    throw refused(thrown, url, words?.message(thrown, bytes));
  }
  if (market === undefined || engine.set_market(new TextEncoder().encode(market))) return engine;
  const known = describeModel(engine).markets.join(', ') || 'none';
  freeEngine(engine);
  throw new VicinoError(
    'option-invalid',
    `load: option \`market\`: expected a market of the model (${known}), found ${market}`,
  );
}

/** Tells errors of the module about a model from errors of a caller's predicate. */
const isRefusal = (thrown: unknown): thrown is Refusal =>
  Array.isArray(thrown) && /^(model|not-a)-/.test(thrown[0]);

/** Makes the error for a refusal; without a message, the code and the section have to do. */
function refused(
  [code, section]: Refusal,
  url?: string,
  message: string = section ? `${code}: section \`${section}\`` : code,
): VicinoError {
  return new VicinoError(code, url ? `${url}: ${message}` : message, url ? { url } : {});
}

/** Frees an engine, if it did not run out of memory: then it cannot be used any more, not even to free it. */
export function freeEngine(engine: Engine): void {
  try {
    engine.free();
  } catch {}
}

/** Calls the module, and translates its refusals: a forged model may be found out only when it is read. */
export function translateErrors<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw isRefusal(thrown) ? refused(thrown) : thrown;
  }
}

/** Describes the model of an engine. */
export function describeModel(engine: Engine): ModelInfo {
  const numbers = new Float64Array(engine.numbers().buffer);
  let at = 0;
  const next = () => numbers[at++] as number;
  const info = {
    bytes: next(),
    numItems: next(),
    numEdges: next(),
    numEvents: next(),
    numSessions: next(),
    numShoppers: next(),
    newestEventMs: next(),
    trainerVersion: engine.name(0),
    categories: [] as string[],
    markets: [] as string[],
    privacy: {
      minShoppers: next(),
      byShopper: !!next(),
      pairsKept: next(),
      pairsRemoved: next(),
    },
    measurements: {} as Record<string, number>,
  };
  let name = 1;
  const [numCategories, numMarkets] = [next(), next()];
  while (name <= numCategories) info.categories.push(engine.name(name++));
  while (name <= numCategories + numMarkets) info.markets.push(engine.name(name++));
  while (at < numbers.length) info.measurements[engine.name(name++)] = next();
  return info;
}

/** Lets the page work first. Not by `setTimeout`, which waits for 4 ms if it is called often. */
export function yieldToPage(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } };
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((resolve) => {
    // A simulated page of tests may have no channels.
    if (!globalThis.MessageChannel) return void setTimeout(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
