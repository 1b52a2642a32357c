/**
 * Loads the model that a manifest of `vicino manifest` names, checks it, and takes newer ones while the page runs.
 *
 * @packageDocumentation
 */

import type { AnyRecommender } from '../bindings/binding-core.js';
import { checkValue } from '../core/check.js';
import { VicinoError } from '../core/errors.js';
import type { Recommender } from '../core/index.js';
import { Delivery } from './delivery.js';
import { Kept } from './kept.js';
import { checkDelivery, type DeliveryOptions } from './options.js';

export type { DeliveryOptions } from './options.js';

/**
 * Loads the model kept from earlier pages and then checks for a newer one; without a kept model, loads the model that
 * the manifest names, or its predecessor if that one is damaged. A newer model replaces the old one in the same
 * recommender, and the history stays. Rejects with a {@link VicinoError}.
 */
export async function loadManifest<R extends AnyRecommender = Recommender>(
  manifestUrl: string | URL,
  options: DeliveryOptions<R> = {},
): Promise<R> {
  checkDelivery(options);
  let address = '';
  checkValue('loadManifest', manifestUrl, (url) => {
    try {
      address = new URL(url as string, globalThis.document?.baseURI).href;
      return undefined;
    } catch {
      return 'the address of a manifest';
    }
  });
  if (!globalThis.crypto?.subtle) {
    throw new VicinoError(
      'unsupported',
      'loadManifest: checking a model needs a page served by https',
    );
  }
  const delivery = new Delivery(address, options, await Kept.open(address));
  const recommender = (await delivery.openKept()) ?? (await delivery.openNamed());
  delivery.checkLater(recommender);
  return recommender;
}
