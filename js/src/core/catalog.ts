import type { Engine } from '../../wasm/vicino.js';
import { numbers } from './item-numbers.js';
import { Listeners } from './listeners.js';
import { checkItems } from './options.js';
import type { Catalog, CatalogItem } from './types.js';
import { BRAND, bits, CATEGORY, PRICE, STOCK, TAGS, UNKNOWN } from './words.js';

/** Columns that the shop can update. */
const NUM_COLUMNS = 5;

/** Numbers of the names in the columns of the catalogue. */
export interface ColumnNames {
  /** Names of categories by number. */
  readonly categoryNames: string[];
  /** Numbers of categories by name. */
  readonly categories: Map<string, number>;
  readonly brands: Map<string, number>;
  /** Tags of each set of tags, by the number of the set. */
  readonly tagSets: (readonly string[])[];
}

/** Returns the number of a name; a name that is new gets the next number. */
function number(of: Map<string, number>, name: string): number {
  let found = of.get(name);
  if (found === undefined) {
    found = of.size;
    of.set(name, found);
  }
  return found;
}

/**
 * Makes a catalogue. `requireEngine` returns the engine or throws if it was freed, `requireIdle` also throws while a
 * list is made; `outdate` is called after every
 * change, before any listener. `renew` fills the engine of another model with the known values, of which no listener
 * hears; items that no model knew stay forgotten.
 */
export function createCatalog(
  requireEngine: () => Engine,
  requireIdle: () => Engine,
  modelCategories: readonly string[],
  outdate: () => void,
): { catalog: Catalog; names: ColumnNames; renew: (modelCategories: readonly string[]) => void } {
  const known = new Map<string, CatalogItem>();
  const names: ColumnNames = {
    categoryNames: [...modelCategories],
    categories: new Map(modelCategories.map((name, at) => [name, at])),
    brands: new Map(),
    tagSets: [],
  };
  const setNumbers = new Map<string, number>();
  /** Numbers of sets of tags by the tags in the order in which they were given. */
  const givenSets = new Map<string, number>();
  const tagSet = (tags: readonly string[]): number => {
    // Most sets come in the same order every time, which spares sorting.
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
  const changed = new Listeners();
  const fill = (items: readonly CatalogItem[]) => {
    const engine = requireIdle();
    const found = numbers(
      engine,
      items.map(({ id }) => id),
    );
    /** Pairs of item and value, by column. */
    const columns = Array.from({ length: NUM_COLUMNS }, (): number[] => []);
    let unknown = 0;
    items.forEach((item, at) => {
      const itemNumber = found[at] as number;
      if (itemNumber === UNKNOWN) {
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
        set(CATEGORY, of);
      }
      if (brand !== undefined) {
        kept.brand = brand;
        set(BRAND, number(names.brands, brand));
      }
      if (tags !== undefined) {
        kept.tags = [...tags];
        set(TAGS, tagSet(tags));
      }
      if (price !== undefined) {
        kept.price = price;
        set(PRICE, bits(price));
      }
      if (inStock !== undefined) {
        kept.inStock = inStock;
        set(STOCK, +inStock);
      }
    });
    columns.forEach((pairs, column) => {
      if (pairs.length) engine.update(column, new Uint32Array(pairs));
    });
    outdate();
    return { known: items.length - unknown, unknown };
  };
  const catalog: Catalog = {
    update(items) {
      requireIdle();
      checkItems(items);
      const numbers = fill(items);
      if (numbers.known) changed.call();
      return numbers;
    },
    get(id) {
      requireEngine();
      const kept = known.get(id);
      return kept && { ...kept };
    },
    clear() {
      for (let column = 0; column < NUM_COLUMNS; column++) {
        requireIdle().update(column, new Uint32Array());
      }
      known.clear();
      outdate();
      changed.call();
    },
    subscribe(listener) {
      requireEngine();
      return changed.add(listener);
    },
    get size() {
      requireEngine();
      return known.size;
    },
  };
  const renew = (modelCategories: readonly string[]) => {
    names.categories.clear();
    for (const [at, name] of modelCategories.entries()) names.categories.set(name, at);
    const items = [...known.values()];
    known.clear();
    fill(items);
  };
  return { catalog, names, renew };
}
