/**
 * Lets the tool that a shop already has for consent decide about the history.
 *
 * @packageDocumentation
 */

export type { ConsentOptions } from './apply.js';
export { fromCallback } from './callback.js';
export { type ConsentModeOptions, type ConsentType, fromConsentMode } from './google.js';
export { fromShopify, type ShopifyOptions } from './shopify.js';
