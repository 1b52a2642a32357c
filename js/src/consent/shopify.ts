import { isOneOf } from '../core/check.js';
import { fields } from '../datalayer/watch.js';
import { applier, type ConsentOptions, checkTool, type Shop } from './apply.js';

/** Options of following Shopify's Customer Privacy API. */
export interface ShopifyOptions extends ConsentOptions {
  /** Purpose that stands for the history. Default: `preferences`. */
  purpose?: 'preferences' | 'analytics' | 'marketing';
}

/** The part of `window.Shopify` that is used here. */
interface Shopify {
  customerPrivacy?: Record<string, () => unknown>;
  loadFeatures?: (
    features: readonly { name: string; version: string }[],
    done: (error?: unknown) => void,
  ) => void;
}

/** Names of the method and of the field of the event that say what is allowed, by purpose. */
const NAMES = {
  preferences: ['preferencesProcessingAllowed', 'preferencesAllowed'],
  analytics: ['analyticsProcessingAllowed', 'analyticsAllowed'],
  marketing: ['marketingAllowed', 'marketingAllowed'],
} as const;

/**
 * Follows Shopify's Customer Privacy API, which it loads if the theme has not: the decision that the shopper has made,
 * and every later one. Where Shopify allows the purpose without asking, it grants as long as the shopper has not
 * denied; where the shopper has not been asked yet, it decides nothing. Returns the function that ends it.
 */
export function fromShopify(shop: Shop, options: ShopifyOptions = {}): () => void {
  checkTool('fromShopify', shop, options, { purpose: isOneOf(...Object.keys(NAMES)) });
  const { purpose = 'preferences', onError = reportError } = options;
  const [method, field] = NAMES[purpose];
  const decide = applier(shop, options);
  let over = false;
  let isLoading = false;

  /** Reads the present decision; false if the API is not there. */
  const look = (api = shopify()?.customerPrivacy): boolean => {
    if (!api?.currentVisitorConsent) return false;
    const said = fields(api.currentVisitorConsent())[purpose];
    const isAllowed = api[method]?.() === true;
    if (said === 'no') decide('denied');
    else if (isAllowed) decide(said === 'yes' ? 'granted' : 'default');
    return true;
  };
  const open = () => {
    if (over || look() || isLoading) return;
    const feature = { name: 'consent-tracking-api', version: '0.1' };
    shopify()?.loadFeatures?.([feature], (error) => {
      if (error) onError(error);
      else if (!over) look();
    });
    isLoading = !!shopify()?.loadFeatures;
  };
  const collected = (event: Event) => {
    const isAllowed = fields((event as CustomEvent).detail)[field];
    if (typeof isAllowed === 'boolean') decide(isAllowed ? 'granted' : 'denied');
    else look();
  };
  document.addEventListener('visitorConsentCollected', collected);
  document.addEventListener('shopifyCustomerPrivacyApiLoaded', open);
  addEventListener('load', open);
  open();
  return () => {
    over = true;
    document.removeEventListener('visitorConsentCollected', collected);
    document.removeEventListener('shopifyCustomerPrivacyApiLoaded', open);
    removeEventListener('load', open);
  };
}

const shopify = () => (globalThis as { Shopify?: Shopify }).Shopify;
