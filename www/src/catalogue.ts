// The products of the shop, read once from `catalogue.json`. Knows nothing of ranking.
import { pause } from './dom';

/** A department of the shop. */
export interface Aisle {
  id: string;
  name: string;
  /** Products, most bought first. */
  products: Product[];
  shelves: Shelf[];
}

/** A category within an aisle. */
export interface Shelf {
  slug: string;
  name: string;
  /** Name of its drawing. */
  art: string;
  aisle: Aisle;
  /** Products, most bought first. */
  products: Product[];
}

export interface Product {
  id: string;
  title: string;
  /** Size as on the label; '' if the data has none. */
  size: string;
  shelf: Shelf;
  /** Number of the maker in the data; 0 is the shop's own brand. */
  maker: number;
  makerName: string;
  /** Median price paid, in cents; 0 if unknown. */
  cents: number;
  /** Position in the list of most bought products, from 0. */
  place: number;
  inStock: boolean;
  /** Tags, besides maker and category. */
  tags: string[];
}

export interface Catalogue {
  source: string;
  caveat: string;
  /** Number of products in the data; the shop sells only those that are bought now and then. */
  numProductsInData: number;
  /** Products, most bought first. */
  products: Product[];
  aisles: Aisle[];
  /** All tags that products have. */
  tags: string[];
  get(id: string): Product | undefined;
  aisle(id: string): Aisle | undefined;
}

/** The file, column by column. */
interface CatalogueFile {
  source: string;
  caveat: string;
  numProductsInData: number;
  aisles: { id: string; name: string }[];
  shelves: { aisle: number; name: string; art: string }[];
  titles: string[];
  sizes: string[];
  tags: string[];
  /** Positions of products that are sold out. */
  outOfStock: number[];
  products: {
    id: string[];
    title: number[];
    size: number[];
    shelf: number[];
    maker: number[];
    price: number[];
    /** Tags of the product, as a bit for each of `tags`. */
    tags: number[];
  };
}

/** Fetches and reads the catalogue; throws an error with a remedy if it is missing. */
export async function loadCatalogue(url: string): Promise<Catalogue> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The catalogue ${url} answered HTTP ${response.status}.`);
  let file: CatalogueFile;
  try {
    file = (await response.json()) as CatalogueFile;
  } catch {
    throw new Error(`${url} is not a catalogue: it is not JSON.`);
  }
  return await read(file);
}

/** Number of products to read before the page may draw again. */
const STEP = 3000;

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

async function read(file: CatalogueFile): Promise<Catalogue> {
  const aisles = file.aisles.map(
    ({ id, name }): Aisle => ({ id, name, products: [], shelves: [] }),
  );
  const shelves = file.shelves.map(({ aisle, name, art }): Shelf => {
    const home = aisles[aisle];
    if (!home)
      throw new Error(
        `The catalogue's shelf ${name} stands in aisle ${aisle}, which is not there.`,
      );
    const shelf: Shelf = { slug: slugOf(name), name, art, aisle: home, products: [] };
    home.shelves.push(shelf);
    return shelf;
  });
  const columns = file.products;
  const byId = new Map<string, Product>();
  const soldOut = new Set(file.outOfStock);
  for (let place = 0; place < columns.id.length; place++) {
    if (place % STEP === 0) await pause();
    const id = columns.id[place] ?? '';
    const shelf = shelves[columns.shelf[place] ?? -1];
    if (!shelf) throw new Error(`The catalogue's product ${id} stands on no shelf.`);
    const maker = columns.maker[place] ?? 0;
    const product: Product = {
      id,
      title: file.titles[columns.title[place] ?? -1] ?? shelf.name,
      size: file.sizes[columns.size[place] ?? -1] ?? '',
      shelf,
      maker,
      makerName: maker === 0 ? 'Store brand' : `Maker ${maker}`,
      cents: columns.price[place] ?? 0,
      place,
      inStock: !soldOut.has(place),
      tags: file.tags.filter((_, at) => ((columns.tags[place] ?? 0) >> at) & 1),
    };
    byId.set(id, product);
    shelf.products.push(product);
    shelf.aisle.products.push(product);
  }
  const stocked = aisles.filter((aisle) => aisle.products.length > 0);
  for (const aisle of stocked) {
    aisle.shelves.sort((a, b) => (a.products[0]?.place ?? 0) - (b.products[0]?.place ?? 0));
  }
  return {
    source: file.source,
    caveat: file.caveat,
    numProductsInData: file.numProductsInData,
    products: [...byId.values()],
    aisles: stocked,
    tags: file.tags.filter((tag) => [...byId.values()].some(({ tags }) => tags.includes(tag))),
    get: (id) => byId.get(id),
    aisle: (id) => stocked.find((aisle) => aisle.id === id),
  };
}
