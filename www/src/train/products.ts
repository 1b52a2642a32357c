// The shop's products: read from the list that the command exports, in pieces, so that a long one does not stop the
// page; and found by their words.
import { pause } from '../dom';

/** A product of the model, with what the feed says about it. */
export interface Product {
  id: string;
  title?: string;
  category?: string;
  brand?: string;
  price?: number | string;
  in_stock?: boolean;
  image?: string;
  link?: string;
}

/** Bytes of the list that are read in one task. */
const PIECE_BYTES = 1 << 17;
const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [34, 92, 123, 125, 91, 93];

/** Reads a JSON list of objects; the page works between its pieces. */
export async function readProducts(bytes: Uint8Array): Promise<Product[]> {
  const products: Product[] = [];
  const decoder = new TextDecoder();
  let depth = 0;
  let isText = false;
  let begin = -1;
  let end = 0;
  const take = (): void => {
    if (begin >= 0)
      products.push(
        ...(JSON.parse(`[${decoder.decode(bytes.subarray(begin, end))}]`) as Product[]),
      );
    begin = -1;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN || byte === OPEN_LIST) {
      depth++;
      if (depth === 2 && begin < 0) begin = at;
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth--;
      if (depth !== 1) continue;
      end = at + 1;
      if (end - begin < PIECE_BYTES) continue;
      take();
      await pause();
    }
  }
  take();
  return products;
}

/** Makes lower-case letters without accents. */
const folded = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export class Products {
  readonly #byId: Map<string, Product>;
  readonly #texts: string[] = [];

  private constructor(readonly all: readonly Product[]) {
    this.#byId = new Map(all.map((product) => [product.id, product]));
  }

  static async of(all: readonly Product[]): Promise<Products> {
    const products = new Products(all);
    for (const [at, { id, title, brand, category }] of all.entries()) {
      products.#texts.push(folded([title, brand, category, id].filter(Boolean).join(' ')));
      if (at % 300 === 299) await pause();
    }
    return products;
  }

  /** True if a feed named at least one product. */
  get haveTitles(): boolean {
    return this.all.some(({ title }) => title !== undefined);
  }

  /** True if pictures are on servers. */
  get haveImages(): boolean {
    return this.all.some(({ image }) => image && !image.startsWith('data:'));
  }

  /** The product of an id; one that the list lacks has its id alone. */
  get(id: string): Product {
    return this.#byId.get(id) ?? { id };
  }

  /** The first products, in the order of the list, that have all words of a text. */
  search(text: string, most: number): Product[] {
    const words = folded(text).split(/\s+/).filter(Boolean);
    const found: Product[] = [];
    for (let at = 0; at < this.all.length && found.length < most; at++) {
      const of = this.#texts[at] ?? '';
      if (words.every((word) => of.includes(word))) found.push(this.all[at] as Product);
    }
    return found;
  }
}
