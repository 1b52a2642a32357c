/**
 * Rails for the usual pages of a shop: which lists, how many items, and what follows where a list has too few.
 *
 * @packageDocumentation
 */
import { VicinoError } from '../core/errors.js';
import type { RailRequest } from '../core/types.js';

/** The page of one product. */
export interface ProductPage {
  /** The shop's id of the product. */
  item: string;
}

/** A page with the items of a cart or an order. */
export interface ItemsPage {
  /** The shop's ids of the items; of none, only lists for the shopper are left. */
  items: readonly string[];
}

/** A page of search results without results. */
export interface EmptySearchPage {
  /** Category that was searched in, for popular items. */
  category?: string;
}

/** Pages by name, with what is to be known about them. */
export interface Pages {
  product: ProductPage;
  cart: ItemsPage;
  checkout: ItemsPage;
  orderConfirmation: ItemsPage;
  emptySearch: EmptySearchPage;
}

type Preset = Omit<RailRequest, 'name'>;
type About = Partial<ProductPage & ItemsPage & EmptySearchPage>;

/** Makes a rail of what goes with the items of a page. */
const together = (k: number, fallback: 'related' | 'none', { items }: About): Preset => ({
  ...{ list: 'boughtTogether', k, fallback },
  ...(items && { items }),
});

/** By page: what has to be known about it, and its rails. */
const PRESETS: { [Page in keyof Pages]: [known: keyof About, rails: (about: About) => Preset[]] } =
  {
    product: [
      'item',
      ({ item = '' }) => [
        together(4, 'none', { items: [item] }),
        { list: 'related', item, k: 8 },
        { list: 'similar', item, k: 8 },
        { list: 'recentlyViewed', k: 8 },
      ],
    ],
    cart: [
      'items',
      (about) => [
        together(6, 'related', about),
        { list: 'buyItAgain', k: 6 },
        { list: 'recentlyViewed', k: 6 },
      ],
    ],
    // Little that leads away.
    checkout: ['items', (about) => [together(3, 'none', about)]],
    orderConfirmation: [
      'items',
      (about) => [
        together(6, 'related', about),
        { list: 'forYou', k: 8, excludePurchased: { withinDays: 30 } },
      ],
    ],
    emptySearch: [
      'category',
      ({ category }) => [
        { list: 'forYou', k: 8 },
        { list: 'trending', k: 8, ...(category && { category }) },
        { list: 'recentlyViewed', k: 8 },
      ],
    ],
  };

/**
 * Returns the rails of a page, for `shop.page`, `usePage` and the like, which list no item twice. Each rail has the
 * name of its list. What is out of stock is left out, and so are the items that the page is about.
 */
export function pageRails<Page extends Exclude<keyof Pages, 'emptySearch'>>(
  page: Page,
  about: Pages[Page],
): RailRequest[];
export function pageRails(page: 'emptySearch', about?: EmptySearchPage): RailRequest[];
export function pageRails(page: keyof Pages, about: About = {}): RailRequest[] {
  if (!Object.hasOwn(PRESETS, page)) {
    throw wrong(`expected ${Object.keys(PRESETS).join(', ')}, found ${page}`);
  }
  const [known, rails] = PRESETS[page];
  const unknown = Object.keys(Object(about)).find((name) => name !== known);
  if (unknown !== undefined) {
    throw wrong(`${page}: unknown option \`${unknown}\`; known is ${known}`, 'option-unknown');
  }
  const value = Object(about)[known];
  const ids: unknown = known === 'items' ? value : [value];
  const isRight = Array.isArray(ids) && ids.every((id) => typeof id === 'string' && id !== '');
  if (!isRight && !(known === 'category' && value === undefined)) {
    throw wrong(`${page}: \`${known}\`: expected ${EXPECTED[known]}, found ${value}`);
  }
  const exclude = known === 'category' ? [] : (ids as string[]);
  return rails(about)
    .filter(({ items }) => items?.length !== 0)
    .map((rail) => ({ name: rail.list, ...rail, where: { inStock: true }, exclude }));
}

const EXPECTED = {
  item: "the shop's id, a string that is not empty",
  items: "an array of the shop's ids",
  category: 'the name of a category',
};

const wrong = (message: string, code: 'option-invalid' | 'option-unknown' = 'option-invalid') =>
  new VicinoError(code, `pageRails: ${message}`);
