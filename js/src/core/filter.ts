// Filters as words that the ranker runs; src/rank/filter.rs says what they mean.
import type { Names } from './catalog.js';
import type { Filter } from './types.js';

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of a number as an `f32`. */
export function bits(value: number): number {
  scratch[0] = value;
  return scratchBits[0] as number;
}

/** The column of an item's own number. */
const ITEM = 6;
const AND = 3;
const OR = 4;
const NOT = 5;

/** Whether the value of a column is one of these; negative ones are of no item. */
function oneOf(column: number, values: Iterable<number>): number[] {
  const set: number[] = [];
  for (const value of values) {
    if (value < 0) continue;
    while (set.length <= value >>> 5) set.push(0);
    set[value >>> 5] = ((set[value >>> 5] as number) | (1 << (value & 31))) >>> 0;
  }
  return [0, column, set.length, ...set];
}

function join(programs: number[][], operator: number): number[] {
  // True if there are none of which all must hold, false if there is none that could.
  if (programs.length === 0) return operator === AND ? [...oneOf(ITEM, []), NOT] : oneOf(ITEM, []);
  return programs.flatMap((program, at) => (at ? [...program, operator] : program));
}

/** The words of several filters that must all hold. */
export function program(filters: readonly Filter[], names: Names): number[] {
  return join(
    filters.map((filter) => one(filter, names)),
    AND,
  );
}

/** The words of a filter for these items. */
export const ofItems = (items: Iterable<number>): number[] => oneOf(ITEM, items);

function one(filter: Filter, names: Names): number[] {
  const { category, price, inStock, tags, brand, all, any, not } = filter;
  const programs: number[][] = [];
  const numbers = (of: Map<string, number>, wanted: string | readonly string[]) =>
    ([] as string[]).concat(wanted).map((name) => of.get(name) ?? -1);
  if (category !== undefined) programs.push(oneOf(0, numbers(names.categories, category)));
  if (brand !== undefined) programs.push(oneOf(1, numbers(names.brands, brand)));
  if (tags) {
    const { any, all, none } = tags;
    const sets = (is: (set: readonly string[]) => boolean) =>
      oneOf(
        2,
        names.tagSets.map((set, at) => (is(set) ? at : -1)),
      );
    if (any) programs.push(sets((set) => any.some((tag) => set.includes(tag))));
    if (all) programs.push(sets((set) => all.every((tag) => set.includes(tag))));
    // What has no tags has none of them.
    if (none) programs.push([...sets((set) => none.some((tag) => set.includes(tag))), NOT]);
  }
  if (price) {
    const { min = -Infinity, max = Infinity } = price;
    programs.push([1, bits(min), bits(max)]);
  }
  if (inStock !== undefined) programs.push([2, +inStock]);
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
