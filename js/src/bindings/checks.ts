// Checks of what the small entries are given.
import { type Check, checkValue } from '../core/check.js';

export const isFunction: Check = (value) =>
  typeof value === 'function' ? undefined : 'a function';

const isShop: Check = (value) => {
  const { record, then } = Object(value);
  return typeof (record ?? then) === 'function'
    ? undefined
    : 'a recommender, or the promise of one';
};

const isDataLayer: Check = (value) =>
  Array.isArray(value) && Object.isExtensible(value)
    ? undefined
    : 'an array, such as window.dataLayer';

/** Throws unless the value is a recommender or the promise of one. */
export const checkShop = (where: string, value: unknown): void => checkValue(where, value, isShop);

/** Throws unless the value is an array that can be watched. */
export const checkDataLayer = (where: string, value: unknown): void =>
  checkValue(where, value, isDataLayer);
