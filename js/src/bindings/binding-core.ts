import type { LoadOptions, ModelSource, Recommender } from '../core/index.js';
import type { ListOptions, Rail, RailRequest, Recommendation } from '../core/types.js';
import { watchSeen } from './impressions.js';
import type { Waiting } from './waiting.js';
import type { WorkerRecommender } from './worker-client.js';

export { ID, watchSeen } from './impressions.js';
export { type Waiting, waiting } from './waiting.js';

/** A recommender on the page, or one in a worker. */
export type Ranks = Recommender | WorkerRecommender;

/** Where the recommender of an app comes from: the shop has it, or it is loaded in the browser. */
export interface Origin {
  /** A recommender, or the promise of one; it stays the shop's to free. */
  recommender?: Ranks | PromiseLike<Ranks>;
  /** A model to load; nothing is loaded on a server. */
  source?: ModelSource;
  /** How to load it. */
  options?: LoadOptions;
  /**
   * Whether `source` is not loaded before somebody needs it: at once for what has no place on the page, or an unknown one; for a
   * rail whose place is known by its impressions when that is within a screen of the view, or the page idle. Default: true.
   */
  lazy?: boolean;
  /** Hears why there is no recommender, such as code `unsupported`; without it the console says so. */
  onError?: (error: unknown) => void;
}

/** What one rail can be asked for, besides its list. */
export interface RailOptions extends Omit<RailRequest, 'name' | 'list'> {
  /** Under which name impressions and metrics know it. Default: the name of the list. */
  name?: string;
  /** What to show until the model is there, such as what a server wrote into the page. */
  initialItems?: readonly Recommendation[];
}

/** What a page of rails can be asked for. */
export interface PageOptions extends ListOptions {
  /** What to show until the model is there. */
  initialRails?: readonly Rail[];
}

/** Loads a model; its file travels beside the script that opens it. */
export async function loadModel(source: ModelSource, options?: LoadOptions): Promise<Recommender> {
  const isAddress = source instanceof URL || (typeof source === 'string' && source !== '');
  const early = isAddress
    ? // What went wrong is for `load` to say, which asks again.
      fetch(source, { signal: options?.signal ?? null }).catch(() => source)
    : source;
  const { Recommender } = await import('../core/index.js');
  return Recommender.load(early, options);
}

/** Recommenders by the address of their model, or what comes to be one. */
const loaded = new Map<string, Promise<Ranks>>();

/** Loads a model, but not twice: rails of one page share it. */
export function loadOnce(address: string, options?: LoadOptions): Promise<Ranks> {
  let made = loaded.get(address);
  if (!made) {
    made = loadModel(address, options);
    // A later rail may try again.
    made.catch(() => loaded.delete(address));
    loaded.set(address, made);
  }
  return made;
}

/** Gives the recommender once it is there, and the function that gives it up; what is to be loaded is wanted by `wait`. */
export function arrive(
  { recommender, source, options, lazy, onError }: Origin,
  set: (ranks: Ranks | undefined) => void,
  wait: Waiting,
): () => void {
  let over = false;
  const own = source !== undefined;
  const take = (ranks: Ranks | undefined) => {
    if (!over) set(ranks);
    else if (own) ranks?.free();
  };
  const fail = (error: unknown) => {
    if (over) return;
    if (onError) onError(error);
    else console.warn(String(error));
  };
  let stop = () => {};
  if (own) {
    stop = wait.open(() => {
      let loaded: Ranks | undefined;
      loadModel(source, options).then((ranks) => {
        loaded = ranks;
        take(ranks);
      }, fail);
      return () => loaded?.free();
    }, lazy);
  } else if (isPromise(recommender)) {
    recommender.then(take, fail);
  } else {
    take(recommender);
  }
  return () => {
    over = true;
    set(undefined);
    stop();
  };
}

/** Watches what is in view of a rail that `element` holds, and lets the recommender wait for it to come near; gives the function that ends it. */
export function watchRail(
  element: Element,
  rail: string,
  variant: string | undefined,
  ranks: Ranks | undefined,
  wait: Waiting | undefined,
): () => void {
  const where = variant === undefined ? { rail } : { rail, variant };
  if (ranks) return watchSeen(element, (ids) => void ranks.recordImpression(ids, where));
  return wait?.near(element, rail) ?? (() => {});
}

/** The rails at once, if the recommender is on the page; `known` itself if nothing differs from it. */
export function peek(
  ranks: Ranks | undefined,
  requests: readonly RailRequest[],
  shared: ListOptions,
  known: readonly Rail[],
): readonly Rail[] {
  if (!ranks) return known;
  try {
    const rails = (ranks as Ranks).page(requests as never, shared as never);
    if (!isPromise(rails)) return JSON.stringify(rails) === JSON.stringify(known) ? known : rails;
    rails.then(undefined, () => {});
  } catch {
    // `watch` says what is wrong.
  }
  return known;
}

/**
 * Calls `set` with the rails, now and after every change of the history, but only where they differ from those
 * before, `known` at first; gives the function that ends it. With a recommender on the page the first call comes
 * before it returns.
 */
export function watch(
  ranks: Ranks,
  requests: readonly RailRequest[],
  shared: ListOptions,
  known: readonly Rail[],
  set: (rails: readonly Rail[]) => void,
): () => void {
  let shown = JSON.stringify(known);
  let turn = 0;
  let waiting = false;
  const rank = () => {
    if (turn < 0) return;
    waiting = false;
    const mine = ++turn;
    const show = (rails: readonly Rail[]) => {
      const now = JSON.stringify(rails);
      // A late answer of a worker must not replace a newer one.
      if (mine !== turn || now === shown) return;
      shown = now;
      set(rails);
    };
    try {
      const answer = (ranks as Ranks).page(requests as never, shared as never);
      if (isPromise(answer)) answer.then(show, report);
      else show(answer);
    } catch (error) {
      report(error);
    }
  };
  rank();
  // Several events in one go are one change.
  const stop = ranks.history.subscribe(() => {
    if (!waiting) queueMicrotask(rank);
    waiting = true;
  });
  return () => {
    turn = Number.NEGATIVE_INFINITY;
    stop();
  };
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null)?.then === 'function';
}

/** Says on the console what is wrong with a request, which would otherwise break the page for want of a rail. */
function report(error: unknown): void {
  if ((error as { code?: string }).code !== 'freed') reportError(error);
}

/** The request of one rail. */
export function railRequest(
  list: RailRequest['list'],
  { initialItems, name = list, ...options }: RailOptions,
): RailRequest {
  return { ...options, name, list };
}

/** A page of one rail that is known already. */
export function initialPage(
  list: RailRequest['list'],
  { initialItems = [], name = list }: RailOptions,
): readonly Rail[] {
  return [{ name, list, items: initialItems as Recommendation[] }];
}

/** Tells requests apart: equal ones have equal keys, and every function has its own. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, one) => {
    if (typeof one !== 'function') return one;
    let number = functions.get(one);
    if (!number) {
      number = ++numFunctions;
      functions.set(one, number);
    }
    return number;
  });
}

const functions = new WeakMap<object, number>();
let numFunctions = 0;
