// A copy of the state on the device, shared by all tabs.
//
// A change is applied in memory straight away, so that the next ranking sees it, and queued for storage. Storage is
// read, changed and written in one go, by one flush at a time; memory is always the state that storage last held, plus
// the changes still queued. A place that fails is given up for the next one: IndexedDB, `localStorage`, memory. A later
// page finds the data in `localStorage` and moves it back into IndexedDB.
import {
  type Change,
  empty,
  FORMAT,
  merge,
  prune,
  type State,
  TABLE_NAMES,
  toJson,
  VERSION,
  wipe,
} from '../device/state.js';
import type { ConsentState, DeviceOptions, Storage } from '../device/types.js';
import {
  type Edit,
  eraseDatabase,
  failureOf,
  isFull,
  probeLocal,
  type StoredText,
  type Update,
  updateDatabase,
  updateLocal,
} from './storage-backends.js';

const PLACES: readonly Storage[] = ['indexeddb', 'localstorage', 'memory'];
const DATABASE = 0;
const LOCAL = 1;
const MEMORY = 2;
/** Time that impressions wait for more, so that several are stored in one go. */
const DELAY_MS = 1000;
/** Thrown by a reader that finds an encrypted value. */
const ENCRYPTED = {};

/** Owner of the state in memory, as a store sees it. */
export interface StoreHost {
  /** State in memory. */
  readonly state: State;
  /** Consent that holds. A store sets it to the decision of an earlier page or another tab. */
  consent: ConsentState;
  /** Replaces the state in memory. */
  replace(state: State): void;
  /** Reports a problem with storage. */
  report(problem: string): void;
  /** Tells other tabs that there is something new to read. */
  broadcast(): void;
}

/** A change that memory holds and storage does not. */
interface QueuedChange {
  readonly apply: Change;
  /** True if it removes data, which must go from other places, too: a copy there would come back one day. */
  readonly removes?: boolean;
  /** True if it is a decision on consent. */
  readonly decides?: boolean;
}

/** Parses the JSON of `toJson`; throws on any other text. */
function fromJson(text: string): State {
  const { format, version, events, seed, consent, whole, ...tables } = JSON.parse(text);
  if (format !== FORMAT || version > VERSION) throw new Error(`${format} ${version}`);
  const state: State = { ...empty(), events, seed, consent, whole };
  state.events.sort((a, b) => b.at - a.at);
  for (const name of TABLE_NAMES) state[name] = new Map(tables[name]) as never;
  return state;
}

/** Storage of one history, in the first place that works. */
export class Store {
  isEncrypted: boolean;
  readonly #host: StoreHost;
  readonly #options: DeviceOptions;
  readonly #gpc: boolean;
  readonly #name: string;
  /** True if `localStorage` may take over from IndexedDB. */
  readonly #isAutomatic: boolean;
  /** True if decisions of other tabs do not count. */
  #isFixed: boolean;
  #place: number;
  #update: Update = updateDatabase;
  /** JSON that storage held after the last flush. */
  #committed: string | undefined;
  /** True if `#committed` is all there is on this device; else IndexedDB may hold more that could not be read. */
  #isWhole = false;
  /** True if storage holds rows that are too old. */
  #isStale = false;
  #queue: QueuedChange[] = [];
  #lastFlush: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Makes a store of the history of this name; `gpc` is true if the browser sends Global Privacy Control and the site
   * honours it.
   */
  constructor(host: StoreHost, name: string, options: DeviceOptions, gpc: boolean) {
    const { storage = 'auto', consent, encrypt = false } = options;
    this.#host = host;
    this.#options = options;
    this.#gpc = gpc;
    this.#name = name;
    this.#place = encrypt ? DATABASE : Math.max(DATABASE, PLACES.indexOf(storage as Storage));
    this.isEncrypted = encrypt;
    this.#isAutomatic = storage === 'auto' && !encrypt;
    this.#isFixed = gpc || consent === 'denied';
    globalThis.document?.addEventListener('visibilitychange', this.#flushNow);
  }

  get place(): Storage {
    return PLACES[this.#place] as Storage;
  }

  /** Reads what earlier pages stored, and keeps or deletes it according to the consent. */
  async start(): Promise<void> {
    const host = this.#host;
    const decisions = [(await this.#store([])).consent, this.#leftInLocal()?.consent];
    if (decisions.includes('denied')) host.consent = 'denied';
    else if (this.#isFixed) await this.#erase();
    else host.consent = decisions.find(Boolean) ?? host.consent;
    if (host.consent === 'granted') await this.#attach([]);
  }

  async close(): Promise<void> {
    globalThis.document?.removeEventListener('visibilitychange', this.#flushNow);
    this.#flushNow();
    await this.#lastFlush;
  }

  /** Queues a change that memory already has; see {@link QueuedChange} for `removes`. */
  push(apply: Change, removes: boolean): void {
    if (this.#isStoring) this.#queue.push({ apply, removes });
  }

  flushLater(): void {
    this.#timer ??= setTimeout(this.#flushNow, DELAY_MS);
  }

  /** Carries out a decision of the shopper: stores everything, or deletes it. */
  async decide(consent: 'granted' | 'denied'): Promise<void> {
    this.#isFixed = this.#gpc;
    if (consent === 'granted') {
      const joining = this.#joining();
      this.#host.consent = consent;
      await this.#attach([joining]);
    } else if (this.#gpc) await this.#erase();
    else {
      const apply = (state: State) => {
        wipe(state);
        state.consent = consent;
      };
      this.#queue = [{ apply, removes: true, decides: true }];
      await this.flush();
    }
  }

  get #isStoring(): boolean {
    return this.#host.consent === 'granted' && this.#place !== MEMORY;
  }

  /** Makes the change that adds the state in memory to storage, and the consent to store it. */
  #joining(): QueuedChange {
    const before = toJson(this.#host.state);
    const apply = (state: State) => {
      merge(state, fromJson(before));
      state.consent = 'granted';
    };
    return { apply, decides: true };
  }

  readonly #flushNow = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.flush();
  };

  /** Moves to IndexedDB what an earlier page had to leave in `localStorage`, and stores `queued`. */
  async #attach(queued: QueuedChange[]): Promise<void> {
    const left = this.#leftInLocal();
    const apply = (state: State) => {
      if (left?.whole) wipe(state);
      if (left) merge(state, left);
    };
    // With encryption, a stored value may have to be written anew.
    if (left || this.isEncrypted || this.#isStale) {
      queued.unshift({ apply });
    }
    this.#queue.unshift(...queued);
    await this.flush(true);
    try {
      if (left && this.#place === DATABASE) localStorage.removeItem(this.#name);
      if (this.#place === LOCAL) probeLocal(this.#name);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Reads the state in `localStorage` if IndexedDB is the place. */
  #leftInLocal(): State | undefined {
    let left: State | undefined;
    try {
      if (this.#place === DATABASE) {
        updateLocal(this.#name, (text) => {
          if (text !== undefined) left = this.#read(text);
          return undefined;
        });
      }
    } catch {}
    return left;
  }

  /** Flushes the queue after the flushes requested before; with `reads`, also reads storage if the queue is empty. */
  flush(reads = false): Promise<void> {
    const host = this.#host;
    const work = async () => {
      const batch = this.#queue;
      this.#queue = [];
      if (!batch.length && !reads) return;
      const stored = await this.#store(batch);
      const { consent } = stored;
      const isDecided = this.#isFixed || this.#queue.some(({ decides }) => decides);
      if (consent && consent !== host.consent && !isDecided) {
        if (consent === 'granted') {
          const joining = this.#joining();
          host.consent = consent;
          void this.#attach([joining]);
        } else {
          this.#queue = [];
          host.consent = consent;
        }
      } else if (this.#isStoring) {
        for (const { apply } of this.#queue) apply(stored);
        host.replace(stored);
      }
      if (batch.length) await this.#announce(batch);
    };
    const flushed = this.#lastFlush.then(work).catch((error) => host.report(failureOf(error)));
    this.#lastFlush = flushed;
    return flushed;
  }

  /**
   * Applies a batch to the stored state and returns the result; an empty batch only reads. Gives up places that fail.
   */
  async #store(batch: QueuedChange[]): Promise<State> {
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
      let next = empty();
      const edit: Edit = (stored) => {
        next = this.#read(stored);
        if (next.consent === 'denied' && !batch.some(({ decides }) => decides)) return undefined;
        if (base) merge(next, base);
        next.consent ??= base?.consent;
        for (const { apply } of batch) apply(next);
        prune(next, this.#options, limit);
        // Impressions are worth less than events.
        if (dropped) next.shown.clear();
        next.whole = (place > DATABASE && (next.whole || this.#isWhole)) || undefined;
        return writes ? this.#written(next) : undefined;
      };
      try {
        if (place) updateLocal(this.#name, edit);
        else await this.#update(this.#name, writes, edit);
        this.#isWhole ||= !place;
        this.#committed = toJson(next);
        if (dropped)
          this.#host.report(`${PLACES[place]} was full: dropped the ${dropped} oldest events`);
        return next;
      } catch (error) {
        if (error === ENCRYPTED) this.isEncrypted = true;
        else if (isFull(error) && !dropped && next.events.length > 1) {
          // The older half matters least; half a history is better than one that ends with the page.
          limit = next.events.length >> 1;
          dropped = next.events.length - limit;
        } else {
          this.#giveUp(error);
          base = this.#committed === undefined ? undefined : fromJson(this.#committed);
          limit = undefined;
          dropped = 0;
        }
      }
    }
    return this.#host.state;
  }

  /** Tells other tabs, and carries out removals in the other places, too: a copy there would come back one day. */
  async #announce(batch: QueuedChange[]): Promise<void> {
    this.#host.broadcast();
    const removals = batch.filter(({ removes }) => removes);
    if (!this.#isAutomatic || !removals.length) return;
    const edit: Edit = (text) => {
      if (text === undefined) return undefined;
      const state = this.#read(text);
      for (const { apply } of removals) apply(state);
      return this.#written(state);
    };
    try {
      if (this.#place !== LOCAL) updateLocal(this.#name, edit);
      if (this.#place) await this.#update(this.#name, true, edit);
    } catch {}
  }

  /** Deletes all that is stored. */
  async #erase(): Promise<void> {
    try {
      localStorage.removeItem(this.#name);
    } catch {}
    await eraseDatabase(this.#name);
    this.#host.broadcast();
  }

  /** Loads the encrypted database and uses it from now on. */
  async #encrypt(): Promise<void> {
    try {
      const { updateEncrypted } = await import('./encrypted-database.js');
      this.#update = updateEncrypted((problem) => this.#host.report(problem));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Moves on to the next place. */
  #giveUp(error: unknown): void {
    this.#host.report(`${PLACES[this.#place]} ${failureOf(error)}`);
    const isNext = this.#place === DATABASE && this.#isAutomatic && !this.isEncrypted;
    this.#place = isNext ? LOCAL : MEMORY;
  }

  /** Parses a stored text; a text that cannot be parsed counts as none. */
  #read(stored: unknown): State {
    if (stored === undefined) return empty();
    if (typeof stored !== 'string') throw ENCRYPTED;
    try {
      const state = fromJson(stored);
      const { length } = state.events;
      prune(state, this.#options);
      this.#isStale ||= state.events.length < length;
      return state;
    } catch (error) {
      this.#host.report(
        `what was stored was unreadable (${(error as Error).message}) and is replaced`,
      );
      return empty();
    }
  }

  #written(state: State): StoredText {
    const { consent, whole, events, seed } = state;
    const isBare =
      seed === undefined && !events.length && TABLE_NAMES.every((name) => !state[name].size);
    const isNothing = isBare && !consent && !whole;
    return { text: isNothing ? undefined : toJson(state, whole), isBare, consent };
  }
}
