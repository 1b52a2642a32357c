import type { History as Store } from '../wasm/vicino.js';
import { checkValue, isId } from './check.js';
import { fromWasm, VicinoError } from './errors.js';
import type { EventKind, History, HistoryEvent, Storage } from './types.js';

/** What listens to one history. */
export class Listeners {
  readonly #all = new Set<() => void>();

  add(listener: () => void): () => void {
    // Two subscriptions of one function are two.
    const own = () => listener();
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }

  /** Calls all of them; what one throws is reported and does not stop the others. */
  call(): void {
    for (const listener of [...this.#all]) {
      try {
        listener();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/** The face of a history; `live` gives the wasm object or throws if it was freed. */
export function historyFace(
  live: () => Store,
  unknownIds: () => number,
  listeners: Listeners,
): History {
  return {
    get storage() {
      return live().storage as Storage;
    },
    get problem() {
      return live().problem || undefined;
    },
    get bytes() {
      return new TextEncoder().encode(live().export()).length;
    },
    get unknownIds() {
      return unknownIds();
    },
    list() {
      const flat = live().list() as (string | number)[];
      const events: HistoryEvent[] = [];
      for (let at = 0; at < flat.length; at += 3) {
        const [item, kind, time] = flat.slice(at, at + 3) as [string, EventKind, number];
        events.push({ item, kind, at: time });
      }
      return events;
    },
    async remove(item) {
      checkValue('remove', item, isId);
      await live().remove(item);
    },
    async clear() {
      await live().clear();
    },
    export() {
      return live().export();
    },
    async import(json) {
      const store = live();
      if (typeof json !== 'string') {
        throw new VicinoError('history-invalid', 'import: expected the text that export() wrote');
      }
      try {
        return (await store.import(json)) as number;
      } catch (error) {
        throw fromWasm(error);
      }
    },
    subscribe(listener) {
      live();
      if (typeof listener !== 'function') {
        throw new VicinoError('option-invalid', 'subscribe: expected a function');
      }
      return listeners.add(listener);
    },
  };
}
