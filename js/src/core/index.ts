/**
 * Ranks a shop's products inside the shopper's browser: the entry for browsers and bundlers.
 *
 * @packageDocumentation
 */
export { type ErrorCode, VicinoError } from './errors.js';
export { Recommender } from './recommender.js';
export type * from './types.js';
