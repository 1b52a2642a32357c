import { isFunction } from '../bindings/checks.js';
import { checkValue, isBoolean } from '../core/check.js';
import { applier, type ConsentOptions, checkTool, type Shop } from './apply.js';

/**
 * Follows any other consent tool: calls `subscribe` with a function that takes the shopper's decision, true or false,
 * as often as it changes. What `subscribe` returns is called at the end. Returns the function that ends it.
 */
export function fromCallback(
  shop: Shop,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the usual one
  subscribe: (decide: (isGranted: boolean) => void) => (() => void) | void,
  options: ConsentOptions = {},
): () => void {
  checkTool('fromCallback', shop, options, {});
  checkValue('fromCallback', subscribe, isFunction);
  const decide = applier(shop, options);
  let over = false;
  const stop = subscribe((isGranted) => {
    // Neither a promise nor the text "denied" is a yes.
    checkValue('fromCallback: the decision', isGranted, isBoolean);
    if (!over) decide(isGranted ? 'granted' : 'denied');
  });
  return () => {
    over = true;
    stop?.();
  };
}
