// Keeps a state: in memory at once, on the device soon after, shared by all tabs.
//
// A change is applied in memory straight away, so that the next ranking sees it, and queued for storage. Storage is read,
// changed and written in one go, by one flush at a time; memory is always what storage last held, plus the changes still
// queued. A place that fails is given up for the next one: IndexedDB, `localStorage`, memory. A later page finds what was
// put into `localStorage` and moves it back into IndexedDB.
import {
  type Change,
  eraseDatabase,
  isFull,
  probeLocal,
  tools,
  updateDatabase,
  updateLocal,
  type Written,
  why,
} from './places.js';
import {
  DAY_MS,
  empty,
  fromJson,
  isBare as isBareState,
  merge,
  prune,
  type State,
  toJson,
} from './state.js';
import type { ConsentState, DeviceOptions, Storage } from './types.js';

const PLACES: readonly Storage[] = ['indexeddb', 'localstorage', 'memory'];
const MEMORY = 2;
/** How long impressions wait for more. */
const DELAY_MS = 1000;

/** What is stored is encrypted. */
const SEALED = {};

/** A change of a state. */
export type Apply = (state: State) => void;

interface Queued {
  readonly apply: Apply;
  /** Whether it removes, in other places, too: a copy there would come back one day. */
  readonly forgets: boolean;
  /** Whether it says what is allowed. */
  readonly consents: boolean;
}

/** What listens; what one of them throws is reported and does not stop the others. */
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

export class Keeper {
  state = empty();
  consent: ConsentState;
  /** Another one after every change of `state`. */
  stamp = 0;
  problem: string | undefined;
  isEncrypted: boolean;
  readonly name: string;
  /** Whether the browser sends Global Privacy Control, and it is honoured. */
  readonly gpc: boolean;
  readonly changed = new Listeners();
  readonly consentChanged = new Listeners();
  readonly #limit: number;
  readonly #ttlMs: number;
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
  #channel: BroadcastChannel | undefined;

  constructor(options: DeviceOptions) {
    const { historyName = 'vicino', storage = 'auto', consent = 'memory-only' } = options;
    const { encrypt = false, historyLimit = 200, historyDays = 180 } = options;
    const { navigator } = globalThis as { navigator?: { globalPrivacyControl?: boolean } };
    this.name = historyName;
    this.#limit = historyLimit;
    this.#ttlMs = historyDays * DAY_MS;
    this.#place =
      encrypt && storage !== 'memory' ? 0 : Math.max(0, PLACES.indexOf(storage as Storage));
    this.isEncrypted = encrypt;
    this.#isAutomatic = storage === 'auto' && !encrypt;
    this.gpc = options.honorGlobalPrivacyControl !== false && !!navigator?.globalPrivacyControl;
    this.#isFixed = this.gpc || consent === 'denied';
    this.consent = this.gpc && consent === 'granted' ? 'memory-only' : consent;
  }

  /** Where the state is kept. */
  get storage(): Storage {
    return PLACES[this.consent === 'granted' ? this.#place : MEMORY] as Storage;
  }

  /** Reads what there is, and keeps or deletes it as the consent says. Never rejects. */
  async start(): Promise<void> {
    if (this.#place === MEMORY) return;
    if (this.isEncrypted) await this.#encrypt();
    const told = [(await this.#store([])).consent, this.#left()?.consent];
    if (told.includes('denied')) this.consent = 'denied';
    else if (this.#isFixed) await this.#erase();
    else this.consent = told.find(Boolean) ?? this.consent;
    if (this.consent === 'granted') await this.#attach([]);
    try {
      this.#channel = new BroadcastChannel(`vicino:${this.name}`);
      this.#channel.onmessage = () => void this.#flush(true);
      // Node would wait for messages for ever.
      (this.#channel as { unref?: () => void }).unref?.();
    } catch {}
    globalThis.document?.addEventListener('visibilitychange', this.#flushNow);
  }

  /** Lets go of the page; what is queued still gets stored. */
  close(): void {
    this.#flushNow();
    globalThis.document?.removeEventListener('visibilitychange', this.#flushNow);
    if (this.#channel) this.#channel.onmessage = null;
    void this.#lastFlush.then(() => this.#channel?.close());
  }

  /** Applies a change; the promise settles when it is stored, and never rejects. */
  async change(apply: Apply, forgets = false): Promise<void> {
    if (this.#change(apply, forgets)) {
      this.changed.call();
      await this.#flush();
    }
  }

  /** Applies a change that nobody listens to, and stores it with what comes within a second. */
  changeLater(apply: Apply): void {
    if (this.#change(apply, false)) this.#timer ??= setTimeout(this.#flushNow, DELAY_MS);
  }

  /** Says what is allowed from now on; the promise never rejects. */
  async decide(consent: 'granted' | 'denied'): Promise<void> {
    if ((this.gpc && consent === 'granted') || this.consent === consent) return;
    this.#isFixed = this.gpc;
    const before = toJson(this.state);
    this.#setConsent(consent);
    if (consent === 'granted') await this.#attach([this.#joining(before, consent)]);
    else if (this.gpc) await this.#erase();
    else {
      const apply = (state: State) => {
        wipe(state);
        state.consent = consent;
      };
      this.#queue = [{ apply, forgets: true, consents: true }];
      await this.#flush();
    }
  }

  /** Adds what was in memory to what is stored. */
  #joining(json: string, consent: State['consent']): Queued {
    const apply = (state: State) => {
      merge(state, fromJson(json));
      state.consent = consent;
    };
    return { apply, forgets: false, consents: true };
  }

  #setConsent(consent: ConsentState): void {
    this.consent = consent;
    if (consent === 'denied') {
      this.state = empty();
      this.#queue = [];
      this.stamp++;
      this.changed.call();
    }
    this.consentChanged.call();
  }

  /** Gives whether anything changed. */
  #change(apply: Apply, forgets: boolean): boolean {
    if (this.consent === 'denied') return false;
    apply(this.state);
    this.#prune(this.state);
    this.stamp++;
    if (this.storage !== 'memory') this.#queue.push({ apply, forgets, consents: false });
    return true;
  }

  #prune(state: State, limit = this.#limit): void {
    prune(state, Date.now(), limit, this.#ttlMs);
  }

  readonly #flushNow = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#flush();
  };

  /** Moves what an earlier page had to leave in `localStorage`, and stores `queued`. */
  async #attach(queued: Queued[]): Promise<void> {
    const left = this.#left();
    const apply = (state: State) => {
      if (left?.whole) wipe(state);
      if (left) merge(state, left);
    };
    // With encryption, what is there may have to be written anew.
    if (left || this.isEncrypted || this.#isStale) {
      queued.unshift({ apply, forgets: false, consents: false });
    }
    this.#queue.unshift(...queued);
    await this.#flush(true);
    try {
      if (left && this.#place === 0) localStorage.removeItem(this.name);
      if (this.#place === 1) probeLocal(this.name);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** What is in `localStorage` where IndexedDB is the place. */
  #left(): State | undefined {
    let left: State | undefined;
    try {
      if (this.#place === 0) {
        updateLocal(this.name, (text) => {
          if (text !== undefined) left = this.#read(text);
          return undefined;
        });
      }
    } catch {}
    return left;
  }

  /** Flushes after the flushes asked for before; `reads` even if nothing is to be written. */
  #flush(reads = false): Promise<void> {
    const flushed = this.#lastFlush.then(async () => {
      const batch = this.#queue;
      this.#queue = [];
      if (!batch.length && !reads) return;
      const stored = await this.#store(batch);
      const { consent } = stored;
      const isDecided = this.#isFixed || this.#queue.some(({ consents }) => consents);
      if (consent && consent !== this.consent && !isDecided) {
        const before = toJson(this.state);
        this.#setConsent(consent);
        if (consent === 'granted') void this.#attach([this.#joining(before, consent)]);
      } else if (this.storage !== 'memory') {
        for (const { apply } of this.#queue) apply(stored);
        const before = this.state;
        this.state = stored;
        this.stamp++;
        if (ranked(before) !== ranked(stored)) this.changed.call();
      }
      if (batch.length) await this.#tell(batch);
    });
    this.#lastFlush = flushed;
    return flushed;
  }

  /** Applies a batch to what is stored and gives the result; an empty batch only reads. Gives up places that fail. */
  async #store(batch: Queued[]): Promise<State> {
    let base: State | undefined;
    let limit = this.#limit;
    let dropped = 0;
    while (this.#place !== MEMORY) {
      const place = this.#place;
      const writes = batch.length > 0 || base !== undefined;
      let next = empty();
      const change: Change = (stored) => {
        next = this.#read(stored);
        if (next.consent === 'denied' && !batch.some(({ consents }) => consents)) return undefined;
        if (base) merge(next, base);
        next.consent ??= base?.consent;
        for (const { apply } of batch) apply(next);
        this.#prune(next, limit);
        // Neither is worth as much as events.
        if (dropped) next.shown.clear();
        next.whole = (place > 0 && (next.whole || this.#isWhole)) || undefined;
        return writes ? written(next) : undefined;
      };
      try {
        if (place) updateLocal(this.name, change);
        else await this.#update(this.name, writes, change);
        this.#isWhole ||= !place;
        this.#committed = toJson(next);
        if (dropped) this.#note(`${PLACES[place]} was full: dropped the ${dropped} oldest events`);
        return next;
      } catch (error) {
        if (error === SEALED) await this.#encrypt();
        else if (isFull(error) && !dropped && next.events.length > 1) {
          // The older half matters least; half a history is better than one that ends with the page.
          limit = next.events.length >> 1;
          dropped = next.events.length - limit;
        } else {
          this.#giveUp(error);
          base = this.#committed === undefined ? undefined : fromJson(this.#committed);
          limit = this.#limit;
          dropped = 0;
        }
      }
    }
    return this.state;
  }

  /** Tells other tabs, and removes from the other places what was to be removed: a copy would come back one day. */
  async #tell(batch: Queued[]): Promise<void> {
    this.#channel?.postMessage(0);
    const removals = batch.filter(({ forgets }) => forgets);
    if (!this.#isAutomatic || !removals.length) return;
    const change: Change = (text) => {
      if (text === undefined) return undefined;
      const state = this.#read(text);
      for (const { apply } of removals) apply(state);
      return written(state);
    };
    try {
      if (this.#place !== 1) updateLocal(this.name, change);
      if (this.#place) await this.#update(this.name, true, change);
    } catch {}
  }

  /** Deletes all that is stored. */
  async #erase(): Promise<void> {
    try {
      localStorage.removeItem(this.name);
    } catch {}
    await eraseDatabase(this.name);
    this.#channel?.postMessage(0);
  }

  /** Loads what encrypts. */
  async #encrypt(): Promise<void> {
    this.isEncrypted = true;
    try {
      const { updateSealed } = await import('./seal.js');
      this.#update = updateSealed(tools, (problem) => this.#note(problem));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Goes on to the next place. */
  #giveUp(error: unknown): void {
    this.#note(`${PLACES[this.#place]} ${why(error)}`);
    this.#place = this.#place === 0 && this.#isAutomatic && !this.isEncrypted ? 1 : MEMORY;
  }

  /** Reads a stored text; one that is no history counts as none. */
  #read(stored: unknown): State {
    if (stored === undefined) return empty();
    if (typeof stored !== 'string') throw SEALED;
    try {
      const state = fromJson(stored);
      const { length } = state.events;
      this.#prune(state);
      this.#isStale ||= state.events.length < length;
      return state;
    } catch (error) {
      this.#note(`what was stored was unreadable (${(error as Error).message}) and is replaced`);
      return empty();
    }
  }

  #note(problem: string): void {
    if (!this.problem?.endsWith(problem)) {
      this.problem = this.problem ? `${this.problem}; ${problem}` : problem;
    }
  }
}

/** Removes all but the consent, wherever there is a copy. */
export function wipe(state: State): void {
  Object.assign(state, empty(), { seed: undefined, whole: true });
}

function written(state: State): Written {
  const isBare = isBareState(state);
  const isNothing = isBare && !state.consent && !state.whole;
  return {
    text: isNothing ? undefined : toJson(state, state.whole),
    isBare,
    consent: state.consent,
  };
}

/** What listeners hear of. */
const ranked = ({ events, disliked }: State): string => JSON.stringify([events, [...disliked]]);
