// What the shop sells, read once from `catalogue.json`. Knows nothing of ranking.

/** A department of the shop. */
export interface Aisle {
  id: string;
  name: string;
  /** Most bought first. */
  products: Product[];
  shelves: Shelf[];
}

/** A category within an aisle. */
export interface Shelf {
  slug: string;
  name: string;
  /** Which drawing stands for it. */
  art: string;
  aisle: Aisle;
  /** Most bought first. */
  products: Product[];
}

export interface Product {
  id: string;
  title: string;
  /** As on the label; '' if the data has none. */
  size: string;
  shelf: Shelf;
  /** Number of the maker in the data; 0 is the shop's own brand. */
  maker: number;
  makerName: string;
  /** Median price paid, in cents; 0 if unknown. */
  cents: number;
  /** Place in the list of most bought, from 0. */
  place: number;
}

export interface Catalogue {
  source: string;
  caveat: string;
  /** How many products the data lists; the shop sells those that are bought now and then. */
  numProductsInData: number;
  /** Most bought first. */
  products: Product[];
  aisles: Aisle[];
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
  products: {
    id: string[];
    title: number[];
    size: number[];
    shelf: number[];
    maker: number[];
    price: number[];
  };
}

/** Fetches and reads the catalogue. Throws with what to do if it is not there. */
export async function loadCatalogue(url: string): Promise<Catalogue> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The catalogue ${url} answered HTTP ${response.status}.`);
  let file: CatalogueFile;
  try {
    file = (await response.json()) as CatalogueFile;
  } catch {
    throw new Error(`${url} is not a catalogue: it is not JSON.`);
  }
  return read(file);
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

function read(file: CatalogueFile): Catalogue {
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
  columns.id.forEach((id, place) => {
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
    };
    byId.set(id, product);
    shelf.products.push(product);
    shelf.aisle.products.push(product);
  });
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
    get: (id) => byId.get(id),
    aisle: (id) => stocked.find((aisle) => aisle.id === id),
  };
}
