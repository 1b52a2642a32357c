import type { AnyRecommender } from '../bindings/binding-core.js';
import { checkShop, isFunction } from '../bindings/checks.js';
import { type Checks, checkOptions } from '../core/check.js';

/** Options of every consent tool. */
export interface ConsentOptions {
  /**
   * Called with the error if a decision could not be applied, such as a withdrawal whose data could not be deleted.
   * Default: the error is reported like one that nobody has caught.
   */
  onError?: (error: unknown) => void;
}

/** A recommender, or the promise of one. */
export type Shop = AnyRecommender | PromiseLike<AnyRecommender>;

/** Decision of the shopper, permission to store as long as the shopper has decided nothing, or neither. */
type Decision = 'granted' | 'denied' | 'default' | 'none';

/** Checks the arguments of a consent tool; `checks` are those of its own options. */
export function checkTool(where: string, shop: unknown, options: object, checks: Checks): void {
  checkShop(where, shop);
  checkOptions(where, options, { ...checks, onError: isFunction });
}

/** Returns a function that applies decisions one after the other; of those that wait, only the newest counts. */
export function applier(
  shop: Shop,
  { onError = reportError }: ConsentOptions,
): (decision: Decision) => void {
  let newest: Decision;
  const apply = async (decision: Decision) => {
    if (decision !== newest || decision === 'none') return;
    let consent: AnyRecommender['consent'];
    try {
      consent = (await shop).consent;
    } catch (error) {
      // Without a recommender nothing is stored, but what earlier pages stored is not deleted either.
      if (decision === 'denied') throw error;
      return;
    }
    if (decision !== newest) return;
    if (decision === 'denied') await consent.deny();
    else if (decision === 'granted' || (await consent.state) !== 'denied') await consent.grant();
  };
  let last = Promise.resolve();
  return (decision) => {
    newest = decision;
    last = last.then(() => apply(decision)).catch(onError);
  };
}
