// The state of a device in memory, and the consent that decides where it is stored.
//
// The store is a module of its own. It is loaded only if something may be stored or is stored already, so a first visit
// without consent never loads it.
import { freed } from '../core/check.js';
import { Listeners } from '../core/listeners.js';
import type { Store, StoreHost } from '../storage/store.js';
import { type Change, empty, prune, type State } from './state.js';
import type { ConsentState, DeviceOptions, Storage } from './types.js';

/** Time to wait for the list of databases, which takes a healthy browser a few ms. */
const DEADLINE_MS = 2000;

/** Owner of the state in memory. Changes apply in memory at once and go on to the store if there is one. */
export class Controller implements StoreHost {
  state = empty();
  /** A number that differs after every change of `state`. */
  stamp = 0;
  problem: string | undefined;
  /** True if the browser sends Global Privacy Control and the site honours it. */
  readonly gpc: boolean;
  readonly changed = new Listeners();
  readonly consentChanged = new Listeners();
  readonly options: DeviceOptions;
  /** Name of the history on this device. */
  readonly name: string;
  store: Store | undefined;
  /** Seed of experiments until one is stored. */
  pageSeed: number | undefined;
  #consent: ConsentState;
  #isClosed = false;
  #loading: Promise<void> | undefined;
  /** Number of decisions so far; a newer decision makes an older one void. */
  #numDecisions = 0;
  #channel: BroadcastChannel | undefined;

  constructor(options: DeviceOptions) {
    const { historyName = 'vicino', consent = 'memory-only' } = options;
    const { navigator } = globalThis as { navigator?: { globalPrivacyControl?: boolean } };
    this.options = options;
    this.name = historyName;
    this.gpc = options.honorGlobalPrivacyControl !== false && !!navigator?.globalPrivacyControl;
    this.#consent = this.gpc && consent === 'granted' ? 'memory-only' : consent;
  }

  get consent(): ConsentState {
    return this.#consent;
  }

  set consent(consent: ConsentState) {
    if (this.#consent === consent) return;
    this.#consent = consent;
    if (consent === 'denied') this.replace(empty());
    this.consentChanged.call();
  }

  /** Place where the state is stored now. */
  get storage(): Storage {
    return (this.consent === 'granted' && this.store?.place) || 'memory';
  }

  /** Reads what earlier pages stored, and keeps or deletes it according to the consent. Never rejects. */
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

  /** Lets go of the page; queued changes still get stored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#channel) this.#channel.onmessage = null;
    await this.store?.close();
    this.#channel?.close();
    this.#channel = undefined;
  }

  /**
   * Applies a change in memory; the promise resolves when it is stored, and never rejects. `removes` must be true for a
   * change that removes data, so that copies in other places lose the data, too.
   */
  async change(apply: Change, removes = false): Promise<void> {
    if (this.#change(apply, removes)) {
      this.changed.call();
      await this.store?.flush();
    }
  }

  /** Applies a change that no listener needs to hear of, and stores it with those that follow within a second. */
  changeLater(apply: Change): void {
    if (this.#change(apply, false)) this.store?.flushLater();
  }

  /** Sets the consent from now on; the promise never rejects. */
  async decide(consent: 'granted' | 'denied'): Promise<void> {
    if ((this.gpc && consent === 'granted') || this.consent === consent) return;
    const decision = ++this.#numDecisions;
    if (consent === 'denied') this.consent = consent;
    await this.#load();
    if (decision !== this.#numDecisions) return;
    if (this.store) await this.store.decide(consent);
    else this.consent = consent;
  }

  /** Returns the state; throws after the device was closed. */
  readonly requireState = (): State => {
    if (this.#isClosed) throw freed();
    return this.state;
  };

  replace(state: State): void {
    const before = ranked(this.state);
    this.state = state;
    this.stamp++;
    if (ranked(state) !== before) this.changed.call();
  }

  report(problem: string): void {
    if (!this.problem?.endsWith(problem)) {
      this.problem = this.problem ? `${this.problem}; ${problem}` : problem;
    }
  }

  broadcast(): void {
    this.#channel?.postMessage(0);
  }

  /** Applies a change in memory and queues it for the store; returns false if the consent forbids it. */
  #change(apply: Change, removes: boolean): boolean {
    if (this.consent === 'denied') return false;
    apply(this.state);
    prune(this.state, this.options);
    this.stamp++;
    this.store?.push(apply, removes);
    return true;
  }

  #load(): Promise<void> {
    const load = async () => {
      if (this.options.storage === 'memory') return;
      try {
        const { Store } = await import('../storage/store.js');
        this.store = new Store(this, this.name, this.options, this.gpc);
      } catch (error) {
        this.report(`storage did not load: ${(error as Error).message}`);
      }
    };
    this.#loading ??= load();
    return this.#loading;
  }

  /** Returns true if earlier pages may have stored something, also if the browser cannot list its databases. */
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

/** The part of a state that listeners hear of, as one text. */
const ranked = ({ events, disliked }: State): string => JSON.stringify([events, [...disliked]]);
