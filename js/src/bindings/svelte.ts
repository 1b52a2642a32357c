/**
 * Rails as Svelte stores, on servers too; they work with any library that knows the store contract.
 *
 * @packageDocumentation
 */
import type { Recommender } from '../core/index.js';
import type { ListName, Rail, RailRequest, Recommendation } from '../core/types.js';
import {
  type AnyRecommender,
  initialPage,
  type Origin,
  observeRails,
  observeShown,
  type PageOptions,
  type RailOptions,
  railRequest,
  resolveRecommender,
  type Waiting,
  waiting,
} from './binding-core.js';

export type { AnyRecommender, Origin, PageOptions, RailOptions } from './binding-core.js';

/** A readable store of Svelte. */
export interface Readable<T> {
  /** Calls `run` now and after every change; returns the function that stops it. */
  subscribe(run: (value: T) => void): () => void;
}

/** A recommender, or a store of one as {@link createVicino} makes it. */
export type Shop = AnyRecommender | Readable<AnyRecommender | undefined>;

/** Stores that load a model: a rail can follow one of them without asking for the recommender at once. */
const lazy = new WeakMap<
  Shop,
  [wait: Waiting, follow: Readable<AnyRecommender | undefined>['subscribe']]
>();

/**
 * Makes a store of the recommender, `undefined` until it is loaded. It is loaded once, after the first subscription in
 * a browser; subscriptions of rails wait as the option `lazy` describes.
 */
export function createVicino<R extends AnyRecommender = Recommender>(
  origin: Origin,
): Readable<R | undefined> & { close(): void } {
  let stop: (() => void) | undefined;
  let now: R | undefined;
  const runs = new Set<(value: R | undefined) => void>();
  const wait = waiting();
  const follow = (run: (value: R | undefined) => void) => {
    const own = (value: R | undefined) => run(value);
    runs.add(own);
    if (!stop && typeof window !== 'undefined') {
      const set = (recommender?: AnyRecommender) => {
        now = recommender as R | undefined;
        for (const one of runs) one(now);
      };
      stop = resolveRecommender(origin, set, wait);
    }
    own(now);
    return () => runs.delete(own);
  };
  const shop = {
    subscribe(run: (value: R | undefined) => void) {
      wait.want();
      return follow(run);
    },
    /** Frees what was loaded. */
    close: () => stop?.(),
  };
  lazy.set(shop, [wait, follow as Readable<AnyRecommender | undefined>['subscribe']]);
  return shop;
}

/**
 * Makes a store of the items of one rail, ranked again when history, catalogue or model change; `initialItems` until
 * the model is loaded.
 */
export function rail(
  shop: Shop,
  list: ListName,
  options: RailOptions = {},
): Readable<readonly Recommendation[]> {
  const initial = initialPage(list, options);
  const rails = follow(shop, [railRequest(list, options)], {}, initial);
  return { subscribe: (run) => rails.subscribe(([first]) => run(first?.items ?? [])) };
}

/** Makes a store of several rails, no item in two of them. */
export function page(
  shop: Shop,
  rails: readonly RailRequest[],
  { initialRails = [], ...shared }: PageOptions = {},
): Readable<readonly Rail[]> {
  return follow(shop, rails, shared, initialRails);
}

/**
 * Counts impressions as an action, `use:impressions={{ shop, rail }}`: children with `data-vicino-id` in view for a
 * second.
 */
export function impressions(
  element: Element,
  { shop, rail, variant }: { shop: Shop; rail: string; variant?: string },
): { destroy(): void } {
  let stop = () => {};
  const unsubscribe = each(shop, (recommender, wait) => {
    stop();
    stop = observeShown(element, rail, variant, recommender, wait);
  });
  return {
    destroy() {
      unsubscribe();
      stop();
    },
  };
}

function each(
  shop: Shop,
  run: (recommender: AnyRecommender | undefined, wait?: Waiting) => void,
): () => void {
  const [wait, follow] = lazy.get(shop) ?? [];
  if (follow) return follow((recommender) => run(recommender, wait));
  if (!('history' in shop)) return shop.subscribe((recommender) => run(recommender));
  run(shop);
  return () => {};
}

function follow(
  shop: Shop,
  rails: readonly RailRequest[],
  shared: PageOptions,
  initial: readonly Rail[],
): Readable<readonly Rail[]> {
  return {
    subscribe(run) {
      let known = initial;
      let over = false;
      let stop = () => {};
      let leave = () => {};
      run(known);
      // Later, so that a server's output hydrates as it is, and the elements of rails are known.
      if (typeof window !== 'undefined') {
        setTimeout(() => {
          if (over) return;
          leave = each(shop, (recommender, wait) => {
            for (const { name } of rails) wait?.want(name);
            stop();
            stop = recommender
              ? observeRails(recommender, rails, shared, known, (next) => {
                  known = next;
                  run(next);
                })
              : () => {};
          });
        });
      }
      return () => {
        over = true;
        leave();
        stop();
      };
    },
  };
}
