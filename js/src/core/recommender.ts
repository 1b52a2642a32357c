/// <reference lib="esnext.disposable" preserve="true" />
import type { Engine } from '../../wasm/vicino.js';
import { type Device, openDevice } from '../device/index.js';
import { type ColumnNames, createCatalog } from './catalog.js';
import { busy, checkValue, freed, isFunction, isId, isIds } from './check.js';
import { missingScript, VicinoError } from './errors.js';
import { encodeRows, numbers } from './item-numbers.js';
import { Listeners } from './listeners.js';
import {
  abortable,
  type EngineClass,
  isSupported,
  readModel,
  startWasm,
  unsupported,
} from './load.js';
import { describeModel, freeEngine, openEngine, translateErrors, yieldToPage } from './open.js';
import { checkEvent, checkList, checkLoad, checkPlacement, checkRails } from './options.js';
import {
  DEFAULT_K,
  encodeRequest,
  type ListRequest,
  listRequest,
  type RequestOptions,
} from './request.js';
import { sentence } from './sentence.js';
import type {
  BecauseOptions,
  Candidate,
  Catalog,
  Changed,
  Consent,
  ForYouOptions,
  History,
  ListOptions,
  LoadOptions,
  Metrics,
  ModelInfo,
  ModelSource,
  Placement,
  PrivacyReport,
  Rail,
  RailRequest,
  Reason,
  Recommendation,
  RecordedEvent,
  TogetherOptions,
  TrendingOptions,
} from './types.js';
import { bits, CURATED, UNKNOWN } from './words.js';

/** Time for which weights that fall with time may be reused, in ms. */
const FRESH_MS = 60_000;
/** No fewer than a history has. */
const MOST_VIEWED = 10_000;

/** Differences between a browser and Node. */
export interface Platform {
  /** Returns the WebAssembly module to use by default. */
  wasm: () => URL | Promise<BufferSource>;
  /** Default of the option `storage`. */
  storage: NonNullable<LoadOptions['storage']>;
}

/** A model, ready to rank for the shopper at this device. */
export class Recommender implements Disposable {
  /** @internal */
  static readonly platform: Platform = {
    wasm: () => new URL('./vicino_bg.wasm', import.meta.url),
    storage: 'auto',
  };

  static {
    // Not a method with a computed name, because not every browser has the symbol.
    if (Symbol.dispose) {
      Object.defineProperty(Recommender.prototype, Symbol.dispose, {
        value(this: Recommender) {
          this.free();
        },
      });
    }
  }

  /** Calls {@link free}, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /**
   * Keeps Vue and Alpine from putting a proxy in the place of this, which would have no private fields.
   *
   * @internal
   */
  readonly __v_skip = true;
  /** Events that this device remembers. */
  readonly history: History;
  /** Consent of the shopper. */
  readonly consent: Consent;
  /** Counts of this device. */
  readonly metrics: Metrics;
  /** Values that the shop gives for its items. */
  readonly catalog: Catalog;
  #model: ModelInfo;
  readonly #renew: (categories: readonly string[]) => void;
  readonly #device: Device;
  /** Returns the class of engines for another model. */
  readonly #start: () => Promise<EngineClass>;
  readonly #market: string | undefined;
  readonly #names: ColumnNames;
  readonly #changed = new Listeners<[Changed]>();
  #engine: Engine | undefined;
  /** Items that were listed, by number: making strings of ids takes longer than ranking. */
  readonly #items = new Map<number, Candidate>();
  /** Window and stamp of the history that the engine has, and the time when it got it. */
  #synced = '';
  #syncedAt = 0;
  /** Number of lists that are being made: a predicate may call for another one. */
  #depth = 0;
  /** Engine that a predicate freed, while a list is made with it. */
  #freed: Engine | undefined;
  /** Default seed of exploring, which stays the same until the page goes. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32);

  private constructor(
    engine: Engine,
    device: Device,
    market: string | undefined,
    start: () => Promise<EngineClass>,
  ) {
    this.#engine = engine;
    this.#start = start;
    this.#market = market;
    this.#device = device;
    this.#model = describeModel(engine);
    this.history = device.history;
    this.consent = device.consent;
    this.metrics = device.metrics;
    const { catalog, names, renew } = createCatalog(
      () => this.#requireEngine(),
      () => this.#requireIdle(),
      this.model.categories,
      () => this.#items.clear(),
    );
    this.catalog = catalog;
    this.#names = names;
    this.#renew = renew;
    for (const part of ['catalog', 'consent', 'history'] as const) {
      this[part].subscribe(() => this.#changed.call(part));
    }
  }

  /** Description of the model. */
  get model(): ModelInfo {
    this.#requireEngine();
    return this.#model;
  }

  /** Returns true if this browser, and the page's content security policy, let the library work. */
  static supported(): boolean {
    return isSupported();
  }

  /**
   * Loads a model and opens the history; rejects with a {@link VicinoError}. If `source` is a promise, everything else
   * loads meanwhile; if it rejects, `load` rejects with the same error.
   */
  static async load(
    source: ModelSource | PromiseLike<ModelSource>,
    options: LoadOptions = {},
  ): Promise<Recommender> {
    checkLoad(options);
    const { signal, wasm } = options;
    if (!isSupported(wasm)) throw await unsupported();
    const platform = Recommender.platform;
    const { storage = platform.storage } = options;
    let recommender: Recommender | undefined;
    // The history opens and the module is compiled while the model still travels.
    const start = () => startWasm(() => wasm ?? platform.wasm());
    const started = start();
    const opening = openDevice({ ...options, storage }, undefined, (ids) =>
      recommender
        ? numbers(recommender.#requireEngine(), ids).filter((item) => item === UNKNOWN).length
        : ids.length,
    );
    // It is awaited below, but may reject before.
    opening.catch(() => {});
    try {
      const loading = Promise.all([readModel(source, options), started]);
      const [{ bytes, url }, Engine] = await abortable(loading, signal);
      const engine = await openEngine(Engine, bytes, options.market, url);
      // The page's next work is a task of its own.
      const ready = Promise.all([opening, yieldToPage()]);
      const [device] = await abortable(ready, signal).catch((error: unknown) => {
        freeEngine(engine);
        throw error;
      });
      recommender = new Recommender(engine, device, options.market, start);
      return recommender;
    } catch (error) {
      opening.then(
        (device) => device.close(),
        () => {},
      );
      throw error;
    }
  }

  /** Records an event: lists use it at once, and the promise resolves when it is stored on the device. */
  async record(event: RecordedEvent): Promise<void> {
    this.#requireEngine();
    checkEvent(event);
    await this.#device.record(event);
  }

  /** Marks an item as unwanted: it is never listed again, and similar items sink. */
  async notInterested(id: string): Promise<void> {
    this.#requireEngine();
    checkValue('notInterested', id, isId);
    await this.#device.notInterested(id);
  }

  /** Takes {@link notInterested} back. */
  async undoNotInterested(id: string): Promise<void> {
    this.#requireEngine();
    checkValue('undoNotInterested', id, isId);
    await this.#device.undoNotInterested(id);
  }

  /** Records that items were shown; items that are shown and ignored sink in later lists. */
  recordImpression(ids: readonly string[], where?: Placement): void {
    this.#requireEngine();
    checkValue('recordImpression', ids, isIds, 'ids');
    checkPlacement('recordImpression', where);
    this.#device.recordImpression(ids, where);
  }

  /** Counts a click for {@link metrics}. Call {@link record} as well when the item is viewed. */
  recordClick(id: string, where?: Placement): void {
    this.#requireEngine();
    checkValue('recordClick', id, isId);
    checkPlacement('recordClick', where);
    this.#device.recordClick(id, where);
  }

  /** Lists items for this shopper; popular items if the history is empty. */
  forYou(options: ForYouOptions = {}): Recommendation[] {
    return this.#checked({ list: 'forYou' }, options);
  }

  /** Lists items that shoppers view after this one; popular items if the model does not know it. */
  related(id: string, options: ListOptions = {}): Recommendation[] {
    checkValue('related', id, isId);
    return this.#checked({ list: 'related', items: [id] }, options);
  }

  /** Lists items that are bought together with these; ids that the model does not know are ignored. */
  boughtTogether(ids: string | readonly string[], options: TogetherOptions = {}): Recommendation[] {
    const items = typeof ids === 'string' ? [ids] : ids;
    checkValue('boughtTogether', items, isIds, 'ids');
    return this.#checked({ list: 'boughtTogether', items }, options);
  }

  /** Lists items that are similar to this one: by content if the model has content, else by category and price. */
  similar(id: string, options: ListOptions = {}): Recommendation[] {
    checkValue('similar', id, isId);
    return this.#checked({ list: 'similar', items: [id] }, options);
  }

  /** Lists popular items. */
  trending(options: TrendingOptions = {}): Recommendation[] {
    return this.#checked({ list: 'trending' }, options);
  }

  /** Lists the items that the shopper viewed, the newest first, and no others. */
  recentlyViewed(options: ListOptions = {}): Recommendation[] {
    return this.#checked({ list: 'recentlyViewed' }, options);
  }

  /**
   * Lists the items that the shopper bought, and no others. Items come first that are due: the time since the last
   * purchase is the usual time from one purchase to the next, or longer.
   */
  buyItAgain(options: ListOptions = {}): Recommendation[] {
    return this.#checked({ list: 'buyItAgain' }, options);
  }

  /**
   * Makes a rail for each of the items viewed last, one for a product and its variants: items that shoppers view after
   * it. No item is in two rails.
   */
  becauseYouViewed(options: BecauseOptions = {}): Rail[] {
    checkList('becauseYouViewed', options);
    return this.#page([{ ...options, name: 'becauseYouViewed', list: 'becauseYouViewed' }], {});
  }

  /**
   * Makes the rails of a page, in order. No item is in two rails. `shared` are options of all rails; a rail's own
   * options replace them, except that `exclude` and `where` of both hold.
   */
  page(rails: readonly RailRequest[], shared: ListOptions = {}): Rail[] {
    checkRails(rails, shared);
    return this.#page(rails, shared);
  }

  /** Reports the data that this device holds about its shopper, and the most that the model reveals about others. */
  privacyReport(): PrivacyReport {
    this.#requireEngine();
    return { ...this.#device.report(), model: { ...this.model.privacy } };
  }

  /**
   * Calls `listener` after every change that lists may depend on, with the part that changed: `catalog`, `consent`,
   * `history` or `model` (of `vicino/delivery`). Returns the function that stops it.
   */
  subscribe(listener: (changed: Changed) => void): () => void {
    this.#requireEngine();
    return this.#changed.add(listener);
  }

  /**
   * Watches for requests, for a site's own tests. Returns the function that ends the watch and throws if there were
   * any. Requests of the page itself count, unless `allow` returns true for their address.
   */
  async assertNoNetwork(allow?: (url: string) => boolean): Promise<() => void> {
    this.#requireEngine();
    if (allow !== undefined) checkValue('assertNoNetwork', allow, isFunction);
    return (await import('../device/network.js').catch(missingScript)).assertNoNetwork(allow);
  }

  /**
   * Ranks by another model from now on; history and catalogue stay. Rejects as {@link load} does, and then nothing has
   * changed.
   *
   * @internal
   */
  async replaceModel(bytes: Uint8Array): Promise<void> {
    this.#requireEngine();
    const engine = await openEngine(await this.#start(), bytes, this.#market);
    const model = describeModel(engine);
    const before = this.#engine;
    if (!before) freeEngine(engine);
    this.#requireEngine();
    this.#engine = engine;
    freeEngine(before as Engine);
    this.#model = model;
    this.#items.clear();
    this.#synced = '';
    this.#renew(this.#model.categories);
    this.#changed.call('model');
  }

  /** Frees the memory; any later call but `free` throws. Events that are being stored still get stored. */
  free(): void {
    const engine = this.#engine;
    this.#engine = undefined;
    if (!engine) return;
    this.#device.close();
    if (this.#depth) this.#freed = engine;
    else freeEngine(engine);
  }

  #requireEngine(): Engine {
    if (!this.#engine) throw freed();
    return this.#engine;
  }

  /** Returns the engine while no list is made of it. */
  #requireIdle(): Engine {
    if (this.#depth) throw busy();
    return this.#requireEngine();
  }

  #checked(rail: Pick<RailRequest, 'list' | 'items'>, options: ListOptions): Recommendation[] {
    checkList(rail.list, options);
    return this.#list({ ...options, ...rail }, [options], []);
  }

  #page(rails: readonly RailRequest[], shared: ListOptions): Rail[] {
    this.#requireEngine();
    const page: Rail[] = [];
    const listed: string[] = [];
    const add = (rail: Rail, request: RequestOptions, own: ListOptions) => {
      rail.items = this.#list(request, [shared, own], listed);
      // Popular items alone are not listed because of the item viewed.
      if (rail.list === 'becauseYouViewed' && !rail.items.some(({ score }) => score > 0)) return 0;
      listed.push(...rail.items.map(({ id }) => id));
      page.push(rail);
      return 1;
    };
    for (const own of rails) {
      const { name, list } = own;
      const request = { ...shared, ...own };
      if (list !== 'becauseYouViewed') {
        const { item } = own;
        add({ name, list, ...(item !== undefined && { anchor: item }), items: [] }, request, own);
        continue;
      }
      let { rails: left = 3 } = own;
      // One of the variants of a product, and nothing that is unwanted or not known.
      const viewed = this.recentlyViewed({ k: MOST_VIEWED });
      for (const { id: anchor } of viewed) {
        if (left <= 0) break;
        left -= add({ name, list, anchor, items: [] }, { ...request, item: anchor }, own);
      }
    }
    return page;
  }

  /** Makes one list; see {@link listRequest} for `layers` and `listed`. */
  #list(
    options: RequestOptions,
    layers: readonly ListOptions[],
    listed: readonly string[],
  ): Recommendation[] {
    const engine = this.#requireEngine();
    const now = Date.now();
    const request = listRequest(this.#device, options, layers, listed, this.#seed, now);
    this.#syncHistory(engine, options.window, now);
    const flat = this.#rank(engine, request);
    // A predicate may have freed it.
    this.#requireEngine();
    const made = this.#decode(engine, options, flat);
    const { list, fallback, k = DEFAULT_K } = options;
    if (list === 'boughtTogether' && fallback === 'related') {
      const rest = { ...options, list: 'related', k: k - made.length, pin: [] } as const;
      made.push(...this.#list(rest, layers, listed.concat(made.map(({ id }) => id))));
    }
    return made;
  }

  /** Returns the engine's flat answer to a request. */
  #rank(engine: Engine, request: ListRequest): Uint32Array {
    const words = encodeRequest(engine, this.#names, request);
    const { predicates } = request;
    this.#depth++;
    try {
      const isAllowed = predicates.length
        ? (item: number) => predicates.every((is) => is({ ...this.#item(engine, item) }))
        : undefined;
      return translateErrors(() => engine.list(words, isAllowed));
    } finally {
      this.#depth--;
      if (!this.#depth && this.#freed) freeEngine(this.#freed);
    }
  }

  /** Makes recommendations of a flat answer: item and score, with `explain` a count and pairs of item and share. */
  #decode(engine: Engine, { list, explain }: RequestOptions, flat: Uint32Array): Recommendation[] {
    const values = new Float32Array(flat.buffer, flat.byteOffset, flat.length);
    const recommendations: Recommendation[] = [];
    let events: ReturnType<History['list']> | undefined;
    const kindOf = (id: string) => {
      events ??= this.history.list();
      return events.find(({ item }) => item === id)?.kind;
    };
    for (let at = 0; at < flat.length; ) {
      const item = this.#item(engine, flat[at++] as number);
      const recommendation: Recommendation = { ...item, score: values[at++] as number };
      if (explain) {
        const reasons: Reason[] = [];
        const num = flat[at++] as number;
        const curated = num >= CURATED && { curated: true as const };
        for (let left = num % CURATED; left > 0; left--) {
          const { id } = this.#item(engine, flat[at++] as number);
          reasons.push({ id, share: values[at++] as number, ...curated });
        }
        recommendation.reasons = reasons;
        recommendation.sentence = sentence(list, recommendation, kindOf);
      }
      recommendations.push(recommendation);
    }
    return recommendations;
  }

  /** Gives the engine the shopper's events and impressions, if they have changed. */
  #syncHistory(engine: Engine, window: ForYouOptions['window'] = 'all', now: number): void {
    const device = this.#device;
    const current = window + device.stamp;
    // While a predicate runs, the engine must not change.
    if (this.#depth || (current === this.#synced && now - this.#syncedAt < FRESH_MS)) return;
    this.#synced = current;
    this.#syncedAt = now;
    const rows = encodeRows(engine, device.ranking(now, window), ({ kind, signals }) => [
      kind,
      ...signals.map(bits),
    ]);
    engine.set_history(new Uint32Array(rows.flat()));
  }

  #item(engine: Engine, number: number): Candidate {
    let item = this.#items.get(number);
    if (!item) {
      const id = translateErrors(() => engine.id(number));
      const category = this.#names.categoryNames[engine.category(number)];
      item = category === undefined ? { id } : { id, category };
      this.#items.set(number, item);
    }
    return item;
  }
}
