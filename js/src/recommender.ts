/// <reference lib="esnext.disposable" preserve="true" />
import { type Engine, List, History as Store } from '../wasm/vicino.js';
import { checkValue, isId, isIds } from './check.js';
import { VicinoError } from './errors.js';
import { historyFace, Listeners } from './history.js';
import { keepLater, readKept } from './kept.js';
import { abortable, readModel, startWasm } from './load.js';
import { type Opened, open, pause } from './open.js';
import { checkEvent, checkForYou, checkList, checkLoad } from './options.js';
import type {
  Candidate,
  ForYouOptions,
  History,
  ListOptions,
  LoadOptions,
  ModelInfo,
  ModelSource,
  Reason,
  Recommendation,
  RecordedEvent,
} from './types.js';

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
        configurable: true,
        writable: true,
      });
    }
  }

  /** Does what {@link free} does, for `using`. */
  declare readonly [Symbol.dispose]: () => void;
  /** The events that this device remembers. */
  readonly history: History;
  /** What there is to know about the model. */
  readonly model: ModelInfo;
  #wasm: { readonly engine: Engine; readonly store: Store } | undefined;
  /** Items that were listed, by number: making strings of ids takes longer than ranking. */
  readonly #items = new Map<number, Candidate>();

  private constructor({ engine, opened }: Opened, store: Store, listeners: Listeners) {
    this.#wasm = { engine, store };
    this.model = { ...engine.about(), opened } as ModelInfo;
    this.history = historyFace(
      () => this.#live().store,
      () => {
        const { engine } = this.#live();
        const items = new Set(this.history.list().map(({ item }) => item));
        return [...items].filter((item) => !engine.knows(item)).length;
      },
      listeners,
    );
  }

  /** Loads a model and opens the history; rejects with a {@link VicinoError}. */
  static async load(source: ModelSource, options: LoadOptions = {}): Promise<Recommender> {
    checkLoad(options);
    const { signal, wasm, historyName = 'vicino', historyLimit = 200 } = options;
    const platform = Recommender.platform;
    const { storage = platform.storage, keep = storage !== 'memory' } = options;
    const listeners = new Listeners();
    // The history opens, and what was kept is read, while the model still travels.
    const kept = keep ? readKept() : undefined;
    const started = startWasm(() => wasm ?? platform.wasm());
    const store: Promise<Store> = started
      .then(pause)
      .then(() => Store.open(historyName, historyLimit, storage, () => listeners.call()));
    // Whoever waits for it hears of it; until then nobody might.
    store.catch(() => {});
    try {
      const loading = Promise.all([readModel(source, signal), kept, started]);
      const [{ bytes, url }, pieces] = await abortable(loading, signal);
      const opened = await open(bytes, pieces, url, signal);
      const history = await abortable(store, signal).catch((error: unknown) => {
        opened.engine.free();
        throw error;
      });
      const recommender = new Recommender(opened, history, listeners);
      if (keep && opened.opened === 'file') keepLater(() => recommender.#wasm?.engine);
      return recommender;
    } catch (error) {
      store.then(
        (opened) => opened.free(),
        () => {},
      );
      throw error;
    }
  }

  /** Remembers an event: at once for ranking, and on the device when the promise resolves. */
  async record(event: RecordedEvent): Promise<void> {
    const { store } = this.#live();
    checkEvent(event);
    await store.record(event.item, event.kind ?? 'view', event.at ?? Date.now());
  }

  /** Lists items for this shopper; popular ones if the history is empty. */
  forYou(options: ForYouOptions = {}): Recommendation[] {
    checkForYou('forYou', options);
    return this.#list(List.ForYou, undefined, options);
  }

  /** Lists items that shoppers go on to from this one; popular ones if the model does not know it. */
  related(id: string, options: ListOptions = {}): Recommendation[] {
    checkValue('related', id, isId);
    checkList('related', options);
    return this.#list(List.Related, [id], options);
  }

  /** Lists items that are bought together with these; ids that the model does not know are ignored. */
  boughtTogether(ids: readonly string[], options: ListOptions = {}): Recommendation[] {
    checkValue('boughtTogether', ids, isIds);
    checkList('boughtTogether', options);
    return this.#list(List.BoughtTogether, ids, options);
  }

  /** Lists popular items. */
  trending(options: ListOptions = {}): Recommendation[] {
    checkList('trending', options);
    return this.#list(List.Trending, undefined, options);
  }

  /** Gives the memory back; any later use but `free` throws. What is being stored still gets stored. */
  free(): void {
    const live = this.#wasm;
    this.#wasm = undefined;
    live?.engine.free();
    live?.store.free();
  }

  #live(): { readonly engine: Engine; readonly store: Store } {
    if (!this.#wasm) {
      throw new VicinoError('freed', 'this recommender was freed; load a new one');
    }
    return this.#wasm;
  }

  #list(
    which: List,
    items: readonly string[] | undefined,
    options: ForYouOptions,
  ): Recommendation[] {
    const { engine, store } = this.#live();
    const { k = 12, exclude, where, explain = false, repeats = false, seed } = options;
    const categories =
      typeof where === 'object' ? ([] as string[]).concat(where.category) : undefined;
    const predicate =
      typeof where === 'function'
        ? (item: number) => where({ ...this.#item(engine, item) })
        : undefined;
    const flat = engine.list(
      which,
      store,
      items && [...items],
      k,
      repeats,
      explain,
      seed ?? Number.NaN,
      exclude && [...exclude],
      categories,
      predicate,
    );
    const values = new Float32Array(flat.buffer, flat.byteOffset, flat.length);
    const recommendations: Recommendation[] = [];
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
      }
      recommendations.push(recommendation);
    }
    return recommendations;
  }

  #item(engine: Engine, number: number): Candidate {
    let item = this.#items.get(number);
    if (!item) {
      const category = engine.category(number);
      const id = engine.id(number);
      item = category === undefined ? { id } : { id, category };
      this.#items.set(number, item);
    }
    return item;
  }
}
