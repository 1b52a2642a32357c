import { Engine } from '../../wasm/vicino.js';
import { VicinoError } from './errors.js';
import type { Refusal } from './refusals.js';
import type { ModelInfo } from './types.js';

/** Makes an engine of the bytes of a model, which came from `url` if that is known. */
export async function open(bytes: Uint8Array, url?: string): Promise<Engine> {
  try {
    return new Engine(bytes);
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    const words = await import('./refusals.js').catch(() => undefined);
    throw refused(thrown, url, words?.message(...thrown));
  }
}

/** Whether the module has thrown this, and not a caller's predicate. */
const isRefusal = (thrown: unknown): thrown is Refusal =>
  Array.isArray(thrown) && /^(model|not-a)-/.test(thrown[0]);

/** The error for what the module says of a model. */
function refused(
  [code, section]: Refusal,
  url?: string,
  // Where no words are at hand, the code says it all.
  message: string = section ? `${code}: section \`${section}\`` : code,
): VicinoError {
  return new VicinoError(code, url ? `${url}: ${message}` : message, url ? { url } : {});
}

/** What `read` gives, which looks into the model: a forged one may turn out to be none there only. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw isRefusal(thrown) ? refused(thrown) : thrown;
  }
}

/** What there is to know about the model of an engine. */
export function describe(engine: Engine): ModelInfo {
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
    privacy: {
      minShoppers: next(),
      byShopper: !!next(),
      pairsKept: next(),
      pairsRemoved: next(),
    },
    measurements: {} as Record<string, number>,
  };
  let name = 1;
  for (let left = next(); left > 0; left--) info.categories.push(engine.name(name++));
  while (at < numbers.length) info.measurements[engine.name(name++)] = next();
  return info;
}

/** Lets the page go first. Not with `setTimeout`, which waits for 4 ms where it is called often. */
export function pause(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } };
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
