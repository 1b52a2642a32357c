// Filters as programs for the ranker; src/rank/filter.rs defines the instructions.
import type { ColumnNames } from './catalog.js';
import type { Filter } from './types.js';
import {
  AND,
  BRAND,
  bits,
  CATEGORY,
  HAS_PRICE,
  HAS_STOCK,
  IS_ONE_OF,
  ITEM,
  NOT,
  OR,
  TAGS,
} from './words.js';

/** Tests if the value of a column is one of `values`; negative values are those of no item. */
function isOneOf(column: number, values: Iterable<number>): number[] {
  const set: number[] = [];
  for (const value of values) {
    if (value < 0) continue;
    while (set.length <= value >>> 5) set.push(0);
    set[value >>> 5] = ((set[value >>> 5] as number) | (1 << (value & 31))) >>> 0;
  }
  return [IS_ONE_OF, column, set.length, ...set];
}

function join(programs: number[][], operator: number): number[] {
  // Without programs, `AND` holds for every item and `OR` for none.
  if (programs.length === 0) return operator === AND ? [...ofItems([]), NOT] : ofItems([]);
  return programs.flatMap((program, at) => (at ? [...program, operator] : program));
}

/** Encodes several filters that must all hold. */
export function program(filters: readonly Filter[], names: ColumnNames): number[] {
  return join(
    filters.map((filter) => one(filter, names)),
    AND,
  );
}

/** Encodes the filter that holds for these items, given by number. */
export const ofItems = (items: Iterable<number>): number[] => isOneOf(ITEM, items);

function one(filter: Filter, names: ColumnNames): number[] {
  const { category, price, inStock, tags, brand, all, any, not } = filter;
  const programs: number[][] = [];
  const numbers = (of: Map<string, number>, wanted: string | readonly string[]) =>
    ([] as string[]).concat(wanted).map((name) => of.get(name) ?? -1);
  if (category !== undefined) {
    programs.push(isOneOf(CATEGORY, numbers(names.categories, category)));
  }
  if (brand !== undefined) programs.push(isOneOf(BRAND, numbers(names.brands, brand)));
  if (tags) {
    const { any, all, none } = tags;
    const sets = (is: (set: readonly string[]) => boolean) =>
      isOneOf(
        TAGS,
        names.tagSets.map((set, at) => (is(set) ? at : -1)),
      );
    if (any) programs.push(sets((set) => any.some((tag) => set.includes(tag))));
    if (all) programs.push(sets((set) => all.every((tag) => set.includes(tag))));
    // An item without tags passes `none`.
    if (none) programs.push([...sets((set) => none.some((tag) => set.includes(tag))), NOT]);
  }
  if (price) {
    const { min = -Infinity, max = Infinity } = price;
    programs.push([HAS_PRICE, bits(min), bits(max)]);
  }
  if (inStock !== undefined) programs.push([HAS_STOCK, +inStock]);
  if (all) programs.push(program(all, names));
  if (any) {
    programs.push(
      join(
        any.map((filter) => one(filter, names)),
        OR,
      ),
    );
  }
  if (not) programs.push([...one(not, names), NOT]);
  return join(programs, AND);
}
