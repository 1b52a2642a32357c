// The recommender of rails that name no model. Of several copies of the package on a page one alone registers the
// element, so the recommender is kept where all copies find it.
import { VicinoError } from '../core/errors.js';
import type { AnyRecommender } from './binding-core.js';

/** A recommender, or the promise of one. */
export type Given = AnyRecommender | PromiseLike<AnyRecommender>;

/** State that all copies share; its shape must stay as it is, because copies may be of different versions. */
interface Shared {
  given?: Given;
  /** Called when another recommender is set. */
  readonly listeners: Set<() => void>;
}

const KEY = Symbol.for('vicino.recommender');

function shared(): Shared {
  const page = globalThis as { [KEY]?: Shared };
  page[KEY] ??= { listeners: new Set() };
  return page[KEY];
}

/** Returns the recommender that was set last. */
export const sharedRecommender = (): Given | undefined => shared().given;

/** Calls `listener` when a recommender is set; returns the function that ends it. */
export function onRecommender(listener: () => void): () => void {
  const { listeners } = shared();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Sets the recommender, or the promise of one, for rails without `src`, those that are there and those to come. Rails
 * of another copy of the package on the page hear of it, too.
 */
export function setRecommender(recommender: AnyRecommender | PromiseLike<AnyRecommender>): void {
  const { page, then } = Object(recommender);
  if (typeof (page ?? then) !== 'function') {
    throw new VicinoError(
      'option-invalid',
      `setRecommender: expected a recommender, or the promise of one, found ${String(recommender)}`,
    );
  }
  const all = shared();
  all.given = recommender;
  for (const listener of [...all.listeners]) listener();
}
