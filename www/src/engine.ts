// The shop's side of the recommender: loads the model, fills the catalogue, times every call, and turns ids into
// products.
import { type CatalogItem, type ModelInfo, type Recommendation, Recommender } from 'vicino';
import type { Catalogue, Product } from './catalogue';
import { pause } from './dom';
import { type Call, ON_SHELF } from './ranking-call';
import type { SettingsStore } from './settings';

/** A product in a rail. */
export interface Ranked {
  product: Product;
  /** Sentence that explains it, with titles for ids. */
  sentence: string | undefined;
  /** Products that it comes from, the largest share first; only those that the shop sells. */
  because: { product: Product; share: number }[];
}

/** A rail that was ranked. */
export interface RankedRail {
  name: string;
  /** Product that the rail starts from. */
  anchor: Product | undefined;
  items: Ranked[];
}

/** A measured page. */
export interface Ranking {
  rails: RankedRail[];
  /** Time that the recommender took for all rails, in ms. */
  ms: number;
}

export type EngineState =
  | { status: 'loading' }
  | { status: 'ready'; recommender: Recommender; loadMs: number }
  | { status: 'failed'; error: unknown };

/** Number of products to hand over before the page may draw again. */
const CATALOGUE_STEP = 2000;

/** Loads the model; it needs no catalogue, so that both may travel at the same time. */
export function openModel(url: string, { now }: SettingsStore): Promise<Recommender> {
  const loading = Recommender.load(url, {
    historyName: 'vicino-shop',
    historyDays: now.historyDays || Number.POSITIVE_INFINITY,
    encrypt: now.encrypt,
  });
  // Whoever waits for it is told.
  loading.catch(() => {});
  return loading;
}

export class Engine {
  readonly #catalogue: Catalogue;
  readonly #settings: SettingsStore;
  readonly #listeners = new Set<() => void>();
  #state: EngineState = { status: 'loading' };

  constructor(catalogue: Catalogue, settings: SettingsStore) {
    this.#catalogue = catalogue;
    this.#settings = settings;
  }

  get state(): EngineState {
    return this.#state;
  }

  get recommender(): Recommender | undefined {
    return this.#state.status === 'ready' ? this.#state.recommender : undefined;
  }

  get model(): ModelInfo | undefined {
    return this.recommender?.model;
  }

  /** Takes a model that is being loaded, and tells it what the shop sells. */
  async load(loading: Promise<Recommender>): Promise<void> {
    this.#state = { status: 'loading' };
    try {
      const began = performance.now();
      const recommender = await this.#open(loading);
      const loadMs = performance.now() - began;
      this.#ready(recommender, loadMs);
    } catch (error) {
      this.#state = { status: 'failed', error };
      this.#tell();
    }
  }

  /** Opens the history again with the present settings, and keeps its events. */
  async reopen(url: string): Promise<void> {
    if (this.#state.status !== 'ready') return;
    const { recommender: before, loadMs } = this.#state;
    const remembered = before.history.export();
    before.free();
    this.#state = { status: 'loading' };
    try {
      const recommender = await this.#open(openModel(url, this.#settings));
      await recommender.history.import(remembered);
      this.#ready(recommender, loadMs);
    } catch (error) {
      this.#state = { status: 'failed', error };
      this.#tell();
    }
  }

  async #open(loading: Promise<Recommender>): Promise<Recommender> {
    const recommender = await loading;
    const items = this.#catalogue.products;
    for (let at = 0; at < items.length; at += CATALOGUE_STEP) {
      recommender.catalog.update(items.slice(at, at + CATALOGUE_STEP).map(catalogItem));
      await pause();
    }
    return recommender;
  }

  #ready(recommender: Recommender, loadMs: number): void {
    this.#state = { status: 'ready', recommender, loadMs };
    recommender.history.subscribe(() => this.#tell());
    recommender.consent.subscribe(() => this.#tell());
    // For the browser's console, where the code of the drawer can be run.
    (globalThis as { recommender?: Recommender }).recommender = recommender;
    this.#tell();
  }

  /** Fetches what is fetched at its first use now, so that nothing is fetched later. */
  async prepare(): Promise<void> {
    await this.recommender?.metrics.counts();
  }

  /** Products of the history in one size each, the last ones first. */
  get seen(): Product[] {
    const events = this.recommender?.history.list() ?? [];
    const products = events.flatMap(({ item }) => this.#catalogue.get(item) ?? []);
    const sizes = new Set<Product[]>();
    return products.filter((one) => !sizes.has(one.sizes) && sizes.add(one.sizes));
  }

  /** Ranks a page. */
  page({ rails, shared }: Call): Ranking {
    const recommender = this.recommender;
    if (!recommender) return { rails: [], ms: 0 };
    const began = performance.now();
    const ranked = recommender.page(rails, shared);
    const ms = performance.now() - began;
    return {
      ms,
      rails: ranked.map(({ name, anchor, items }) => ({
        name,
        anchor: anchor === undefined ? undefined : this.#catalogue.get(anchor),
        items: items.flatMap((item) => this.#ranked(item)),
      })),
    };
  }

  /** Records an event; without a model there is no history, and nothing is recorded. */
  async record(id: string, kind: 'view' | 'cart' | 'purchase'): Promise<void> {
    await this.recommender?.record({ item: id, kind });
  }

  /** Counts a click in a rail. */
  clicked(id: string, rail: string): void {
    this.recommender?.recordClick(id, { rail });
  }

  /** Counts products that came into view in a rail. */
  shown(ids: string[], rail: string): void {
    this.recommender?.recordImpression(ids, { rail });
  }

  /** Calls `listener` when the model has loaded or failed, and when the history or the consent changes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #ranked({ id, reasons = [], sentence }: Recommendation): Ranked[] {
    const product = this.#catalogue.get(id);
    if (!product) return [];
    const because = reasons.flatMap((reason) => {
      const source = this.#catalogue.get(reason.id);
      return source ? [{ product: source, share: reason.share }] : [];
    });
    const titled = sentence?.items.reduce(
      (text, item) => text.replace(item, () => this.#catalogue.get(item)?.title ?? 'a product'),
      sentence.text,
    );
    return [{ product, because, sentence: titled }];
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Converts a product for the recommender: its shelf is its category, its department one of its tags. */
const catalogItem = ({ id, cents, inStock, shelf, brand, tags }: Product): CatalogItem => ({
  id,
  inStock,
  category: shelf.category,
  ...(brand && { brand }),
  tags: [ON_SHELF, shelf.aisle.id, ...tags],
  ...(cents > 0 && { price: cents / 100 }),
});
