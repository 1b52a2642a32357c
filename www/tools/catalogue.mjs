// Makes the demo shop's catalogue, one compact JSON of columns, and the feed that its model is trained with, from the
// product table and the purchases: which products stand on a shelf, their titles, sizes, makers, pictures, and the
// price most people paid.
//
// The data tells a gallon of milk from half a gallon, and has a dozen numbers for what a label calls the same: rows of
// one title, shelf and maker are variants of one product.

import { sizeOf, titleOf } from './names.mjs';
import { artOf } from './pictures.mjs';
import { readColumns } from './tables.mjs';
import { aisles, shelfOf } from './taxonomy.mjs';

/**
 * @param {{ products: string, transactions: string, minPurchases: number }} options
 * `minPurchases`: products bought less often are left out; 1 keeps all that were ever bought.
 */
export async function makeCatalogue({ products, transactions, minPurchases }) {
  const sales = salesByProduct(
    await readColumns(transactions, ['product_id', 'quantity', 'sales_value']),
  );
  const table = await readColumns(products, [
    'product_id',
    'manufacturer_id',
    'department',
    'brand',
    'product_category',
    'product_type',
    'package_size',
  ]);

  const rows = [];
  for (let i = 0; i < table.product_id.length; i++) {
    const id = String(table.product_id[i]);
    const sold = sales.get(id);
    const category = text(table.product_category[i]);
    const shelf = shelfOf(text(table.department[i]), category);
    if (!sold || sold.purchases < minPurchases || !shelf || text(table.product_type[i]) === '')
      continue;
    const maker = text(table.brand[i]) === 'Private' ? 0 : Number(table.manufacturer_id[i]);
    const title = titleOf(text(table.product_type[i]), shelf.name);
    rows.push({
      id,
      shelf,
      title,
      art: artOf(title, shelf),
      size: shelfSize(text(table.package_size[i]), aisles[shelf.aisle].id, maker),
      maker,
      price: medianCents(sold.unitPrices),
      purchases: sold.purchases,
      stocked: hash(id) % 9 !== 0,
    });
  }
  rows.sort((a, b) => b.purchases - a.purchases || (a.id < b.id ? -1 : 1));

  const shelves = dictionary();
  const titles = dictionary();
  const sizes = dictionary();
  sizes.number('');
  const arts = dictionary();
  const groups = dictionary();
  const sold = {
    id: rows.map((row) => row.id),
    group: rows.map((row) => groups.number(groupOf(row))),
    size: rows.map((row) => sizes.number(row.size)),
    price: rows.map((row) => row.price),
  };
  const firsts = groups.values.map((_, group) => rows[sold.group.indexOf(group)]);
  const described = {
    title: firsts.map((row) => titles.number(row.title)),
    shelf: firsts.map((row) => shelves.number(row.shelf)),
    maker: firsts.map((row) => row.maker),
    art: firsts.map((row) => arts.number(row.art)),
    tags: firsts.map(tagsOf),
  };
  return {
    aisles,
    shelves: shelves.values,
    titles: titles.values,
    sizes: sizes.values,
    arts: arts.values,
    tags: TAGS.map(([name]) => name),
    // The data has no stock: a ninth of the products is made up to be sold out.
    outOfStock: rows.flatMap(({ stocked }, place) => (stocked ? [] : [place])),
    groups: described,
    products: sold,
  };
}

/** Names the product that a row is a variant of. @param {{ title: string, shelf: { name: string }, maker: number }} row */
const groupOf = ({ title, shelf, maker }) => JSON.stringify([title, shelf.name, maker]);

/**
 * The feed of the catalogue, as CSV: the group is named by the id of its most bought variant.
 * @param {Awaited<ReturnType<typeof makeCatalogue>>} catalogue
 */
export function feedOf({ aisles, shelves, titles, groups, products }) {
  const lines = products.id.map((id, at) => {
    const group = products.group[at] ?? -1;
    const { aisle, name } = /** @type {{ aisle: number, name: string }} */ (
      shelves[groups.shelf[group] ?? -1]
    );
    const maker = groups.maker[group];
    const cells = [
      ...[id, products.id[products.group.indexOf(group)], titles[groups.title[group] ?? -1]],
      ...[`${aisles[aisle]?.name} > ${name}`, maker === 0 ? 'Store brand' : `Brand ${maker}`],
      ((products.price[at] ?? 0) / 100).toFixed(2),
    ];
    return cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',');
  });
  return ['id,item_group_id,title,category,brand,price', ...lines, ''].join('\n');
}

/**
 * Tags, each with the test of products that have it. @type {[string, (row: { maker: number, title: string, shelf: {
 * name: string } }) => boolean][]}
 */
const TAGS = [
  ['store-brand', ({ maker }) => maker === 0],
  ['organic', ({ title, shelf }) => /organic/i.test(`${title} ${shelf.name}`)],
  ['multi-pack', ({ title }) => /multi-pack|\bpack\b|\bcase\b/i.test(title)],
];

/** The tags of a row as bits, the first tag the lowest. @param {Parameters<(typeof TAGS)[number][1]>[0]} row */
const tagsOf = (row) => TAGS.reduce((bits, [, has], at) => bits | (Number(has(row)) << at), 0);

/** FNV-1a: the same number for the same id in every build. @param {string} id */
function hash(id) {
  let value = 0x811c9dc5;
  for (const char of id) value = Math.imul(value ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}

/** @param {Record<string, unknown[]>} columns */
function salesByProduct(columns) {
  /** @type {Map<string, { purchases: number, unitPrices: number[] }>} */
  const sales = new Map();
  for (let i = 0; i < columns.product_id.length; i++) {
    const id = String(columns.product_id[i]);
    const quantity = Number(columns.quantity[i]);
    const value = Number(columns.sales_value[i]);
    let sold = sales.get(id);
    if (!sold) {
      sold = { purchases: 0, unitPrices: [] };
      sales.set(id, sold);
    }
    sold.purchases += 1;
    if (quantity > 0 && value > 0) sold.unitPrices.push(value / quantity);
  }
  return sales;
}

/** Returns the median price in cents, 0 without prices. @param {number[]} prices */
function medianCents(prices) {
  if (prices.length === 0) return 0;
  prices.sort((a, b) => a - b);
  return Math.round(prices[prices.length >> 1] * 100);
}

/** The data's maker of whatever comes without a label. */
const LOOSE = 2;

/**
 * Fresh fruit carries the size of its crate, which is not what one buys.
 * @param {string} size @param {string} aisle @param {number} maker
 */
function shelfSize(size, aisle, maker) {
  const crate = /^(?:\d+-)?(\d+)\D*(LB|CT)$/.exec(size.trim());
  if (!crate || !['fruit', 'vegetables'].includes(aisle)) return sizeOf(size);
  const isCrate = maker === LOOSE || Number(crate[1]) > (crate[2] === 'LB' ? 10 : 12);
  return isCrate ? '' : sizeOf(size);
}

/** @param {unknown} value */
const text = (value) => (value === null || value === undefined ? '' : String(value).trim());

/** Gives every distinct value a number, in order of first sight. */
function dictionary() {
  const numbers = new Map();
  /** @type {unknown[]} */
  const values = [];
  return {
    values,
    /** @param {unknown} value */
    number(value) {
      let number = numbers.get(value);
      if (number === undefined) {
        number = values.length;
        numbers.set(value, number);
        values.push(value);
      }
      return number;
    },
  };
}
