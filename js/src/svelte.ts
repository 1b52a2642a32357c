/**
 * Rails as Svelte stores, on servers too; they work wherever the store contract is known.
 *
 * @packageDocumentation
 */
import type { Recommender } from './index.js';
import {
  arrive,
  initialPage,
  type Origin,
  type PageOptions,
  type RailOptions,
  type Ranks,
  railRequest,
  watch,
  watchSeen,
} from './live.js';
import type { ListName, Rail, RailRequest, Recommendation } from './types.js';

export type { Origin, PageOptions, RailOptions, Ranks } from './live.js';

/** What Svelte calls a readable store. */
export interface Readable<T> {
  /** Calls `run` now and after every change; gives the function that stops it. */
  subscribe(run: (value: T) => void): () => void;
}

/** A recommender, or a store of one as {@link createVicino} makes it. */
export type Shop = Ranks | Readable<Ranks | undefined>;

/** A store of the recommender, `undefined` until it is there. It is loaded once, at the first subscription in a browser. */
export function createVicino<R extends Ranks = Recommender>(
  origin: Origin,
): Readable<R | undefined> & { close(): void } {
  let stop: (() => void) | undefined;
  let now: R | undefined;
  const runs = new Set<(value: R | undefined) => void>();
  return {
    subscribe(run) {
      const own = (value: R | undefined) => run(value);
      runs.add(own);
      if (!stop && typeof window !== 'undefined') {
        stop = arrive(origin, (ranks) => {
          now = ranks as R | undefined;
          for (const one of runs) one(now);
        });
      }
      own(now);
      return () => runs.delete(own);
    },
    /** Frees what was loaded. */
    close: () => stop?.(),
  };
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
  const where = variant === undefined ? { rail } : { rail, variant };
  let stop = () => {};
  const unsubscribe = each(shop, (ranks) => {
    stop();
    stop = ranks ? watchSeen(element, (ids) => void ranks.recordImpression(ids, where)) : () => {};
  });
  return {
    destroy() {
      unsubscribe();
      stop();
    },
  };
}

function each(shop: Shop, run: (ranks: Ranks | undefined) => void): () => void {
  if (!('history' in shop)) return shop.subscribe(run);
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
      // What a server rendered hydrates as it is, and is ranked then.
      if (typeof window !== 'undefined') {
        queueMicrotask(() => {
          if (over) return;
          leave = each(shop, (ranks) => {
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
