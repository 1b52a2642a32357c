// Keeps a state in memory, and hands it to the store once there is one.
//
// Storage is a module of its own. It is loaded when something may be stored, or is: not for a first visit before consent.

import type { Store } from '../storage/store.js';
import { DAY_MS, empty, insert, merge, NAMES, prune, type State, toJson, wipe } from './state.js';
import type { ConsentState, DeviceOptions, Storage } from './types.js';

/** A healthy browser answers within a few ms. */
const DEADLINE_MS = 2000;

/** What the store needs of state.ts: what two modules import would be another download. */
const TOOLS = { empty, insert, merge, NAMES, toJson, wipe };
export type Tools = typeof TOOLS;

/** A change of a state. */
export type Apply = (state: State) => void;

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
  readonly name: string;
  /** Whether the browser sends Global Privacy Control, and it is honoured. */
  readonly gpc: boolean;
  readonly changed = new Listeners();
  readonly consentChanged = new Listeners();
  readonly options: DeviceOptions;
  store: Store | undefined;
  #loading: Promise<void> | undefined;
  /** The last decision, which makes those before it void. */
  #decision = 0;
  #channel: BroadcastChannel | undefined;

  constructor(options: DeviceOptions) {
    const { historyName = 'vicino', consent = 'memory-only' } = options;
    const { navigator } = globalThis as { navigator?: { globalPrivacyControl?: boolean } };
    this.options = options;
    this.name = historyName;
    this.gpc = options.honorGlobalPrivacyControl !== false && !!navigator?.globalPrivacyControl;
    this.consent = this.gpc && consent === 'granted' ? 'memory-only' : consent;
  }

  /** Where the state is kept. */
  get storage(): Storage {
    return (this.consent === 'granted' && this.store?.place) || 'memory';
  }

  /** Reads what there is, and keeps or deletes it as the consent says. Never rejects. */
  async start(): Promise<void> {
    if (this.options.storage === 'memory') return;
    if (this.consent === 'granted' || (await this.#isStored())) {
      await this.#load();
      await this.store?.start();
    }
    try {
      this.#channel = new BroadcastChannel(`vicino:${this.name}`);
      this.#channel.onmessage = async () => {
        await this.#load();
        await this.store?.flush(true);
      };
      // Node would wait for messages for ever.
      (this.#channel as { unref?: () => void }).unref?.();
    } catch {}
  }

  /** Tells other tabs that there is something to read. */
  tell(): void {
    this.#channel?.postMessage(0);
  }

  /** Lets go of the page; what is queued still gets stored. */
  async close(): Promise<void> {
    if (this.#channel) this.#channel.onmessage = null;
    await this.store?.close();
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Applies a change; the promise settles when it is stored, and never rejects. */
  async change(apply: Apply, forgets = false): Promise<void> {
    if (this.#change(apply, forgets)) {
      this.changed.call();
      await this.store?.flush();
    }
  }

  /** Applies a change that nobody listens to, and stores it with what comes within a second. */
  changeLater(apply: Apply): void {
    if (this.#change(apply, false)) this.store?.flushLater();
  }

  /** Says what is allowed from now on; the promise never rejects. */
  async decide(consent: 'granted' | 'denied'): Promise<void> {
    if ((this.gpc && consent === 'granted') || this.consent === consent) return;
    const decision = ++this.#decision;
    if (consent === 'denied') this.setConsent(consent);
    await this.#load();
    if (decision !== this.#decision) return;
    if (this.store) await this.store.decide(consent);
    else this.setConsent(consent);
  }

  setConsent(consent: ConsentState): void {
    if (this.consent === consent) return;
    this.consent = consent;
    if (consent === 'denied') this.replace(empty());
    this.consentChanged.call();
  }

  /** Goes on with another state. */
  replace(state: State): void {
    const before = ranked(this.state);
    this.state = state;
    this.stamp++;
    if (ranked(state) !== before) this.changed.call();
  }

  note(problem: string): void {
    if (!this.problem?.endsWith(problem)) {
      this.problem = this.problem ? `${this.problem}; ${problem}` : problem;
    }
  }

  prune(state: State, limit = this.options.historyLimit ?? 200): void {
    prune(state, Date.now(), limit, (this.options.historyDays ?? 180) * DAY_MS);
  }

  /** Gives whether anything changed. */
  #change(apply: Apply, forgets: boolean): boolean {
    if (this.consent === 'denied') return false;
    apply(this.state);
    this.prune(this.state);
    this.stamp++;
    this.store?.push(apply, forgets);
    return true;
  }

  #load(): Promise<void> {
    const load = async () => {
      if (this.options.storage === 'memory') return;
      try {
        const { Store } = await import('../storage/store.js');
        this.store = new Store(this, TOOLS);
      } catch (error) {
        this.note(`storage did not load: ${(error as Error).message}`);
      }
    };
    this.#loading ??= load();
    return this.#loading;
  }

  /** Whether anything may be stored. */
  async #isStored(): Promise<boolean> {
    try {
      if (localStorage.getItem(this.name) !== null) return true;
      const late = new Promise<undefined>((resolve) => {
        setTimeout(resolve, DEADLINE_MS);
      });
      const databases = await Promise.race([indexedDB.databases(), late]);
      return databases?.some(({ name }) => name === this.name) ?? true;
    } catch {
      return true;
    }
  }
}

/** What listeners hear of. */
const ranked = ({ events, disliked }: State): string => JSON.stringify([events, [...disliked]]);
