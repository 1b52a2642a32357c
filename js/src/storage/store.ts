// A copy of the state on the device, shared by all tabs.
//
// A change is applied in memory straight away, so that the next ranking sees it, and queued for storage. Storage is
// read, changed and written in one go, by one flush at a time; memory is always the state that storage last held, plus
// the changes still queued. A place that fails is given up for the next one: IndexedDB, `localStorage`, memory. A later
// page finds the data in `localStorage` and moves it back into IndexedDB.
import { missingScript, VicinoError } from '../core/errors.js';
import { type Access, isAbsent } from '../device/database.js';
import { isEvent, readTable } from '../device/import.js';
import { merge } from '../device/merge.js';
import {
  type Change,
  empty,
  FORMAT,
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
  failureOf,
  isFull,
  probeLocal,
  type StoredText,
  type Update,
  updateDatabase,
  updateLocal,
} from './storage-backends.js';

export { readExport } from '../device/import.js';
export { merge } from '../device/merge.js';

const PLACES: readonly Storage[] = ['indexeddb', 'localstorage', 'memory'];
const DATABASE = 0;
const LOCAL = 1;
const MEMORY = 2;
/** Time that impressions wait for more, so that several are stored in one go. */
const DELAY_MS = 1000;
/** Thrown by a reader that finds an encrypted value. */
const ENCRYPTED = new Error('is encrypted');

/** Owner of the state in memory, as a store sees it. */
export interface StoreHost {
  /** State in memory. */
  readonly state: State;
  /** Consent that holds. A store sets it to the decision of an earlier page or another tab. */
  consent: ConsentState;
  /** A number that differs whenever a decision on this page begins or ends: what was read before decides nothing. */
  readonly numDecisions: number;
  /** True if what is stored decides nothing now. */
  readonly isDeciding: boolean;
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
  /** True if it is the decision that something may be stored. */
  readonly decides?: boolean;
  /** Error of a place where the data may be left. */
  failure?: unknown;
}

/** Parses the JSON of `toJson`; throws on any other text, and leaves out what cannot be kept. */
function fromJson(text: string): State {
  const { format, version, events, seed, consent, whole, ...tables } = JSON.parse(text);
  if (format !== FORMAT || !(version <= VERSION)) throw new Error(`${format} ${version}`);
  const state: State = { ...empty(), events: events.filter(isEvent), whole: !!whole || undefined };
  state.events.sort((a, b) => b.at - a.at);
  if (Number.isFinite(seed)) state.seed = seed;
  if (consent === 'granted' || consent === 'denied') state.consent = consent;
  for (const name of TABLE_NAMES) state[name] = readTable(name, tables[name]);
  return state;
}

/** Storage of one history, in the first place that works. */
export class Store {
  isEncrypted: boolean;
  readonly #host: StoreHost;
  readonly #options: DeviceOptions;
  readonly #name: string;
  /** True if `localStorage` may take over from IndexedDB. */
  readonly #isAutomatic: boolean;
  /** Places where data may be. */
  readonly #places: readonly number[];
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
  /** Error of the script that encrypts, if it did not load. */
  #missing: VicinoError | undefined;

  constructor(host: StoreHost, name: string, options: DeviceOptions) {
    const { storage = 'auto', encrypt = false } = options;
    this.#host = host;
    this.#options = options;
    this.#name = name;
    this.#place = encrypt ? DATABASE : Math.max(DATABASE, PLACES.indexOf(storage as Storage));
    this.isEncrypted = encrypt;
    this.#isAutomatic = storage === 'auto' && !encrypt;
    this.#places = this.#isAutomatic ? [DATABASE, LOCAL] : [this.#place];
    globalThis.document?.addEventListener('visibilitychange', this.#flushNow);
  }

  get place(): Storage {
    return PLACES[this.#place] as Storage;
  }

  /** Reads what earlier pages stored, and stores what memory has besides if that is allowed. */
  async start(): Promise<void> {
    const host = this.#host;
    const { numDecisions } = host;
    const decisions = [(await this.#store([])).consent, this.#leftInLocal()?.consent];
    if (host.isDeciding || numDecisions !== host.numDecisions) return;
    if (decisions.includes('denied')) host.consent = 'denied';
    else host.consent = decisions.find(Boolean) ?? host.consent;
    const isBare = this.#written(host.state).isBare;
    if (host.consent === 'granted') await this.#attach(isBare ? [] : [this.#joining(false)]);
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

  /** Stores everything in memory, and the decision of the shopper that it may be stored. */
  async grant(): Promise<void> {
    const joining = this.#joining(true);
    this.#host.consent = 'granted';
    await this.#attach([joining]);
    if (this.#missing) throw this.#missing;
  }

  /** Applies a change that removes data, which memory has already, everywhere; rejects if a copy may be left. */
  async remove(apply: Change): Promise<void> {
    const removal: QueuedChange = { apply, removes: true };
    this.#queue.push(removal);
    await this.flush();
    const { failure } = removal;
    if (failure instanceof VicinoError) throw failure;
    if (failure) {
      const why = `${this.#name} may still have the data: ${failureOf(failure)}`;
      throw new VicinoError('storage', why, { cause: failure });
    }
  }

  /** Forgets what was still to be stored. */
  drop(): void {
    this.#queue = [];
  }

  get #isStoring(): boolean {
    return this.#host.consent === 'granted' && this.#place !== MEMORY;
  }

  /** Makes the change that adds the state in memory to storage, with the consent to store it if that `decides`. */
  #joining(decides: boolean): QueuedChange {
    const before = toJson(this.#host.state);
    const apply = (state: State) => {
      merge(state, fromJson(before));
      if (decides) state.consent = 'granted';
    };
    return { apply, decides };
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
      if (this.#place === LOCAL) probeLocal();
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
      const { numDecisions } = host;
      const stored = await this.#store(batch);
      const { consent } = stored;
      const decides = !host.isDeciding && numDecisions === host.numDecisions;
      if (consent && consent !== host.consent && decides) {
        if (consent === 'granted') {
          const joining = this.#joining(true);
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
      // Refused meanwhile: the refusal is in one place, and must not be missed in the next one.
      if (batch.length && this.#host.consent === 'denied') break;
      if (this.isEncrypted && this.#update === updateDatabase) {
        await this.#encrypt();
        continue;
      }
      const place = this.#place;
      const adds = batch.some(({ removes }) => !removes) || base !== undefined;
      const access: Access = adds ? 'create' : batch.length ? 'edit' : 'read';
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
        return access === 'read' ? undefined : this.#written(next);
      };
      try {
        if (place) updateLocal(this.#name, edit);
        else await this.#update(this.#name, access, edit);
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
    if (!removals.length) return;
    const edit: Edit = (text) => {
      if (text === undefined) return undefined;
      const state = this.#read(text);
      for (const { apply } of removals) apply(state);
      return this.#written(state);
    };
    for (const place of this.#places) {
      if (place === this.#place) continue;
      try {
        if (place) updateLocal(this.#name, edit);
        else await this.#update(this.#name, 'edit', edit);
      } catch (error) {
        const failure = this.#missing ?? error;
        if (!isAbsent(error)) for (const removal of removals) removal.failure = failure;
      }
    }
  }

  /** Loads the encrypted database and uses it from now on. */
  async #encrypt(): Promise<void> {
    try {
      const { updateEncrypted } = await import('./encrypted-database.js').catch(missingScript);
      this.#update = updateEncrypted((problem) => this.#host.report(problem));
    } catch (error) {
      this.#missing = error as VicinoError;
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
