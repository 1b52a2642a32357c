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

/**
 * Makes an engine of the bytes of a file, or of what was kept of it, in slices between which the page can do
 * something else.
 */
export async function open(
  bytes: Uint8Array,
  kept: readonly Uint8Array[] | undefined,
  url?: string,
  signal?: AbortSignal,
): Promise<Opened> {
  let opening: Opening | undefined;
  try {
    await pause();
    opening = new Opening(bytes);
    await pause();
    const slices = new Slices();
    let restored: boolean | undefined = kept ? undefined : false;
    for (let at = 0; kept && restored === undefined; at++) {
      await slices.next();
      checkAborted(signal);
      restored = opening.restore(kept[at] ?? new Uint8Array());
    }
    for (;;) {
      await slices.next();
      checkAborted(signal);
      const engine = opening.advance(STEP);
      if (engine) {
        // What the page does next is a task of its own.
        await pause();
        return { engine, opened: restored ? 'kept' : 'file' };
      }
    }
  } catch (error) {
    throw fromWasm(error, url);
  } finally {
    opening?.free();
  }
}

/** Cuts work into slices. */
export class Slices {
  #end = performance.now() + SLICE_MS;

  /** Resolves at once, or when the page had its turn. */
  async next(): Promise<void> {
    if (performance.now() < this.#end) return;
    await pause();
    this.#end = performance.now() + SLICE_MS;
  }
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
