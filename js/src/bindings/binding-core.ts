import { missingScript } from '../core/errors.js';
import type { LoadOptions, ModelSource, Recommender } from '../core/index.js';
import type { ListOptions, Rail, RailRequest, Recommendation } from '../core/types.js';
import { observeImpressions } from './impressions.js';
import type { Waiting } from './waiting.js';
import type { WorkerRecommender } from './worker-client.js';

export { type Waiting, waiting } from './waiting.js';

/** A recommender on the page, or one in a worker. */
export type AnyRecommender = Recommender | WorkerRecommender;

/** Origin of an app's recommender: the shop already has it, or it is loaded in the browser. */
export interface Origin {
  /** A recommender, or the promise of one; the shop remains responsible for freeing it. */
  recommender?: AnyRecommender | PromiseLike<AnyRecommender>;
  /** A model to load; nothing is loaded on a server. */
  source?: ModelSource;
  /** Options of loading. */
  options?: LoadOptions;
  /**
   * If true, `source` is loaded when it is needed: when a rail whose element is known (by its impressions) comes within
   * a screen of the view, when the page is idle, or at once for any other use. If false, it is loaded at once. Default:
   * true.
   */
  lazy?: boolean;
  /** Called with the error if loading fails, such as one of code `unsupported`. Default: a warning on the console. */
  onError?: (error: unknown) => void;
}

/** Options of one rail. */
export interface RailOptions extends Omit<RailRequest, 'name' | 'list'> {
  /** Name of the rail in impressions and metrics. Default: the name of the list. */
  name?: string;
  /** Items to show until the model is loaded, such as those that a server rendered. */
  initialItems?: readonly Recommendation[];
}

/** Options that all rails of a page share. */
export interface PageOptions extends ListOptions {
  /** Rails to show until the model is loaded. */
  initialRails?: readonly Rail[];
}

/** Loads a model while the script that opens it loads. */
export async function loadModel(source: ModelSource, options?: LoadOptions): Promise<Recommender> {
  let early: ModelSource | Promise<ModelSource> = source;
  if (source instanceof URL || (typeof source === 'string' && source !== '')) {
    // After a failure `load` requests the file again, and reports the error.
    early = fetch(source, { signal: options?.signal ?? null }).catch(() => source);
  } else if (source instanceof Response && !source.bodyUsed) {
    // A body is read once, but a component may be mounted again, as React's strict mode does.
    early = source.clone();
  }
  const { Recommender } = await import('../core/index.js').catch(missingScript);
  return Recommender.load(early, options);
}

/** Recommenders that are loaded or loading, by the address of their model. */
const loaded = new Map<string, Promise<AnyRecommender>>();

/** Loads a model once for all rails of a page. */
export function loadOnce(address: string, options?: LoadOptions): Promise<AnyRecommender> {
  let made = loaded.get(address);
  if (!made) {
    made = loadModel(address, options);
    // A later rail may try again.
    made.catch(() => loaded.delete(address));
    loaded.set(address, made);
  }
  return made;
}

/**
 * Calls `set` with the recommender as soon as it is there, and with `undefined` at the end; `wait` decides when a model
 * is loaded. Returns the function that releases the recommender.
 */
export function resolveRecommender(
  { recommender, source, options, lazy, onError }: Origin,
  set: (arrived: AnyRecommender | undefined) => void,
  wait: Waiting,
): () => void {
  let over = false;
  const own = source !== undefined;
  const take = (arrived: AnyRecommender | undefined) => {
    if (!over) set(arrived);
    else if (own) arrived?.free();
  };
  const fail = (error: unknown) => {
    if (over) return;
    if (onError) onError(error);
    else console.warn(String(error));
  };
  let stop = () => {};
  if (own) {
    stop = wait.open(() => {
      let loaded: AnyRecommender | undefined;
      loadModel(source, options).then((arrived) => {
        loaded = arrived;
        take(arrived);
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

/**
 * Records the items of a rail that are shown in `element`; before the recommender is there, lets `wait` load it when
 * the element comes near the view. Returns the function that ends it.
 */
export function observeShown(
  element: Element,
  rail: string,
  variant: string | undefined,
  recommender: AnyRecommender | undefined,
  wait: Waiting | undefined,
): () => void {
  const where = variant === undefined ? { rail } : { rail, variant };
  if (recommender)
    return observeImpressions(element, (ids) => void recommender.recordImpression(ids, where));
  return wait?.near(element, rail) ?? (() => {});
}

/** Ranks at once if the recommender is on the page; returns `known` itself if the rails are the same. */
export function rankNow(
  recommender: AnyRecommender | undefined,
  requests: readonly RailRequest[],
  shared: ListOptions,
  known: readonly Rail[],
): readonly Rail[] {
  if (!recommender) return known;
  try {
    const rails = (recommender as AnyRecommender).page(requests as never, shared as never);
    if (!isPromise(rails)) return JSON.stringify(rails) === JSON.stringify(known) ? known : rails;
    rails.then(undefined, () => {});
  } catch {
    // `observeRails` reports the error.
  }
  return known;
}

/**
 * Calls `set` with the rails, now and after every change of history, catalogue, model or consent, if they differ from
 * the rails before (from `known` at first), or `failed` with the error if they cannot be listed. A recommender on the
 * page makes the first call before this function returns. Returns the function that ends it.
 */
export function observeRails(
  recommender: AnyRecommender,
  requests: readonly RailRequest[],
  shared: ListOptions,
  known: readonly Rail[],
  set: (rails: readonly Rail[]) => void,
  failed: (error: unknown) => void = report,
): () => void {
  let shown: string | undefined = JSON.stringify(known);
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
    const fail = (error: unknown) => {
      if (mine !== turn) return;
      // The next answer is news, whatever it is.
      shown = undefined;
      failed(error);
    };
    try {
      const answer = (recommender as AnyRecommender).page(requests as never, shared as never);
      if (isPromise(answer)) answer.then(show, fail);
      else show(answer);
    } catch (error) {
      fail(error);
    }
  };
  rank();
  // Several changes in one go are one.
  const stop = recommender.subscribe(() => {
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

/** Reports an error on the console instead of throwing it, so that a page can do without a rail. */
function report(error: unknown): void {
  if ((error as { code?: string }).code !== 'freed') reportError(error);
}

/** Makes the request for one rail. */
export function railRequest(
  list: RailRequest['list'],
  { initialItems, name = list, ...options }: RailOptions,
): RailRequest {
  return { ...options, name, list };
}

/** Makes a page of one rail from its initial items. */
export function initialPage(
  list: RailRequest['list'],
  { initialItems = [], name = list }: RailOptions,
): readonly Rail[] {
  return [{ name, list, items: initialItems as Recommendation[] }];
}

/** Returns a key of a request: equal requests have equal keys, and every function has a key of its own. */
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
