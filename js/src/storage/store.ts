// Keeps a state on the device, shared by all tabs.
//
// A change is applied in memory straight away, so that the next ranking sees it, and queued for storage. Storage is read,
// changed and written in one go, by one flush at a time; memory is always what storage last held, plus the changes still
// queued. A place that fails is given up for the next one: IndexedDB, `localStorage`, memory. A later page finds what was
// put into `localStorage` and moves it back into IndexedDB.
import type { Apply, Keeper, Tools } from '../device/controller.js';
import type { State } from '../device/state.js';
import type { Storage } from '../device/types.js';
import {
  type Change,
  tools as databaseTools,
  eraseDatabase,
  isFull,
  probeLocal,
  updateDatabase,
  updateLocal,
  type Written,
  why,
} from './storage-backends.js';

const PLACES: readonly Storage[] = ['indexeddb', 'localstorage', 'memory'];
const MEMORY = 2;
/** How long impressions wait for more. */
const DELAY_MS = 1000;
/** What is stored is encrypted. */
const SEALED = {};

interface Queued {
  readonly apply: Apply;
  /** Whether it removes, in other places, too: a copy there would come back one day. */
  readonly forgets?: boolean;
  /** Whether it says what is allowed. */
  readonly consents?: boolean;
}

/** Reads what `toJson` has written; throws if that is something else. */
export function fromJson({ empty, NAMES }: Tools, text: string): State {
  const { format, version, events, seed, consent, whole, ...tables } = JSON.parse(text);
  if (format !== 'vicino-history' || version > 1) throw new Error(`${format} ${version}`);
  const state: State = { ...empty(), events, seed, consent, whole };
  state.events.sort((a, b) => b.at - a.at);
  for (const name of NAMES) state[name] = new Map(tables[name]) as never;
  return state;
}

export class Store {
  isEncrypted: boolean;
  readonly #keeper: Keeper;
  readonly #tools: Tools;
  readonly #name: string;
  /** Whether `localStorage` may stand in for IndexedDB. */
  readonly #isAutomatic: boolean;
  /** Whether what other tabs decide does not count. */
  #isFixed: boolean;
  #place: number;
  #update = updateDatabase;
  /** What storage held after the last flush. */
  #committed: string | undefined;
  /** Whether that is all there is on this device, or IndexedDB may hold more that could not be read. */
  #isWhole = false;
  /** Whether storage holds what is too old. */
  #isStale = false;
  #queue: Queued[] = [];
  #lastFlush: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(keeper: Keeper, tools: Tools) {
    const { storage = 'auto', consent, encrypt = false } = keeper.options;
    this.#keeper = keeper;
    this.#tools = tools;
    this.#name = keeper.name;
    this.#place = encrypt ? 0 : Math.max(0, PLACES.indexOf(storage as Storage));
    this.isEncrypted = encrypt;
    this.#isAutomatic = storage === 'auto' && !encrypt;
    this.#isFixed = keeper.gpc || consent === 'denied';
    globalThis.document?.addEventListener('visibilitychange', this.#flushNow);
  }

  get place(): Storage {
    return PLACES[this.#place] as Storage;
  }

  /** Reads what there is, and keeps or deletes it as the consent says. */
  async start(): Promise<void> {
    const keeper = this.#keeper;
    const told = [(await this.#store([])).consent, this.#left()?.consent];
    if (told.includes('denied')) keeper.consent = 'denied';
    else if (this.#isFixed) await this.#erase();
    else keeper.consent = told.find(Boolean) ?? keeper.consent;
    if (keeper.consent === 'granted') await this.#attach([]);
  }

  async close(): Promise<void> {
    globalThis.document?.removeEventListener('visibilitychange', this.#flushNow);
    this.#flushNow();
    await this.#lastFlush;
  }

  /** Queues a change that memory has seen. */
  push(apply: Apply, forgets: boolean): void {
    if (this.#keeper.storage !== 'memory') this.#queue.push({ apply, forgets });
  }

  flushLater(): void {
    this.#timer ??= setTimeout(this.#flushNow, DELAY_MS);
  }

  /** Stores, or deletes, what was decided. */
  async decide(consent: 'granted' | 'denied'): Promise<void> {
    const keeper = this.#keeper;
    this.#isFixed = keeper.gpc;
    if (consent === 'granted') {
      const joining = this.#joining();
      keeper.setConsent(consent);
      await this.#attach([joining]);
    } else if (keeper.gpc) await this.#erase();
    else {
      const apply = (state: State) => {
        this.#tools.wipe(state);
        state.consent = consent;
      };
      this.#queue = [{ apply, forgets: true, consents: true }];
      await this.flush();
    }
  }

  /** Adds what was in memory to what is stored, and the consent to do so. */
  #joining(): Queued {
    const { toJson, merge } = this.#tools;
    const before = toJson(this.#keeper.state);
    const apply = (state: State) => {
      merge(state, fromJson(this.#tools, before));
      state.consent = 'granted';
    };
    return { apply, consents: true };
  }

  readonly #flushNow = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.flush();
  };

  /** Moves what an earlier page had to leave in `localStorage`, and stores `queued`. */
  async #attach(queued: Queued[]): Promise<void> {
    const left = this.#left();
    const apply = (state: State) => {
      if (left?.whole) this.#tools.wipe(state);
      if (left) this.#tools.merge(state, left);
    };
    // With encryption, what is there may have to be written anew.
    if (left || this.isEncrypted || this.#isStale) {
      queued.unshift({ apply });
    }
    this.#queue.unshift(...queued);
    await this.flush(true);
    try {
      if (left && this.#place === 0) localStorage.removeItem(this.#name);
      if (this.#place === 1) probeLocal(this.#name);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** What is in `localStorage` where IndexedDB is the place. */
  #left(): State | undefined {
    let left: State | undefined;
    try {
      if (this.#place === 0) {
        updateLocal(this.#name, (text) => {
          if (text !== undefined) left = this.#read(text);
          return undefined;
        });
      }
    } catch {}
    return left;
  }

  /** Flushes after the flushes asked for before; `reads` even if nothing is to be written. */
  flush(reads = false): Promise<void> {
    const keeper = this.#keeper;
    const work = async () => {
      const batch = this.#queue;
      this.#queue = [];
      if (!batch.length && !reads) return;
      const stored = await this.#store(batch);
      const { consent } = stored;
      const isDecided = this.#isFixed || this.#queue.some(({ consents }) => consents);
      if (consent && consent !== keeper.consent && !isDecided) {
        if (consent === 'granted') {
          const joining = this.#joining();
          keeper.setConsent(consent);
          void this.#attach([joining]);
        } else {
          this.#queue = [];
          keeper.setConsent(consent);
        }
      } else if (keeper.storage !== 'memory') {
        for (const { apply } of this.#queue) apply(stored);
        keeper.replace(stored);
      }
      if (batch.length) await this.#tell(batch);
    };
    const flushed = this.#lastFlush.then(work).catch((error) => keeper.note(why(error)));
    this.#lastFlush = flushed;
    return flushed;
  }

  /** Applies a batch to what is stored and gives the result; an empty batch only reads. Gives up places that fail. */
  async #store(batch: Queued[]): Promise<State> {
    let base: State | undefined;
    let limit: number | undefined;
    let dropped = 0;
    while (this.#place !== MEMORY) {
      if (this.isEncrypted && this.#update === updateDatabase) {
        await this.#encrypt();
        continue;
      }
      const place = this.#place;
      const writes = batch.length > 0 || base !== undefined;
      let next = this.#tools.empty();
      const change: Change = (stored) => {
        next = this.#read(stored);
        if (next.consent === 'denied' && !batch.some(({ consents }) => consents)) return undefined;
        if (base) this.#tools.merge(next, base);
        next.consent ??= base?.consent;
        for (const { apply } of batch) apply(next);
        this.#keeper.prune(next, limit);
        // Neither is worth as much as events.
        if (dropped) next.shown.clear();
        next.whole = (place > 0 && (next.whole || this.#isWhole)) || undefined;
        return writes ? this.#written(next) : undefined;
      };
      try {
        if (place) updateLocal(this.#name, change);
        else await this.#update(this.#name, writes, change);
        this.#isWhole ||= !place;
        this.#committed = this.#tools.toJson(next);
        if (dropped)
          this.#keeper.note(`${PLACES[place]} was full: dropped the ${dropped} oldest events`);
        return next;
      } catch (error) {
        if (error === SEALED) this.isEncrypted = true;
        else if (isFull(error) && !dropped && next.events.length > 1) {
          // The older half matters least; half a history is better than one that ends with the page.
          limit = next.events.length >> 1;
          dropped = next.events.length - limit;
        } else {
          this.#giveUp(error);
          base = this.#committed === undefined ? undefined : fromJson(this.#tools, this.#committed);
          limit = undefined;
          dropped = 0;
        }
      }
    }
    return this.#keeper.state;
  }

  /** Tells other tabs, and removes from the other places what was to be removed: a copy would come back one day. */
  async #tell(batch: Queued[]): Promise<void> {
    this.#keeper.tell();
    const removals = batch.filter(({ forgets }) => forgets);
    if (!this.#isAutomatic || !removals.length) return;
    const change: Change = (text) => {
      if (text === undefined) return undefined;
      const state = this.#read(text);
      for (const { apply } of removals) apply(state);
      return this.#written(state);
    };
    try {
      if (this.#place !== 1) updateLocal(this.#name, change);
      if (this.#place) await this.#update(this.#name, true, change);
    } catch {}
  }

  /** Deletes all that is stored. */
  async #erase(): Promise<void> {
    try {
      localStorage.removeItem(this.#name);
    } catch {}
    await eraseDatabase(this.#name);
    this.#keeper.tell();
  }

  /** Loads what encrypts. */
  async #encrypt(): Promise<void> {
    try {
      const { updateSealed } = await import('./encrypted-database.js');
      this.#update = updateSealed(databaseTools, (problem) => this.#keeper.note(problem));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Goes on to the next place. */
  #giveUp(error: unknown): void {
    this.#keeper.note(`${PLACES[this.#place]} ${why(error)}`);
    this.#place = this.#place === 0 && this.#isAutomatic && !this.isEncrypted ? 1 : MEMORY;
  }

  /** Reads a stored text; one that is no history counts as none. */
  #read(stored: unknown): State {
    if (stored === undefined) return this.#tools.empty();
    if (typeof stored !== 'string') throw SEALED;
    try {
      const state = fromJson(this.#tools, stored);
      const { length } = state.events;
      this.#keeper.prune(state);
      this.#isStale ||= state.events.length < length;
      return state;
    } catch (error) {
      this.#keeper.note(
        `what was stored was unreadable (${(error as Error).message}) and is replaced`,
      );
      return this.#tools.empty();
    }
  }

  #written(state: State): Written {
    const { consent, whole, events, seed } = state;
    const isBare =
      seed === undefined && !events.length && this.#tools.NAMES.every((name) => !state[name].size);
    const isNothing = isBare && !consent && !whole;
    return { text: isNothing ? undefined : this.#tools.toJson(state, whole), isBare, consent };
  }
}
