import { checkDataLayer } from '../bindings/checks.js';
import { isOneOf } from '../core/check.js';
import { fields, see, watch } from '../datalayer/watch.js';
import { applier, type ConsentOptions, checkTool, type Shop } from './apply.js';

/** Type of consent of Google Consent Mode. */
export type ConsentType =
  | 'ad_storage'
  | 'ad_user_data'
  | 'ad_personalization'
  | 'analytics_storage'
  | 'functionality_storage'
  | 'personalization_storage'
  | 'security_storage';

/** Options of following Google Consent Mode. */
export interface ConsentModeOptions extends ConsentOptions {
  /** Type of consent that stands for the history. Default: `personalization_storage`. */
  type?: ConsentType;
}

/**
 * Follows Google Consent Mode: reads `gtag('consent', ...)` from the data layer, earlier and later ones. An `update`
 * grants or denies. A `default` that denies decides nothing, since it is pushed on every page before the shopper's
 * decision is known; one that grants, everywhere and without exception, grants as long as the shopper has not denied.
 * Returns the function that ends it.
 */
export function fromConsentMode(
  shop: Shop,
  dataLayer: unknown[],
  options: ConsentModeOptions = {},
): () => void {
  checkTool('fromConsentMode', shop, options, {
    type: isOneOf(
      ...['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage'],
      ...['functionality_storage', 'personalization_storage', 'security_storage'],
    ),
  });
  checkDataLayer('fromConsentMode', dataLayer);
  const { type = 'personalization_storage' } = options;
  const decide = applier(shop, options);
  let isDecided = false;
  let isDenied = false;
  const take = (entry: object) => {
    const [what, which, values] = Array.from(entry as ArrayLike<unknown>);
    const { [type]: value, region } = fields(values);
    if (what !== 'consent' || (value !== 'granted' && value !== 'denied')) return;
    if (which === 'update') {
      isDecided = true;
      decide(value);
    } else if (which === 'default' && !isDecided) {
      isDenied ||= value === 'denied';
      // Of a region nobody here knows whether it is the shopper's.
      if (isDenied) decide('none');
      else if (!region) decide('default');
    }
  };
  const stop = watch(dataLayer, take);
  for (const entry of [...dataLayer]) see(entry, take);
  return stop;
}
