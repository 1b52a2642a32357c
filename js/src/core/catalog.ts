import type { Engine } from '../../wasm/vicino.js';
import { bits } from './filter.js';
import { reading } from './open.js';
import { checkItems } from './options.js';
import type { Catalog, CatalogItem } from './types.js';

/** What the ranker has for an id that it does not know. */
export const NO_ITEM = 0xffffffff;

const encoder = new TextEncoder();

/** The numbers of items. */
export function numbers(engine: Engine, ids: readonly string[]): Uint32Array {
  if (ids.length === 0) return new Uint32Array();
  const find = (all: readonly string[]) =>
    reading(() => engine.items(encoder.encode(all.join('\0'))));
  const found = find(ids);
  // No id of a model can hold what stands between two of them here.
  return found.length === ids.length ? found : find(ids.map((id) => id.replaceAll('\0', '\ufffd')));
}

/** The numbers that names have in the columns. */
export interface Names {
  /** Names of categories by number, and the way back. */
  readonly categoryNames: string[];
  readonly categories: Map<string, number>;
  readonly brands: Map<string, number>;
  /** The tags of each set, by its number. */
  readonly tagSets: (readonly string[])[];
}

/** The face of the catalogue; `live` gives the engine or throws if it was freed, `changed` is called after every change. */
export function catalogFace(
  live: () => Engine,
  modelCategories: readonly string[],
  changed: () => void,
): { face: Catalog; names: Names; renew: (modelCategories: readonly string[]) => void } {
  const known = new Map<string, CatalogItem>();
  const names: Names = {
    categoryNames: [...modelCategories],
    categories: new Map(modelCategories.map((name, at) => [name, at])),
    brands: new Map(),
    tagSets: [],
  };
  const setNumbers = new Map<string, number>();
  /** The same by tags in the order in which they were given. */
  const givenSets = new Map<string, number>();
  const number = (of: Map<string, number>, name: string): number => {
    let found = of.get(name);
    if (found === undefined) {
      found = of.size;
      of.set(name, found);
    }
    return found;
  };
  const tagSet = (tags: readonly string[]): number => {
    // In this order first: most sets have been seen so before.
    const given = tags.join('\0');
    let found = givenSets.get(given);
    if (found === undefined) {
      const set = [...new Set(tags)].sort();
      found = number(setNumbers, JSON.stringify(set));
      names.tagSets[found] ??= set;
      givenSets.set(given, found);
    }
    return found;
  };
  const face: Catalog = {
    update(items) {
      const engine = live();
      checkItems(items);
      const found = numbers(
        engine,
        items.map(({ id }) => id),
      );
      // By column: pairs of item and value.
      const columns = Array.from({ length: 5 }, (): number[] => []);
      let unknown = 0;
      items.forEach((item, at) => {
        const itemNumber = found[at] as number;
        if (itemNumber === NO_ITEM) {
          unknown++;
          return;
        }
        const { id, price, inStock, category, brand, tags } = item;
        const kept: CatalogItem = known.get(id) ?? { id };
        known.set(id, kept);
        const set = (column: number, value: number) => columns[column]?.push(itemNumber, value);
        if (category !== undefined) {
          kept.category = category;
          const of = number(names.categories, category);
          names.categoryNames[of] = category;
          set(0, of);
        }
        if (brand !== undefined) {
          kept.brand = brand;
          set(1, number(names.brands, brand));
        }
        if (tags !== undefined) {
          kept.tags = [...tags];
          set(2, tagSet(tags));
        }
        if (price !== undefined) {
          kept.price = price;
          set(3, bits(price));
        }
        if (inStock !== undefined) {
          kept.inStock = inStock;
          set(4, +inStock);
        }
      });
      columns.forEach((pairs, column) => {
        if (pairs.length) engine.update(column, new Uint32Array(pairs));
      });
      changed();
      return { known: items.length - unknown, unknown };
    },
    get(id) {
      const kept = known.get(id);
      return kept && { ...kept };
    },
    clear() {
      for (let column = 0; column < 5; column++) {
        live().update(column, new Uint32Array());
      }
      known.clear();
      changed();
    },
    get size() {
      return known.size;
    },
  };
  /** Tells another model's engine what is known of items; those that no model knew have been forgotten. */
  const renew = (modelCategories: readonly string[]) => {
    names.categories.clear();
    for (const [at, name] of modelCategories.entries()) names.categories.set(name, at);
    const items = [...known.values()];
    known.clear();
    face.update(items);
  };
  return { face, names, renew };
}
