/**
 * Rails as Svelte stores, on servers too; they work wherever the store contract is known.
 *
 * @packageDocumentation
 */
import type { Recommender } from '../core/index.js';
import type { ListName, Rail, RailRequest, Recommendation } from '../core/types.js';
import {
  arrive,
  initialPage,
  type Origin,
  type PageOptions,
  type RailOptions,
  type Ranks,
  railRequest,
  type Waiting,
  waiting,
  watch,
  watchRail,
} from './binding-core.js';

export type { Origin, PageOptions, RailOptions, Ranks } from './binding-core.js';

/** What Svelte calls a readable store. */
export interface Readable<T> {
  /** Calls `run` now and after every change; gives the function that stops it. */
  subscribe(run: (value: T) => void): () => void;
}

/** A recommender, or a store of one as {@link createVicino} makes it. */
export type Shop = Ranks | Readable<Ranks | undefined>;

/** Stores that load, which rails follow without asking for the recommender at once. */
const lazy = new WeakMap<Shop, [wait: Waiting, follow: Readable<Ranks | undefined>['subscribe']]>();

/** A store of the recommender, `undefined` until it is there. It is loaded once, when it is subscribed to in a browser; for rails as `lazy` says. */
export function createVicino<R extends Ranks = Recommender>(
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
      const set = (ranks?: Ranks) => {
        now = ranks as R | undefined;
        for (const one of runs) one(now);
      };
      stop = arrive(origin, set, wait);
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
  lazy.set(shop, [wait, follow as Readable<Ranks | undefined>['subscribe']]);
  return shop;
}

/** A store of the items of one rail, ranked again when the history changes; `initialItems` until the model is there. */
export function rail(
  shop: Shop,
  list: ListName,
  options: RailOptions = {},
): Readable<readonly Recommendation[]> {
  const initial = initialPage(list, options);
  const rails = follow(shop, [railRequest(list, options)], {}, initial);
  return { subscribe: (run) => rails.subscribe(([first]) => run(first?.items ?? [])) };
}

/** A store of several rails that share no item. */
export function page(
  shop: Shop,
  rails: readonly RailRequest[],
  { initialRails = [], ...shared }: PageOptions = {},
): Readable<readonly Rail[]> {
  return follow(shop, rails, shared, initialRails);
}

/** An action, `use:impressions={{ shop, rail }}`: children with `data-vicino-id` in view for a second count as shown. */
export function impressions(
  element: Element,
  { shop, rail, variant }: { shop: Shop; rail: string; variant?: string },
): { destroy(): void } {
  let stop = () => {};
  const unsubscribe = each(shop, (ranks, wait) => {
    stop();
    stop = watchRail(element, rail, variant, ranks, wait);
  });
  return {
    destroy() {
      unsubscribe();
      stop();
    },
  };
}

function each(shop: Shop, run: (ranks: Ranks | undefined, wait?: Waiting) => void): () => void {
  const [wait, follow] = lazy.get(shop) ?? [];
  if (follow) return follow((ranks) => run(ranks, wait));
  if (!('history' in shop)) return shop.subscribe((ranks) => run(ranks));
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
      // What a server rendered hydrates as it is, and is ranked then; by now elements of rails are known, too.
      if (typeof window !== 'undefined') {
        setTimeout(() => {
          if (over) return;
          leave = each(shop, (ranks, wait) => {
            for (const { name } of rails) wait?.want(name);
            stop();
            stop = ranks
              ? watch(ranks, rails, shared, known, (next) => {
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
