// From the settings to the call of the recommender: the rails of a page with their options, also as code to paste into
// a shop.
import type { Filter, ListName, ListOptions, RailRequest } from 'vicino';
import type { Settings } from './settings';

/** One call of `page`. */
export interface Call {
  rails: RailRequest[];
  shared: ListOptions;
}

/** Tag of the products that the shop sells; other items of the model do not have it. */
export const ON_SHELF = 'on-shelf';
export const STORE_BRAND = 'Store brand';
/** A limit that limits nothing. */
export const ANY_NUMBER = 1_000_000;

/** Lists that may start with pinned products. */
const LEADING: ListName[] = ['forYou', 'boughtTogether', 'trending'];

/** The filter of one department. */
export const inAisle = (aisle: string): Filter => ({ tags: { any: [aisle] } });

/** Makes the call for the rails of a page, with every setting that says something. */
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
  // A rail's own boosts come beside those of the settings.
  if (rail.boost) {
    return {
      ...rail,
      boost: [...rail.boost, ...boostOf(settings)],
      ...(rail.list === 'forYou' && window === 'session' && { window }),
    };
  }
  if (rail.list === 'forYou' && window === 'session') return { ...rail, window };
  // The shopper's own products stay in the order of the events.
  if (rail.list === 'buyItAgain' || rail.list === 'recentlyViewed') {
    return {
      ...rail,
      ...(excludePurchased !== 'no' && { excludePurchased: false }),
      ...(diversity > 0 && { diversity: 0 }),
      ...(explore > 0 && { explore: 0 }),
      ...(maxPerCategory > 0 && { maxPerCategory: ANY_NUMBER }),
    };
  }
  return rail;
}

function sharedOf(settings: Settings): ListOptions {
  const { diversity, maxPerCategory, explore, seed, fatigue, explain, excludePurchased } = settings;
  const { boost, bury } = settings;
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
    ...(boost && { boost: boostOf(settings) }),
    ...(bury && { bury: inAisle(bury) }),
  };
}

const boostOf = ({ boost, boostFactor }: Settings): { where: Filter; factor: number }[] =>
  boost ? [{ where: inAisle(boost), factor: boostFactor }] : [];

function whereOf({ inStock, minPrice, maxPrice, only, brand, tag }: Settings): Filter {
  const price = { ...(minPrice > 0 && { min: minPrice }), ...(maxPrice > 0 && { max: maxPrice }) };
  return {
    tags: { all: [ON_SHELF, ...(tag ? [tag] : [])] },
    ...(inStock && { inStock }),
    ...((minPrice > 0 || maxPrice > 0) && { price }),
    ...(only && { all: [inAisle(only)] }),
    ...(brand === 'store' && { brand: STORE_BRAND }),
    ...(brand === 'others' && { not: { brand: STORE_BRAND } }),
  };
}

/** Formats the call as code, which needs a `recommender` and declares `rails`. */
export function codeOf({ rails, shared }: Call): string {
  const list = rails.map((rail) => `    ${literal(rail)},\n`).join('');
  const options = Object.entries(shared)
    .map(([name, value]) => `    ${name}: ${literal(value)},\n`)
    .join('');
  return `const rails = recommender.page(\n  [\n${list}  ],\n  {\n${options}  },\n);\n`;
}

/** Formats a value as code: names without quotes, texts in single quotes. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const inside = Object.entries(value).map(([name, one]) => `${name}: ${literal(one)}`);
    return `{ ${inside.join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
