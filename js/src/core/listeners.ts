import { checkValue, isFunction } from './check.js';

/** Listeners to one kind of change. An error that one of them throws is reported and does not stop the others. */
export class Listeners<Heard extends unknown[] = []> {
  readonly #all = new Set<(...heard: Heard) => void>();

  /** Adds a listener; returns the function that removes it. */
  add(listener: (...heard: Heard) => void): () => void {
    checkValue('subscribe', listener, isFunction);
    // Two subscriptions of one function are two.
    const own = (...heard: Heard) => listener(...heard);
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }

  call(...heard: Heard): void {
    for (const listener of [...this.#all]) {
      try {
        listener(...heard);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
