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
  /** Path to it, from its aisle: the category of its products in the model. */
  category: string;
  /** Name of its drawing. */
  art: string;
  aisle: Aisle;
  /** Products, most bought first. */
  products: Product[];
}

/** A product in one of its sizes: a variant, in the words of the recommender. */
export interface Product {
  id: string;
  title: string;
  /** Size as on the label; '' if the data has none. */
  size: string;
  /** The same product in all its sizes, this one included, most bought first. */
  sizes: Product[];
  shelf: Shelf;
  /** Name of its drawing, with the colour or form where that is part of what it is. */
  art: string;
  /** Number of the maker in the data; 0 is the shop's own brand. */
  maker: number;
  /** Name of the brand; '' for what is sold loose. */
  brand: string;
  /** Median price paid, in cents; 0 if unknown. */
  cents: number;
  /** Position in the list of most bought products, from 0. */
  place: number;
  inStock: boolean;
  /** Tags, besides maker and category. */
  tags: string[];
}

export interface Catalogue {
  /** Products in all their sizes, most bought first. */
  products: Product[];
  /** Number of products, whatever their sizes. */
  numProducts: number;
  aisles: Aisle[];
  /** All tags that products have. */
  tags: string[];
  get(id: string): Product | undefined;
  aisle(id: string): Aisle | undefined;
}

/** The file, column by column. */
interface CatalogueFile {
  aisles: { id: string; name: string }[];
  shelves: { aisle: number; name: string; art: string }[];
  titles: string[];
  sizes: string[];
  arts: string[];
  tags: string[];
  /** Positions of products that are sold out. */
  outOfStock: number[];
  /** Properties that a product has in all its sizes. */
  groups: {
    title: number[];
    shelf: number[];
    maker: number[];
    art: number[];
    /** Tags, as a bit for each of `tags`. */
    tags: number[];
  };
  products: {
    id: string[];
    group: number[];
    size: number[];
    price: number[];
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

/** The data's maker of bananas, ice, donuts and whatever else comes without a label. */
const NO_BRAND = 2;

function brandOf(maker: number): string {
  if (maker === 0) return 'Store brand';
  return maker === NO_BRAND ? '' : `Brand ${maker}`;
}

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
    const category = `${home.name} > ${name}`;
    const shelf: Shelf = { slug: slugOf(name), name, category, art, aisle: home, products: [] };
    home.shelves.push(shelf);
    return shelf;
  });
  const { products, groups } = file;
  const byId = new Map<string, Product>();
  const sizes = groups.title.map((): Product[] => []);
  const soldOut = new Set(file.outOfStock);
  for (let place = 0; place < products.id.length; place++) {
    if (place % STEP === 0) await pause();
    const id = products.id[place] ?? '';
    const group = products.group[place] ?? -1;
    const shelf = shelves[groups.shelf[group] ?? -1];
    if (!shelf) throw new Error(`The catalogue's product ${id} stands on no shelf.`);
    const maker = groups.maker[group] ?? 0;
    const tags = groups.tags[group] ?? 0;
    const product: Product = {
      id,
      title: file.titles[groups.title[group] ?? -1] ?? shelf.name,
      size: file.sizes[products.size[place] ?? -1] ?? '',
      sizes: sizes[group] ?? [],
      shelf,
      art: file.arts[groups.art[group] ?? -1] ?? shelf.art,
      maker,
      brand: brandOf(maker),
      cents: products.price[place] ?? 0,
      place,
      inStock: !soldOut.has(place),
      tags: file.tags.filter((_, at) => (tags >> at) & 1),
    };
    product.sizes.push(product);
    byId.set(id, product);
    shelf.products.push(product);
    shelf.aisle.products.push(product);
  }
  const stocked = aisles.filter((aisle) => aisle.products.length > 0);
  for (const aisle of stocked) {
    aisle.shelves.sort((a, b) => (a.products[0]?.place ?? 0) - (b.products[0]?.place ?? 0));
  }
  return {
    products: [...byId.values()],
    numProducts: sizes.length,
    aisles: stocked,
    tags: file.tags.filter((tag) => [...byId.values()].some(({ tags }) => tags.includes(tag))),
    get: (id) => byId.get(id),
    aisle: (id) => stocked.find((aisle) => aisle.id === id),
  };
}

/** Of each product one size: the first of these that is in stock, else the first. */
export function oneSizeEach(products: Product[]): Product[] {
  const chosen = new Map<Product[], Product>();
  for (const product of products) {
    const before = chosen.get(product.sizes);
    if (!before || (!before.inStock && product.inStock)) chosen.set(product.sizes, product);
  }
  return [...chosen.values()];
}
