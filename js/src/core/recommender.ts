/// <reference lib="esnext.disposable" preserve="true" />
import type { Engine } from '../../wasm/vicino.js';
import { type Device, openDevice } from '../device/index.js';
import { catalogFace, type Names, NO_ITEM, numbers } from './catalog.js';
import { checkValue, isId, isIds } from './check.js';
import { VicinoError } from './errors.js';
import { bits } from './filter.js';
import { abortable, isSupported, readModel, startWasm } from './load.js';
import { describe, open, pause, reading } from './open.js';
import { checkEvent, checkList, checkLoad, checkRails } from './options.js';
import { type About, request } from './request.js';
import { sentence } from './sentence.js';
import type {
  BecauseOptions,
  Candidate,
  Catalog,
  Consent,
  Filter,
  ForYouOptions,
  History,
  ListOptions,
  LoadOptions,
  Metrics,
  ModelInfo,
  ModelSource,
  PrivacyReport,
  Rail,
  RailRequest,
  Reason,
  Recommendation,
  RecordedEvent,
  Shown,
  TrendingOptions,
} from './types.js';

const DAY_MS = 864e5;
/** How long weights that fall with time may be used, in ms. */
const FRESH_MS = 60_000;
/** The column of what is left of scores. */
const SHOWN = 5;

/** What differs between a browser and Node. */
export interface Platform {
  /** Where the WebAssembly module comes from by default. */
  wasm: () => URL | Promise<BufferSource>;
  /** Where the history is kept by default. */
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

  /** Does what {@link free} does, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /** The events that this device remembers. */
  readonly history: History;
  /** What the shopper allows. */
  readonly consent: Consent;
  /** What this device counts. */
  readonly metrics: Metrics;
  /** What the shop says of its items. */
  readonly catalog: Catalog;
  #model: ModelInfo;
  readonly #renew: (categories: readonly string[]) => void;
  readonly #device: Device;
  readonly #names: Names;
  #engine: Engine | undefined;
  /** Items that were listed, by number: making strings of ids takes longer than ranking. */
  readonly #items = new Map<number, Candidate>();
  /** What the engine knows of the shopper: stamp and window, and since when. */
  #known = '';
  #knownAt = 0;
  /** Lists that are being made: a predicate may ask for another one. */
  #depth = 0;
  /** Explores the same way until the page goes. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32);

  private constructor(engine: Engine, device: Device) {
    this.#engine = engine;
    this.#device = device;
    this.#model = describe(engine);
    this.history = device.history;
    this.consent = device.consent;
    this.metrics = device.metrics;
    const { face, names, renew } = catalogFace(
      () => this.#live(),
      this.model.categories,
      () => this.#items.clear(),
    );
    this.catalog = face;
    this.#names = names;
    this.#renew = renew;
  }

  /** What there is to know about the model. */
  get model(): ModelInfo {
    return this.#model;
  }

  /** Whether this browser, and the page's content security policy, let the library work. */
  static supported(): boolean {
    return isSupported();
  }

  /**
   * Loads a model and opens the history; rejects with a {@link VicinoError}, or as the given promise does. Of a promise, what else has to
   * be loaded does not wait for it.
   */
  static async load(
    source: ModelSource | PromiseLike<ModelSource>,
    options: LoadOptions = {},
  ): Promise<Recommender> {
    checkLoad(options);
    if (!isSupported()) {
      throw new VicinoError(
        'unsupported',
        "load: no WebAssembly with reference types, or a content security policy without 'wasm-unsafe-eval'",
      );
    }
    const { signal, wasm } = options;
    const platform = Recommender.platform;
    const { storage = platform.storage } = options;
    let recommender: Recommender | undefined;
    // The history opens and the module is compiled while the model still travels.
    const started = startWasm(() => wasm ?? platform.wasm());
    const opening = openDevice({ ...options, storage }, undefined, (ids) =>
      recommender
        ? numbers(recommender.#live(), ids).filter((item) => item === NO_ITEM).length
        : ids.length,
    );
    // Whoever waits for it hears of it; until then nobody might.
    opening.catch(() => {});
    try {
      const loading = Promise.all([readModel(source, signal), started]);
      const [{ bytes, url }] = await abortable(loading, signal);
      const engine = await open(bytes, url);
      // What the page does next is a task of its own.
      const ready = Promise.all([opening, pause()]);
      const [device] = await abortable(ready, signal).catch((error: unknown) => {
        engine.free();
        throw error;
      });
      recommender = new Recommender(engine, device);
      return recommender;
    } catch (error) {
      opening.then(
        (device) => device.close(),
        () => {},
      );
      throw error;
    }
  }

  /** Remembers an event: at once for ranking, and on the device when the promise resolves. */
  async record(event: RecordedEvent): Promise<void> {
    this.#live();
    checkEvent(event);
    await this.#device.record(event);
  }

  /** Never lists an item again, and less of what is like it. */
  async notInterested(id: string): Promise<void> {
    this.#live();
    checkValue('notInterested', id, isId);
    await this.#device.notInterested(id);
  }

  /** Takes {@link notInterested} back. */
  async undoNotInterested(id: string): Promise<void> {
    this.#live();
    checkValue('undoNotInterested', id, isId);
    await this.#device.undoNotInterested(id);
  }

  /** Remembers that items were shown: those that are ignored sink in later lists. */
  recordImpression(ids: readonly string[], where?: Shown): void {
    this.#live();
    checkValue('recordImpression', ids, isIds);
    this.#device.recordImpression(ids, where);
  }

  /** Counts a click for {@link metrics}; {@link record} is for what was viewed. */
  recordClick(id: string, where?: Shown): void {
    this.#live();
    checkValue('recordClick', id, isId);
    this.#device.recordClick(id, where);
  }

  /** Lists items for this shopper; popular ones if the history is empty. */
  forYou(options: ForYouOptions = {}): Recommendation[] {
    return this.#checked({ list: 'forYou' }, options);
  }

  /** Lists items that shoppers go on to from this one; popular ones if the model does not know it. */
  related(id: string, options: ListOptions = {}): Recommendation[] {
    checkValue('related', id, isId);
    return this.#checked({ list: 'related', items: [id] }, options);
  }

  /** Lists items that are bought together with these; ids that the model does not know are ignored. */
  boughtTogether(ids: string | readonly string[], options: ListOptions = {}): Recommendation[] {
    const items = typeof ids === 'string' ? [ids] : ids;
    checkValue('boughtTogether', items, isIds);
    return this.#checked({ list: 'boughtTogether', items }, options);
  }

  /** Lists items that are like this one: by content if the model knows it, else by category and price. */
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

  /** Lists the items that the shopper bought, those first that are due by the time from one purchase to the next, and no others. */
  buyItAgain(options: ListOptions = {}): Recommendation[] {
    return this.#checked({ list: 'buyItAgain' }, options);
  }

  /** A rail for each of the items viewed last, of what shoppers go on to from it; no item is in two. */
  becauseYouViewed(options: BecauseOptions = {}): Rail[] {
    checkList('becauseYouViewed', options);
    return this.#page([{ ...options, name: 'becauseYouViewed', list: 'becauseYouViewed' }], {});
  }

  /**
   * The rails of a page, in order, no item in two of them. `shared` are options of all; a rail's own replace them, but all of
   * `exclude` and `where` hold.
   */
  page(rails: readonly RailRequest[], shared: ListOptions = {}): Rail[] {
    checkRails(rails, shared);
    return this.#page(rails, shared);
  }

  /** What this device knows of its shopper, and what the model can reveal of others. */
  privacyReport(): PrivacyReport {
    this.#live();
    return { ...this.#device.report(), model: { ...this.model.privacy } };
  }

  /**
   * Watches for requests, for a site's own tests; gives the function that ends the watch and throws if there were any. Requests of the
   * page itself count, unless `allow` lets them pass.
   */
  async assertNoNetwork(allow?: (url: string) => boolean): Promise<() => void> {
    return (await import('../device/network.js')).assertNoNetwork(allow);
  }

  /**
   * Ranks by another model from now on; what the device and the catalogue know stays. Rejects as {@link load} does, and then nothing has
   * changed.
   *
   * @internal
   */
  async replaceModel(bytes: Uint8Array): Promise<void> {
    this.#live();
    const engine = await open(bytes);
    const before = this.#engine;
    if (!before) engine.free();
    this.#live();
    this.#engine = engine;
    before?.free();
    this.#model = describe(engine);
    this.#items.clear();
    this.#known = '';
    this.#renew(this.#model.categories);
  }

  /** Gives the memory back; any later use but `free` throws. What is being stored still gets stored. */
  free(): void {
    const engine = this.#engine;
    this.#engine = undefined;
    if (!engine) return;
    this.#device.close();
    engine.free();
  }

  #live(): Engine {
    if (!this.#engine) {
      throw new VicinoError('freed', 'this recommender was freed; load a new one');
    }
    return this.#engine;
  }

  #checked(rail: Pick<RailRequest, 'list' | 'items'>, options: ListOptions): Recommendation[] {
    checkList(rail.list, options);
    return this.#list({ ...options, ...rail }, [options], []);
  }

  #page(rails: readonly RailRequest[], shared: ListOptions): Rail[] {
    const page: Rail[] = [];
    const listed: string[] = [];
    const add = (rail: Rail, request: Omit<RailRequest, 'name'>, own: ListOptions) => {
      rail.items = this.#list(request, [shared, own], listed);
      // Nobody viewed something that only popular items follow on.
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
      for (const anchor of this.#viewed()) {
        if (left <= 0) break;
        left -= add({ name, list, anchor, items: [] }, { ...request, item: anchor }, own);
      }
    }
    return page;
  }

  /** Items that the shopper viewed and would like to see again, newest first, of those that the model knows. */
  #viewed(): string[] {
    const disliked = new Set(this.#device.disliked());
    const viewed = this.#device.viewed();
    const known = numbers(this.#live(), viewed);
    return viewed.filter((id, at) => known[at] !== NO_ITEM && !disliked.has(id));
  }

  /** `layers` are the options that `exclude` and `where` come from, for `options` has the last of each only. */
  #list(
    options: Omit<RailRequest, 'name'>,
    layers: readonly ListOptions[],
    listed: readonly string[],
  ): Recommendation[] {
    const engine = this.#live();
    const device = this.#device;
    const now = Date.now();
    const { list, item, items = item === undefined ? [] : [item] } = options;
    const { window = 'all', excludePurchased, explore, category, days, explain } = options;
    const isPast = list === 'recentlyViewed' || list === 'buyItAgain';
    const about: About = {
      list: list === 'becauseYouViewed' ? 'related' : list,
      items: items.map((id) => ({ id })),
      days,
    };
    if (list === 'recentlyViewed') {
      about.items = device.viewed().map((id, at) => ({ id, values: [1 / (at + 1)] }));
    }
    if (list === 'buyItAgain') {
      about.items = device.purchases().map(({ id, times }) => ({
        id,
        values: [(now - (times[0] ?? now)) / DAY_MS, times.length, interval(times)],
      }));
    }
    const wheres = layers.flatMap(({ where }) => where ?? []);
    const filters = wheres.filter((where): where is Filter => typeof where === 'object');
    const predicates = wheres.filter((where) => typeof where === 'function');
    if (category !== undefined && list === 'trending') filters.push({ category });
    const exclude = layers
      .flatMap(({ exclude }) => exclude ?? [])
      .concat(listed, device.disliked());
    if (excludePurchased) {
      const { withinDays = Infinity } = excludePurchased === true ? {} : excludePurchased;
      exclude.push(...device.purchased(now, withinDays));
    }
    this.#tell(engine, window, now);
    const words = request(
      engine,
      this.#names,
      about,
      {
        ...options,
        ...(explore && options.seed === undefined && { seed: this.#seed }),
        fatigue: options.fatigue ?? (isPast ? 0 : 0.5),
      },
      exclude,
      filters,
    );
    this.#depth++;
    let flat: Uint32Array;
    try {
      const is = predicates.length
        ? (number: number) => predicates.every((is) => is({ ...this.#item(engine, number) }))
        : undefined;
      flat = reading(() => engine.list(words, is));
    } finally {
      this.#depth--;
    }
    const values = new Float32Array(flat.buffer, flat.byteOffset, flat.length);
    const recommendations: Recommendation[] = [];
    let events: ReturnType<History['list']> | undefined;
    for (let at = 0; at < flat.length; ) {
      const item = this.#item(engine, flat[at++] as number);
      const recommendation: Recommendation = { ...item, score: values[at++] as number };
      if (explain) {
        const reasons: Reason[] = [];
        for (let left = flat[at++] as number; left > 0; left--) {
          const { id } = this.#item(engine, flat[at++] as number);
          reasons.push({ id, share: values[at++] as number });
        }
        recommendation.reasons = reasons;
        recommendation.sentence = sentence(list, recommendation, (id) => {
          events ??= device.history.list();
          return events.find((event) => event.item === id)?.kind;
        });
      }
      recommendations.push(recommendation);
    }
    return recommendations;
  }

  /** Tells the engine of the shopper, if that is news. */
  #tell(engine: Engine, window: 'all' | 'session', now: number): void {
    const device = this.#device;
    const known = window + device.stamp;
    // While a predicate runs, the engine is not to be changed.
    if (this.#depth || (known === this.#known && now - this.#knownAt < FRESH_MS)) return;
    this.#known = known;
    this.#knownAt = now;
    const { ids, kinds, weights } = device.ranking(now, window);
    const history: number[] = [];
    numbers(engine, ids).forEach((item, at) => {
      if (item !== NO_ITEM) history.push(item, kinds[at] as number, bits(weights[at] as number));
    });
    engine.set_history(new Uint32Array(history));
    const shown = device.impressions(now);
    const left: number[] = [];
    numbers(engine, shown.ids).forEach((item, at) => {
      left.push(item, bits(shown.factors[at] as number));
    });
    engine.update(SHOWN, new Uint32Array());
    engine.update(SHOWN, new Uint32Array(left));
  }

  #item(engine: Engine, number: number): Candidate {
    let item = this.#items.get(number);
    if (!item) {
      const id = reading(() => engine.id(number));
      const category = this.#names.categoryNames[engine.category(number)];
      item = category === undefined ? { id } : { id, category };
      this.#items.set(number, item);
    }
    return item;
  }
}

/** The median of the times between purchases, in days; no number for one purchase. */
function interval(times: readonly number[]): number {
  const days = times.slice(1).map((time, at) => ((times[at] as number) - time) / DAY_MS);
  days.sort((a, b) => a - b);
  return days[days.length >> 1] ?? Number.NaN;
}
