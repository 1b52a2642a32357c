// From the switches to the call: which rails a page asks for and with what
// options, and the same as code that one can paste into a shop.
import type { Filter, ListName, ListOptions, RailRequest } from 'vicino';
import type { Settings } from './settings';

/** One call of `page`. */
export interface Call {
  rails: RailRequest[];
  shared: ListOptions;
}

/** What the shop's own products have, and other items of the model do not. */
export const ON_SHELF = 'on-shelf';
export const STORE_BRAND = 'Store brand';

/** Rails that may lead with what is pinned. */
const LEADING: ListName[] = ['forYou', 'boughtTogether', 'trending'];

/** The rails of a page with every switch that is not as usual. */
export function callOf(rails: RailRequest[], settings: Settings): Call {
  const { pins } = settings;
  const first = rails.find(({ list }) => LEADING.includes(list));
  return {
    rails: rails.map((rail) => ({
      ...railOf(rail, settings),
      ...(rail === first && pins.length > 0 && { pin: [...pins] }),
    })),
    shared: sharedOf(settings),
  };
}

function railOf(rail: RailRequest, settings: Settings): RailRequest {
  const { trendDays, window, excludePurchased, diversity, explore, maxPerCategory } = settings;
  if (rail.list === 'trending' && trendDays > 0) return { ...rail, days: trendDays };
  if (rail.list === 'forYou' && window === 'session') return { ...rail, window };
  // What the shopper did stays in the order in which it was done.
  if (rail.list === 'buyItAgain' || rail.list === 'recentlyViewed') {
    return {
      ...rail,
      ...(excludePurchased !== 'no' && { excludePurchased: false }),
      ...(diversity > 0 && { diversity: 0 }),
      ...(explore > 0 && { explore: 0 }),
      ...(maxPerCategory > 0 && { maxPerCategory: 1_000_000 }),
    };
  }
  return rail;
}

function sharedOf(settings: Settings): ListOptions {
  const { diversity, maxPerCategory, explore, seed, fatigue, explain, excludePurchased } = settings;
  const { boost, boostFactor, bury } = settings;
  return {
    k: settings.k,
    ...(explain && { explain }),
    where: whereOf(settings),
    ...(diversity > 0 && { diversity }),
    ...(maxPerCategory > 0 && { maxPerCategory }),
    ...(explore > 0 && { explore, seed }),
    ...(fatigue !== 0.5 && { fatigue }),
    ...(excludePurchased === 'ever' && { excludePurchased: true }),
    ...(excludePurchased === '30' && { excludePurchased: { withinDays: 30 } }),
    ...(boost && { boost: [{ where: { category: boost }, factor: boostFactor }] }),
    ...(bury && { bury: { category: bury } }),
  };
}

function whereOf({ inStock, minPrice, maxPrice, only, brand, tag }: Settings): Filter {
  const price = { ...(minPrice > 0 && { min: minPrice }), ...(maxPrice > 0 && { max: maxPrice }) };
  return {
    tags: { all: [ON_SHELF, ...(tag ? [tag] : [])] },
    ...(inStock && { inStock }),
    ...((minPrice > 0 || maxPrice > 0) && { price }),
    ...(only && { category: only }),
    ...(brand === 'store' && { brand: STORE_BRAND }),
    ...(brand === 'others' && { not: { brand: STORE_BRAND } }),
  };
}

/** The call as code; it needs a `recommender` and gives `rails`. */
export function codeOf({ rails, shared }: Call): string {
  const list = rails.map((rail) => `    ${literal(rail)},\n`).join('');
  const options = Object.entries(shared)
    .map(([name, value]) => `    ${name}: ${literal(value)},\n`)
    .join('');
  return `const rails = recommender.page(\n  [\n${list}  ],\n  {\n${options}  },\n);\n`;
}

/** A value as one would write it: names without quotes, texts in single ones. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const inside = Object.entries(value).map(([name, one]) => `${name}: ${literal(one)}`);
    return `{ ${inside.join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
