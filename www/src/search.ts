// Search for products while the shopper types; all in memory, without requests.
import type { Product } from './catalogue';

/** Searchable texts of a product, with a space before every word. */
interface Texts {
  title: string;
  all: string;
}

/** Searches a fixed list of products. */
export class Search {
  readonly #products: Product[];
  #texts: Texts[] | undefined;

  constructor(products: Product[]) {
    this.#products = products;
  }

  /**
   * Reads all products once. `find` does so if necessary; called in an idle moment, the first search is as fast as the
   * rest.
   */
  prepare(): void {
    if (this.#texts) return;
    const known = new Map<string, string>();
    const words = (text: string): string => {
      const before = known.get(text);
      if (before !== undefined) return before;
      const now = text === '' ? '' : ` ${plain(text)}`;
      known.set(text, now);
      return now;
    };
    this.#texts = this.#products.map(({ id, title, size, shelf, brand }) => ({
      title: words(title),
      all: `${words(title)}${words(shelf.name)}${words(shelf.aisle.name)}${words(size)}${words(brand)} ${id}`,
    }));
  }

  /**
   * Finds products in which every word of `query` begins a word: those with all words in the title first, then most
   * bought first. An empty query finds nothing.
   */
  find(query: string): Product[] {
    const words = plain(query)
      .split(' ')
      .filter(Boolean)
      .map((word) => ` ${word}`);
    if (words.length === 0) return [];
    this.prepare();
    const inTitle: Product[] = [];
    const elsewhere: Product[] = [];
    this.#texts?.forEach(({ title, all }, at) => {
      const product = this.#products[at];
      if (!product) return;
      if (words.every((word) => title.includes(word))) inTitle.push(product);
      else if (words.every((word) => all.includes(word))) elsewhere.push(product);
    });
    return [...inTitle, ...elsewhere];
  }
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}.]+/gu, ' ')
    .trim();
