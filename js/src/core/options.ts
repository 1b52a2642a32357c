import { KINDS } from '../device/state.js';
import {
  type Check,
  type Checks,
  checkOptions,
  checkValue,
  isArrayOf,
  isBoolean,
  isId,
  isIds,
  isIntegerIn,
  isNumberIn,
  isObjectOf,
  isOneOf,
  isSignal,
  isString,
  isText,
  isTime,
} from './check.js';
import type { CatalogItem, LoadOptions, Placement, RecordedEvent } from './types.js';
import { SOURCES } from './words.js';

const isNames: Check = (...given) =>
  Array.isArray(given[0]) ? isIds(...given) : isText(...given) && 'a name or an array of names';
const isFraction = isNumberIn(0, 1);
const isPrice = isNumberIn(0, 1e30);
const isDays = isNumberIn(0, Infinity);
const unless =
  (is: (value: unknown) => boolean, check: Check): Check =>
  (...given) =>
    is(given[0]) ? undefined : check(...given);

const FILTER: Checks = {
  category: isNames,
  price: isObjectOf({ min: isPrice, max: isPrice }),
  inStock: isBoolean,
  tags: isObjectOf({ any: isIds, all: isIds, none: isIds }),
  brand: isNames,
  all: (...given) => isFilters(...given),
  any: (...given) => isFilters(...given),
  not: (...given) => isFilter(...given),
};
/** Levels of `all`, `any` and `not`; the ranker's stack has room for twice as many. */
const MOST_LEVELS = 25;
const isFilterHere = isObjectOf(FILTER);
let level = 0;
const isFilter: Check = (...given) => {
  if (level > MOST_LEVELS) return `at most ${MOST_LEVELS} levels of all, any and not`;
  level++;
  try {
    return isFilterHere(...given);
  } finally {
    level--;
  }
};
const isFilters: Check = isArrayOf(isFilter);

const isWasm: Check = (value) =>
  isAddress(value) || isModule(value) || isBuffer(value)
    ? undefined
    : 'an address, the bytes of the module, or a WebAssembly.Module';

const isPin = isObjectOf({ id: isId, position: isIntegerIn(0, 1_000_000) }, 'id', 'position');

const LIST: Checks = {
  k: isIntegerIn(0, 1_000_000),
  exclude: isIds,
  excludePurchased: unless(
    (value) => typeof value === 'boolean',
    isObjectOf({ withinDays: isDays }, 'withinDays'),
  ),
  where: (...given) =>
    typeof given[0] === 'function' || isFilter(...given) === undefined
      ? undefined
      : 'a function, or an object such as { category }',
  boost: isArrayOf(
    isObjectOf({ where: isFilter, factor: isNumberIn(1e-6, 1e6) }, 'where', 'factor'),
  ),
  bury: (...given) => (Array.isArray(given[0]) ? isIds : isFilter)(...given),
  pin: isArrayOf(
    unless(
      (value) => typeof value === 'string',
      (...given) =>
        isPin(...given) && "an object with id and position, or the shop's id, such as String(id)",
    ),
  ),
  maxPerCategory: isIntegerIn(1, 1_000_000),
  groupBy: (value) => (value === false || value === 'product' ? undefined : "'product' or false"),
  diversity: isFraction,
  explore: isFraction,
  fatigue: isFraction,
  explain: isBoolean,
  seed: isIntegerIn(0, 4_294_967_295),
};
const WINDOW = { includeSeen: isBoolean, window: isOneOf('all', 'session') };
const TOGETHER = { fallback: isOneOf('popular', 'related', 'none') };
const TREND = { category: isString, days: isIntegerIn(0, 100_000) };
const RAILS = { rails: isIntegerIn(0, 100) };
const RAIL: Checks = {
  ...LIST,
  ...WINDOW,
  ...TOGETHER,
  ...TREND,
  ...RAILS,
  name: isString,
  list: isOneOf(...Object.keys(SOURCES), 'becauseYouViewed'),
  item: isId,
  items: isIds,
};

/** Checks of lists that have options of their own. */
const LISTS: Record<string, Checks> = {
  forYou: { ...LIST, ...WINDOW },
  boughtTogether: { ...LIST, ...TOGETHER },
  trending: { ...LIST, ...TREND },
  becauseYouViewed: { ...LIST, ...RAILS },
};

const LOAD: Checks = {
  signal: isSignal,
  wasm: isWasm,
  market: isString,
  maxBytes: isIntegerIn(1, 2 ** 31 - 1),
  historyName: isString,
  historyLimit: isIntegerIn(1, 10_000),
  storage: isOneOf('auto', 'indexeddb', 'localstorage', 'memory'),
  historyDays: isNumberIn(0, Infinity),
  consent: isOneOf('memory-only', 'granted', 'denied'),
  honorGlobalPrivacyControl: isBoolean,
  encrypt: isBoolean,
  halfLifeDays: isObjectOf({ view: isDays, cart: isDays, purchase: isDays }),
};

const EVENT: Checks = {
  item: isId,
  kind: isOneOf(...KINDS),
  at: isTime,
  dwellMs: isNumberIn(0, Infinity),
  rating: isNumberIn(1, 5),
  session: isString,
};

const ITEM: Checks = {
  id: isId,
  price: isPrice,
  inStock: isBoolean,
  category: isString,
  brand: isString,
  tags: isIds,
};

/** Tells the class of a built-in object by its name, which is the same in every window. */
const isOfClass = (name: string, value: unknown) =>
  Object.prototype.toString.call(value) === `[object ${name}]`;

/** Returns true for an `ArrayBuffer` or a view of one. */
export const isBuffer = (value: unknown): value is BufferSource =>
  ArrayBuffer.isView(value) || isOfClass('ArrayBuffer', value);

/** Returns true for a compiled module. */
export const isModule = (value: unknown): value is WebAssembly.Module =>
  isOfClass('WebAssembly.Module', value);

/** Returns true for text that is not empty or a `URL`. */
export const isAddress = (value: unknown): value is string | URL =>
  (typeof value === 'string' && value !== '') || isOfClass('URL', value);

export function checkList(list: string, options: object): void {
  checkOptions(list, options, LISTS[list] ?? LIST);
}

export function checkRails(rails: unknown, shared: object): void {
  checkList('page', shared);
  checkValue('page', rails, isArrayOf(isObjectOf(RAIL, 'name', 'list')), 'rails');
}

/** Checks an item without making messages. */
function isItem(item: CatalogItem): boolean {
  if (typeof item?.id !== 'string') return false;
  for (const name in item) {
    const value = item[name as keyof CatalogItem];
    const check = Object.hasOwn(ITEM, name) && ITEM[name];
    if (!check || (value !== undefined && check(value, '', '') !== undefined)) return false;
  }
  return true;
}

export function checkItems(items: readonly CatalogItem[]): void {
  // Messages take longest to make, and there may be a hundred thousand items.
  try {
    if (Array.isArray(items) && items.every(isItem)) return;
  } catch {
    // Of a part of a value; the message below says which.
  }
  checkValue('update', items, isArrayOf(isObjectOf(ITEM, 'id')), 'items');
}

export function checkLoad(options: LoadOptions): void {
  checkOptions('load', options, LOAD);
}

export function checkEvent(event: RecordedEvent): void {
  checkOptions('record', event, EVENT);
  checkValue('record: `item`', event.item, isId);
}

export function checkPlacement(call: string, where: Placement | undefined): void {
  if (where !== undefined) checkValue(call, where, isPlacement, 'where');
}
const isPlacement = isObjectOf({ rail: isText, variant: isText });
