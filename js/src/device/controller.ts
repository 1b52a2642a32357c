// The state of a device in memory, and the consent that decides where it is stored.
//
// The store is a module of its own. It is loaded only if something may be stored or is stored already, so a first visit
// without consent never loads it. Refusing consent and forgetting everything do without it.
import { freed } from '../core/check.js';
import { missingScript } from '../core/errors.js';
import { Listeners } from '../core/listeners.js';
import type { Store, StoreHost } from '../storage/store.js';
import { erase, isOurs } from './database.js';
import { type Change, empty, prune, type State, settle } from './state.js';
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
  /** Name of everything that is stored or sent to other tabs. */
  readonly name: string;
  store: Store | undefined;
  /** A number that differs whenever a decision on this page begins or ends. */
  numDecisions = 0;
  /** Seed of experiments until one is stored. */
  pageSeed: number | undefined;
  #consent: ConsentState;
  #isClosed = false;
  #loading: Promise<Store> | undefined;
  /** The decisions that are carried out, one after the other. */
  #deciding: Promise<unknown> = Promise.resolve();
  #numDeciding = 0;
  /** True if the decisions of other tabs do not count. */
  #isFixed: boolean;
  /** True if nothing is stored any more but a refusal. */
  #isErased = false;
  #channel: BroadcastChannel | undefined;
  /** Number of times that another tab said that there is something to read. */
  #numHeard = 0;

  constructor(options: DeviceOptions) {
    const { historyName = 'vicino', consent = 'memory-only' } = options;
    const { navigator } = globalThis as { navigator?: { globalPrivacyControl?: boolean } };
    this.options = options;
    this.name = `vicino:${historyName}`;
    this.gpc = options.honorGlobalPrivacyControl !== false && !!navigator?.globalPrivacyControl;
    this.#consent = this.gpc && consent === 'granted' ? 'memory-only' : consent;
    this.#isFixed = this.gpc || consent === 'denied';
  }

  get consent(): ConsentState {
    return this.#consent;
  }

  set consent(consent: ConsentState) {
    if (this.#consent === consent) return;
    this.#consent = consent;
    this.#isErased = consent === 'denied';
    if (consent === 'denied') this.replace(empty());
    this.consentChanged.call();
  }

  /** True if what is stored decides nothing, since a decision on this page is not carried out yet, or failed. */
  get isDeciding(): boolean {
    return this.#numDeciding > 0 || (this.#consent === 'denied' && !this.#isErased);
  }

  /** Place where the state is stored now. */
  get storage(): Storage {
    return (this.consent === 'granted' && this.store?.place) || 'memory';
  }

  /** Reads what earlier pages stored, and keeps or deletes it according to the consent. Never rejects. */
  async start(): Promise<void> {
    if (this.#isMemory) return;
    this.#listen();
    globalThis.addEventListener?.('pagehide', this.#turn);
    globalThis.addEventListener?.('pageshow', this.#turn);
    try {
      if (this.#isFixed) await this.#erase(this.gpc);
      else if (this.consent === 'granted' || (await this.#isStored())) await this.#load();
      // A refusal that found IndexedDB out of reach.
      if (this.consent === 'denied' && this.#isLocal()) await this.#erase(false);
    } catch (error) {
      this.report((error as Error).message);
    }
  }

  /** Lets go of the page; queued changes and decisions still get stored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    globalThis.removeEventListener?.('pagehide', this.#turn);
    globalThis.removeEventListener?.('pageshow', this.#turn);
    if (this.#channel) this.#channel.onmessage = null;
    await this.#deciding;
    await this.store?.close();
    this.#silence();
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

  /** As {@link change}, for a change that no listener needs to hear of. */
  async changeQuietly(apply: Change): Promise<void> {
    if (this.#change(apply, false)) await this.store?.flush();
  }

  /** As {@link changeQuietly}; stores the change with those that follow within a second. */
  changeLater(apply: Change): void {
    if (this.#change(apply, false)) this.store?.flushLater();
  }

  /**
   * Applies a change that removes data, in memory and wherever a copy may be; rejects if one may be left. `all` removes
   * all data, for which no other script is needed.
   */
  async remove(apply: Change, all = false): Promise<void> {
    this.requireState();
    if (this.consent === 'denied') return this.deny();
    apply(this.state);
    this.stamp++;
    this.changed.call();
    if (this.#isMemory) return;
    try {
      if (this.storage !== 'memory' || !all) {
        if (this.store || (await this.#isStored())) await (await this.#load()).remove(apply);
        return;
      }
    } catch (error) {
      if (!all) throw error;
    }
    await this.#erase(true);
  }

  /** Grants consent; rejects if a script that is needed to store does not load. */
  async grant(): Promise<void> {
    this.requireState();
    if (this.gpc || (this.consent === 'granted' && (this.#isMemory || this.storage !== 'memory'))) {
      return;
    }
    this.#isFixed = false;
    await this.#decide(async () => {
      const store = this.#isMemory ? undefined : this.#load();
      await store?.catch(() => {});
      // Refused meanwhile.
      if (this.#numDeciding > 1) return;
      this.consent = 'granted';
      await (await store)?.grant();
    });
  }

  /** Refuses consent: memory is empty at once; rejects if anything may still be stored. */
  async deny(): Promise<void> {
    this.requireState();
    if (this.#isErased && this.consent === 'denied') return;
    this.#isFixed = this.gpc;
    this.consent = 'denied';
    this.#isErased = false;
    this.store?.drop();
    await this.#decide(() => this.#erase(false));
  }

  /** Returns the state to read; throws after the device was closed. */
  readonly requireState = (): State => {
    if (this.#isClosed) throw freed();
    return settle(this.state, Date.now());
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

  /** True if the site wants nothing stored, so that nothing ever was. */
  get #isMemory(): boolean {
    return this.options.storage === 'memory';
  }

  /** Carries out a decision after those before. */
  #decide(act: () => Promise<void>): Promise<void> {
    this.numDecisions++;
    this.#numDeciding++;
    const acting = this.#deciding.then(act).finally(() => {
      this.numDecisions++;
      this.#numDeciding--;
    });
    this.#deciding = acting.catch(() => {});
    return acting;
  }

  /** Deletes what is stored, without the store; an earlier refusal stays if `keeps`. */
  async #erase(keeps: boolean): Promise<void> {
    if (this.#isMemory) return;
    // With Global Privacy Control, or where the page itself says denied, not even a decision is stored.
    const { consent } = this.#isFixed ? { consent: undefined } : this.state;
    const decision = this.#isFixed ? undefined : this.consent === 'denied' ? 'denied' : consent;
    const { storage } = this.options;
    const isKept = await erase(this.name, decision, keeps, storage === 'localstorage');
    if (isKept) this.consent = 'denied';
    this.#isErased = true;
    this.broadcast();
  }

  /** Opens the channel on which tabs tell each other that there is something to read. */
  #listen(): void {
    try {
      this.#channel = new BroadcastChannel(this.name);
      this.#channel.onmessage = () => this.#hear();
      // Node would wait for messages for ever.
      (this.#channel as { unref?: () => void }).unref?.();
    } catch {}
  }

  #silence(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /**
   * Closes the channel when the page goes, since browsers keep no page with one for the way back, and reads what other
   * pages have stored when it comes back.
   */
  readonly #turn = ({ type, persisted }: PageTransitionEvent): void => {
    this.#silence();
    if (type === 'pageshow') this.#listen();
    if (type === 'pageshow' && persisted) void this.#hear();
  };

  /** Reads what is stored; calls while it is being read are one more reading. */
  async #hear(): Promise<void> {
    if (this.#isFixed || this.#numHeard++) return;
    try {
      while (this.#numHeard) {
        this.#numHeard = 1;
        if (this.store) await this.store.flush(true);
        else if (await this.#isStored()) await this.#load();
        this.#numHeard--;
      }
    } catch (error) {
      this.#numHeard = 0;
      this.report((error as Error).message);
    }
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

  /** Loads the store, which reads what is stored; after a failure the next call tries again. */
  #load(): Promise<Store> {
    const load = async () => {
      const { Store } = await import('../storage/store.js').catch(missingScript);
      const before = this.store;
      this.store = new Store(this, this.name, this.options);
      void before?.close();
      await this.store.start();
      if (this.#isClosed) void this.store.close();
      return this.store;
    };
    // One that has given up every place is no better than none.
    if (!this.#loading || this.store?.place === 'memory') this.#loading = load();
    this.#loading.catch((error: Error) => {
      this.#loading = undefined;
      this.report(error.message);
    });
    return this.#loading;
  }

  /** Returns true if something is stored in `localStorage`, which workers do not have; may throw. */
  #isLocal(): boolean {
    return isOurs(globalThis.localStorage?.getItem(this.name));
  }

  /** Returns true if earlier pages may have stored something, also if the browser cannot list its databases. */
  async #isStored(): Promise<boolean> {
    try {
      if (this.#isLocal()) return true;
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
