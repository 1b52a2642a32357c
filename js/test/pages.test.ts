import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Recommender } from '../dist/node.js';
import { pageRails } from '../dist/pages.js';
import { failure } from './support.js';

/** A model of 16 products with purchases and variants. */
const load = () =>
  Recommender.load(
    readFileSync(new URL('../../tests/golden/2.0-variants.vicino', import.meta.url)),
  );
/** Pages, with the lists that each shows. */
const PAGES = {
  product: [
    pageRails('product', { item: '7003' }),
    ['boughtTogether', 'related', 'similar', 'recentlyViewed'],
  ],
  cart: [
    pageRails('cart', { items: ['7003', 'plum'] }),
    ['boughtTogether', 'buyItAgain', 'recentlyViewed'],
  ],
  'empty cart': [pageRails('cart', { items: [] }), ['buyItAgain', 'recentlyViewed']],
  checkout: [pageRails('checkout', { items: ['7003'] }), ['boughtTogether']],
  'empty checkout': [pageRails('checkout', { items: [] }), []],
  orderConfirmation: [
    pageRails('orderConfirmation', { items: ['7003'] }),
    ['boughtTogether', 'forYou'],
  ],
  emptySearch: [pageRails('emptySearch'), ['forYou', 'trending', 'recentlyViewed']],
  'empty search of a category': [
    pageRails('emptySearch', { category: 'Shoes' }),
    ['forYou', 'trending', 'recentlyViewed'],
  ],
} as const;

for (const [name, [rails, lists]] of Object.entries(PAGES)) {
  test(`the rails of ${name} list nothing twice, nothing sold out and nothing of the page`, async () => {
    const shop = await load();
    for (const item of ['7000', '7001', '7003']) await shop.record({ item });
    await shop.record({ item: '7002', kind: 'purchase' });
    shop.catalog.update([{ id: '7000', inStock: false }]);
    const page = shop.page(rails);
    expect(page.map(({ list }) => list)).toEqual(lists);
    expect(page.map(({ name }) => name)).toEqual(lists);
    const listed = page.flatMap(({ items }) => items.map(({ id }) => id));
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).not.toContain('7000');
    if (/product|cart$|checkout$|order/.test(name) && !name.startsWith('empty')) {
      expect(listed).not.toContain('7003');
    }
    if (!name.startsWith('empty checkout')) expect(listed.length).toBeGreaterThan(0);
  });
}

test('a product page shows together only what is bought together, a cart fills up', async () => {
  const shop = await load();
  // One item is bought with 7003, nothing with 7005.
  const together = (rails: Parameters<typeof shop.page>[0]) =>
    shop.page(rails).find(({ list }) => list === 'boughtTogether')?.items.length;
  expect(together(pageRails('product', { item: '7003' }))).toBe(1);
  expect(together(pageRails('product', { item: '7005' }))).toBe(0);
  expect(together(pageRails('cart', { items: ['7005'] }))).toBe(6);
  expect(together(pageRails('checkout', { items: ['7005'] }))).toBe(0);
});

test('a page that is wrong says what is expected', async () => {
  const message = async (...given: unknown[]) =>
    (await failure(() => (pageRails as (...given: unknown[]) => unknown)(...given))).message;
  expect(await message('home', {})).toContain('expected product, cart, checkout');
  expect(await message('toString', {})).toContain('expected product, cart, checkout');
  expect(await message('product')).toContain("`item`: expected the shop's id");
  expect(await message('product', { item: 7 })).toContain("`item`: expected the shop's id");
  expect(await message('product', null)).toContain("`item`: expected the shop's id");
  expect(await message('cart', { items: 'sku-1' })).toContain('`items`: expected an array');
  expect(await message('cart', { items: [''] })).toContain('`items`: expected an array');
  expect(await message('emptySearch', { category: 3 })).toContain('the name of a category');
  expect(await message('checkout', { item: 'sku-1' })).toContain('unknown option `item`');
});
