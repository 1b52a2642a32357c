/**
 * Reads the events that a shop pushes for Google Analytics 4 from its `dataLayer`, and pushes those of its rails.
 *
 * @packageDocumentation
 */

export { type DataLayerOptions, fromDataLayer } from './from.js';
export { type ListEventOptions, toDataLayer } from './to.js';
