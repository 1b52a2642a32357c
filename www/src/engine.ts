// The shop's side of the recommender: loads the model, times every list, and
// turns ids into products. Lists name only what the shop sells.
import { type ListOptions, type ModelInfo, type Recommendation, Recommender } from 'vicino';
import type { Catalogue, Product } from './catalogue';

/** A product in a rail. */
export interface Ranked {
  product: Product;
  /** What in the history it comes from, largest share first; products the shop knows only. */
  because: { product: Product; share: number }[];
}

/** A measured list. */
export interface Ranking {
  items: Ranked[];
  /** How long the recommender took, by the page's clock. */
  ms: number;
}

export type EngineState =
  | { status: 'loading' }
  | { status: 'ready'; recommender: Recommender; loadMs: number }
  | { status: 'failed'; error: unknown };

export class Engine {
  readonly #catalogue: Catalogue;
  readonly #listeners = new Set<() => void>();
  #state: EngineState = { status: 'loading' };

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
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

  async load(url: string): Promise<void> {
    this.#state = { status: 'loading' };
    try {
      const began = performance.now();
      const recommender = await Recommender.load(url, { historyName: 'vicino-shop' });
      this.#state = { status: 'ready', recommender, loadMs: performance.now() - began };
      recommender.history.subscribe(() => this.#tell());
    } catch (error) {
      this.#state = { status: 'failed', error };
    }
    this.#tell();
  }

  /** Products of the history, latest first, each once. */
  seen(): Product[] {
    const ids = new Set(this.recommender?.history.list().map((event) => event.item));
    return [...ids].flatMap((id) => this.#catalogue.get(id) ?? []);
  }

  forYou(options: ListOptions = {}): Ranking {
    return this.#rank(options, (recommender, all) => recommender.forYou(all));
  }

  related(id: string, options: ListOptions = {}): Ranking {
    return this.#rank(options, (recommender, all) => recommender.related(id, all));
  }

  boughtTogether(ids: string[], options: ListOptions = {}): Ranking {
    return this.#rank(options, (recommender, all) => recommender.boughtTogether(ids, all));
  }

  trending(options: ListOptions = {}): Ranking {
    return this.#rank(options, (recommender, all) => recommender.trending(all));
  }

  /** Remembers what the shopper did. Without a model there is no history to keep. */
  async record(id: string, kind: 'view' | 'cart' | 'purchase'): Promise<void> {
    await this.recommender?.record({ item: id, kind });
  }

  /** Calls `listener` when the model has loaded or failed, and when the history changes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #rank(
    options: ListOptions,
    list: (recommender: Recommender, options: ListOptions) => Recommendation[],
  ): Ranking {
    const recommender = this.recommender;
    if (!recommender) return { items: [], ms: 0 };
    const sold = ({ id }: { id: string }): boolean => this.#catalogue.get(id) !== undefined;
    const all: ListOptions = { k: 14, where: sold, explain: true, ...options };
    const began = performance.now();
    const found = list(recommender, all);
    const ms = performance.now() - began;
    return { items: found.flatMap((item) => this.#ranked(item)), ms };
  }

  #ranked({ id, reasons }: Recommendation): Ranked[] {
    const product = this.#catalogue.get(id);
    if (!product) return [];
    const because = (reasons ?? []).flatMap((reason) => {
      const source = this.#catalogue.get(reason.id);
      return source ? [{ product: source, share: reason.share }] : [];
    });
    return [{ product, because }];
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
