import { type Engine, Opening } from '../wasm/vicino.js';
import { fromWasm } from './errors.js';
import { checkAborted } from './load.js';

/** How long a page may wait for us at most, in ms; half a frame. */
const SLICE_MS = 8;
/** Decisions between two looks at the clock, about a millisecond's worth. */
const STEP = 10_000;

/** An engine, and whether it was decoded or had been kept. */
export interface Opened {
  readonly engine: Engine;
  readonly opened: 'file' | 'kept';
}

/** Makes an engine of the bytes of a file, in slices between which the page can do something else. */
export async function open(
  bytes: Uint8Array,
  image: Uint8Array | undefined,
  url?: string,
  signal?: AbortSignal,
): Promise<Opened> {
  let opening: Opening | undefined;
  try {
    opening = new Opening(bytes);
    await pause();
    const opened = image && opening.restore(image) ? 'kept' : 'file';
    for (;;) {
      await pause();
      checkAborted(signal);
      const end = performance.now() + SLICE_MS;
      do {
        const engine = opening.advance(STEP);
        if (engine) return { engine, opened };
      } while (performance.now() < end);
    }
  } catch (error) {
    throw fromWasm(error, url);
  } finally {
    opening?.free();
  }
}

/** Lets the page go first. Not with `setTimeout`, which waits for 4 ms where it is called often. */
function pause(): Promise<void> {
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
