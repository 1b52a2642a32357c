import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ListOptions, Recommender } from '../dist/node.js';
import { failure, tiny } from './support.js';

const ALL = 12;
const load = () => Recommender.load(tiny());
const ids = (items: { id: string }[]) => items.map(({ id }) => id);

/** Makes a recommender whose catalogue has a price for each item: its rank among popular items. */
async function priced(): Promise<{ recommender: Recommender; popular: string[] }> {
  const recommender = await load();
  const popular = ids(recommender.trending());
  recommender.catalog.update(popular.map((id, price) => ({ id, price })));
  return { recommender, popular };
}

test('the catalogue adds up, counts what the model does not know, and forgets', async () => {
  const { catalog } = await load();
  expect(
    catalog.update([
      { id: 'sku-0', price: 3, tags: ['new'] },
      { id: 'gone', price: 3 },
    ]),
  ).toEqual({ known: 1, unknown: 1 });
  catalog.update([{ id: 'sku-0', inStock: false, category: 'Socks' }]);
  expect(catalog.get('sku-0')).toEqual({
    id: 'sku-0',
    price: 3,
    tags: ['new'],
    inStock: false,
    category: 'Socks',
  });
  expect(catalog.get('gone')).toBeUndefined();
  expect(catalog.size).toBe(1);
  catalog.clear();
  expect(catalog.size).toBe(0);
  expect(catalog.update([])).toEqual({ known: 0, unknown: 0 });
});

test('a category of the catalogue takes the place of that of the model', async () => {
  const recommender = await load();
  expect(recommender.trending({ k: 1 })[0]?.category).toBe('Shoes');
  const [{ id } = { id: '' }] = recommender.trending({ k: 1 });
  recommender.catalog.update([{ id, category: 'Socks' }]);
  expect(recommender.trending({ where: { category: 'Socks' } })).toEqual([
    expect.objectContaining({ id, category: 'Socks' }),
  ]);
  expect(ids(recommender.trending({ category: 'Shoes' }))).not.toContain(id);
  recommender.catalog.clear();
  expect(recommender.trending({ k: 1 })[0]?.category).toBe('Shoes');
});

test('a filter means all its keys, and unknown prices fail', async () => {
  const recommender = await load();
  recommender.catalog.update([
    { id: 'sku-0', price: 10, brand: 'A', tags: ['new', 'red'] },
    { id: 'sku-5', price: 19.99, brand: 'B', tags: ['new'], inStock: false },
    { id: 'sku-10', price: 30, tags: [] },
  ]);
  const listed = (where: ListOptions['where'] & object) =>
    ids(recommender.trending({ where })).sort();
  expect(listed({ price: { min: 10, max: 19.99 } })).toEqual(['sku-0', 'sku-5']);
  expect(listed({ price: { max: 15 }, brand: ['A', 'B'] })).toEqual(['sku-0']);
  expect(listed({ price: {} })).toHaveLength(3);
  expect(listed({ brand: 'C' })).toEqual([]);
  expect(listed({ inStock: false })).toEqual(['sku-5']);
  expect(listed({ inStock: true })).toHaveLength(ALL - 1);
  expect(listed({ tags: { any: ['red', 'blue'] } })).toEqual(['sku-0']);
  expect(listed({ tags: { all: ['new'] } })).toEqual(['sku-0', 'sku-5']);
  expect(listed({ tags: { all: ['new'], none: ['red'] } })).toEqual(['sku-5']);
  expect(listed({ tags: { none: ['new'] } })).toHaveLength(ALL - 2);
  expect(listed({ any: [{ brand: 'A' }, { price: { min: 30 } }] })).toEqual(['sku-0', 'sku-10']);
  expect(listed({ not: { price: { min: 0 } } })).toHaveLength(ALL - 3);
  expect(listed({ all: [{ brand: 'B' }, { inStock: true }] })).toEqual([]);
  expect(listed({})).toHaveLength(ALL);
  expect(listed({ all: [] })).toHaveLength(ALL);
  expect(listed({ any: [] })).toEqual([]);
});

test('boosts, burying and pins order a list without shortening it', async () => {
  const { recommender, popular } = await priced();
  const [first = '', second = ''] = popular;
  const last = popular[ALL - 1] ?? '';
  const boosted = recommender.trending({ boost: [{ where: { price: { min: 11 } }, factor: 1e6 }] });
  expect(ids(boosted)).toEqual([last, ...popular.slice(0, -1)]);
  const sunk = recommender.trending({ boost: [{ where: { price: { max: 0 } }, factor: 1e-6 }] });
  expect(ids(sunk)).toEqual([...popular.slice(1), first]);
  expect(ids(recommender.trending({ bury: [first, 'gone'] }))).toEqual([
    ...popular.slice(1),
    first,
  ]);
  expect(ids(recommender.trending({ bury: { price: { max: 1 } } })).slice(-2)).toEqual([
    first,
    second,
  ]);
  expect(ids(recommender.trending({ pin: ['gone', last] })).indexOf(last)).toBe(1);
  expect(ids(recommender.trending({ pin: [{ id: last, position: 2 }], k: 3 }))).toEqual([
    first,
    second,
    last,
  ]);
  expect(ids(recommender.trending({ pin: [last], exclude: [last] }))).not.toContain(last);
});

test('a limit of a category only reorders', async () => {
  const recommender = await load();
  const plain = recommender.trending();
  const limited = recommender.trending({ maxPerCategory: 1 });
  expect(ids(limited).sort()).toEqual(ids(plain).sort());
  // Five categories; some items have none.
  const head = limited.slice(0, 5).flatMap(({ category }) => category ?? []);
  expect(new Set(head).size).toBe(head.length);
  expect(recommender.trending({ category: 'Shoes', maxPerCategory: 1 })).toHaveLength(3);
});

test('diversity and exploring keep the items and depend on the seed alone', async () => {
  const recommender = await load();
  await recommender.record({ item: 'sku-0' });
  const plain = ids(recommender.forYou());
  for (const options of [{ diversity: 1 }, { explore: 1 }, { explore: 0.3, seed: 7 }]) {
    const listed = ids(recommender.forYou(options));
    expect([...listed].sort()).toEqual([...plain].sort());
    expect(ids(recommender.forYou(options))).toEqual(listed);
    expect(ids(recommender.forYou({ ...options, explain: true }))).toEqual(listed);
  }
  const orders = [1, 2, 3, 4, 5].map((seed) => ids(recommender.trending({ explore: 1, seed })));
  expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
});

test('what was shown and ignored sinks, if it may', async () => {
  const recommender = await load();
  const [first = ''] = ids(recommender.trending());
  for (let at = 0; at < 8; at++) recommender.recordImpression([first], { rail: 'home' });
  expect(ids(recommender.trending())[0]).not.toBe(first);
  expect(ids(recommender.trending({ fatigue: 0 }))[0]).toBe(first);
  expect(recommender.trending()).toHaveLength(ALL);
});

test('what the shopper does not want is in no list, until it is wanted again', async () => {
  const recommender = await load();
  await recommender.record({ item: 'sku-0' });
  await recommender.record({ item: 'sku-5' });
  await recommender.notInterested('sku-5');
  const lists = () => [
    recommender.forYou({ includeSeen: true }),
    recommender.trending(),
    recommender.related('sku-0'),
    recommender.recentlyViewed(),
  ];
  for (const list of lists()) expect(ids(list)).not.toContain('sku-5');
  expect(recommender.becauseYouViewed().map(({ anchor }) => anchor)).not.toContain('sku-5');
  await recommender.undoNotInterested('sku-5');
  expect(ids(recommender.trending())).toContain('sku-5');
});

test('what was bought can be left out, for some days or for ever', async () => {
  const recommender = await load();
  const day = 864e5;
  await recommender.record({ item: 'sku-0', kind: 'purchase', at: Date.now() - 10 * day });
  const listed = (excludePurchased: NonNullable<ListOptions['excludePurchased']>) =>
    ids(recommender.trending({ excludePurchased }));
  expect(listed(true)).not.toContain('sku-0');
  expect(listed({ withinDays: 20 })).not.toContain('sku-0');
  expect(listed({ withinDays: 5 })).toContain('sku-0');
  expect(listed(false)).toContain('sku-0');
});

test('what was viewed and bought is listed alone', async () => {
  const recommender = await load();
  const day = 864e5;
  const now = Date.now();
  expect(recommender.recentlyViewed()).toEqual([]);
  for (const [at, item] of ['sku-0', 'sku-5', 'gone', 'sku-0'].entries()) {
    await recommender.record({ item, at: now - 1e6 + at * 1e5 });
  }
  expect(ids(recommender.recentlyViewed())).toEqual(['sku-0', 'sku-5']);
  // Every ten days, ten days ago, and every ten days, yesterday.
  for (const days of [10, 20, 30]) {
    await recommender.record({ item: 'sku-10', kind: 'purchase', at: now - days * day });
    await recommender.record({ item: 'größe 1', kind: 'purchase', at: now - (days - 9) * day });
  }
  expect(ids(recommender.buyItAgain())).toEqual(['sku-10', 'größe 1']);
  // 3/4 of 1, for an interval that is just over.
  expect(recommender.buyItAgain()[0]?.score).toBeCloseTo(0.75);
});

test('similar items are of one category, the nearest in price first', async () => {
  const recommender = await load();
  const shoes = { 'sku-0': 10, 'sku-5': 40, 'sku-10': 11 };
  recommender.catalog.update(Object.entries(shoes).map(([id, price]) => ({ id, price })));
  const listed = recommender.similar('sku-0', { k: 2, explain: true });
  expect(new Set(ids(listed))).toEqual(new Set(['sku-5', 'sku-10']));
  expect(listed[0]?.reasons).toEqual([{ id: 'sku-0', share: 1 }]);
  expect(recommender.similar('sku-0')).toHaveLength(ALL - 1);
});

test('a page has no item twice, and shared rules hold for all of it', async () => {
  const { recommender, popular } = await priced();
  await recommender.record({ item: 'sku-0' });
  await recommender.record({ item: 'größe 1' });
  const page = recommender.page(
    [
      { name: 'For you', list: 'forYou', k: 2 },
      { name: 'Next', list: 'related', item: 'sku-0', k: 2, where: { price: { min: 1 } } },
      { name: 'Because', list: 'becauseYouViewed', rails: 2, k: 2 },
      { name: 'Popular', list: 'trending' },
    ],
    { exclude: ['sku-5'], where: { price: { max: 9 } } },
  );
  expect(page.map(({ list }) => list)).toEqual(expect.arrayContaining(['forYou', 'related']));
  expect(page[1]).toMatchObject({ name: 'Next', anchor: 'sku-0' });
  const listed = page.flatMap(({ items }) => ids(items));
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed).not.toContain('sku-5');
  for (const id of listed) expect(popular.indexOf(id)).toBeLessThan(10);
  for (const { id } of page[1]?.items ?? []) expect(popular.indexOf(id)).toBeGreaterThan(0);
});

test('because-you-viewed has a rail for each of the items viewed last', async () => {
  const recommender = await load();
  for (const item of ['sku-0', 'größe 1', '商品/2']) await recommender.record({ item });
  const rails = recommender.becauseYouViewed({ rails: 2, k: 3, explain: true });
  expect(rails.length).toBeGreaterThan(0);
  expect(rails.length).toBeLessThanOrEqual(2);
  for (const { anchor, items } of rails) {
    expect(items).toHaveLength(3);
    expect(items[0]?.sentence?.text).toBe(`Because you viewed ${anchor}`);
  }
  expect(recommender.becauseYouViewed({ rails: 0 })).toEqual([]);
});

test('sentences say what a list comes from', async () => {
  const recommender = await load();
  await recommender.record({ item: 'sku-0', kind: 'purchase' });
  const [first] = recommender.forYou({ explain: true });
  expect(first?.sentence).toEqual({
    key: 'because-bought',
    items: ['sku-0'],
    text: 'Because you bought sku-0',
  });
  expect(recommender.trending({ explain: true })[0]?.sentence?.key).toBe('popular');
  expect(recommender.buyItAgain({ explain: true })[0]?.sentence?.key).toBe('buy-again');
});

test('the library works here, and says what it knows', async () => {
  expect(Recommender.supported()).toBe(true);
  const recommender = await load();
  await recommender.record({ item: 'sku-0' });
  const end = await recommender.assertNoNetwork();
  recommender.forYou();
  end();
  expect(recommender.privacyReport()).toMatchObject({
    events: { view: 1, cart: 0, purchase: 0 },
    model: { minShoppers: 2 },
  });
});

/** A model of 16 products; three of them have variants, of 7004 `grey` and `7004-0` to `7004-2`. */
const withVariants = () =>
  Recommender.load(
    readFileSync(new URL('../../tests/golden/2.0-variants.vicino', import.meta.url)),
  );
const of7004 = (items: { id: string }[]) => ids(items).filter((id) => /^7004|grey/.test(id));

test('a list shows one variant of a product: the best seller in stock, or the one viewed last', async () => {
  const recommender = await withVariants();
  const k = 99;
  expect(recommender.trending({ k })).toHaveLength(16);
  expect(of7004(recommender.trending({ k }))).toEqual(['grey']);
  recommender.catalog.update([{ id: 'grey', inStock: false, price: 9 }]);
  expect(of7004(recommender.trending({ k }))).toEqual(['7004-0']);
  // The variant that a filter lets through.
  expect(of7004(recommender.trending({ k, where: { price: { min: 5 } } }))).toEqual(['grey']);
  expect(of7004(recommender.trending({ k, where: ({ id }) => id.endsWith('-2') }))).toEqual([
    '7004-2',
  ]);
  await recommender.record({ item: '7004-1' });
  expect(of7004(recommender.trending({ k }))).toEqual(['7004-1']);
  expect(of7004(recommender.forYou({ k }))).toEqual([]);
  expect(of7004(recommender.recentlyViewed())).toEqual(['7004-1']);
  recommender.free();
});

test('with groupBy false a list has every variant', async () => {
  const recommender = await withVariants();
  const all = recommender.trending({ k: 99, groupBy: false });
  expect(of7004(all)).toEqual(['grey', '7004-0', '7004-1', '7004-2']);
  expect(recommender.trending({ k: 3, groupBy: false })).toHaveLength(3);
  recommender.free();
});

test('items that the shop chose lead the lists of an item, with that as their reason', async () => {
  const recommender = await withVariants();
  const related = recommender.related('7000', { explain: true });
  expect(ids(related).slice(0, 2)).toEqual(['7009', 'grey']);
  expect(related[0]?.reasons).toEqual([{ id: '7000', share: 1, curated: true }]);
  expect(related[0]?.sentence).toEqual({
    key: 'chosen-by-shop',
    items: [],
    text: 'Chosen by the shop',
  });
  expect(related[2]?.reasons?.[0]).not.toHaveProperty('curated');
  expect(ids(recommender.boughtTogether('7004-1')).slice(0, 3)).toEqual(['plum', '7000', '7001']);
  recommender.free();
});

test('every list takes the id of any variant', async () => {
  const recommender = await withVariants();
  const scored = (items: { id: string; score: number }[]) => items.filter(({ score }) => score > 0);
  const related = ids(scored(recommender.related('7004-2')));
  expect(related.length).toBeGreaterThan(0);
  expect(ids(scored(recommender.related('grey')))).toEqual(related);
  expect(of7004(recommender.related('7004-2', { k: 99 }))).toEqual([]);
  expect(of7004(recommender.trending({ k: 99, exclude: ['7004-1'] }))).toEqual([]);
  expect(ids(recommender.trending({ pin: ['7004-2'] }))[0]).toBe('7004-2');
  const page = recommender.page([
    { name: 'a', list: 'trending', k: 16 },
    { name: 'b', list: 'trending', k: 16 },
  ]);
  expect(page[1]?.items).toEqual([]);
  await recommender.notInterested('7004-1');
  expect(of7004(recommender.trending({ k: 99 }))).toEqual([]);
  recommender.free();
});

test('two variants of one product have one rail, for the one viewed last', async () => {
  const recommender = await withVariants();
  const now = Date.now();
  const view = (item: string, secondsAgo: number) =>
    recommender.record({ item, at: now - secondsAgo * 1e3 });
  await view('7004-2', 90);
  await view('7000', 80);
  await view('grey', 70);
  await view('7004-1', 60);
  await view('gone', 50);
  const anchors = () => recommender.becauseYouViewed({ rails: 9 }).map(({ anchor }) => anchor);
  expect(anchors()).toEqual(['7004-1', '7000']);
  expect(recommender.becauseYouViewed({ groupBy: false })).toHaveLength(2);
  await view('7004-2', 40);
  expect(anchors()).toEqual(['7004-2', '7000']);
  // An unwanted variant stands for its product.
  await recommender.notInterested('grey');
  expect(anchors()).toEqual(['7000']);
  recommender.free();
});

test('a market has its own popular items and no others', async () => {
  const bytes = readFileSync(new URL('../../tests/golden/2.0-variants.vicino', import.meta.url));
  const all = await Recommender.load(bytes);
  expect(all.model.markets).toEqual(['at', 'de']);
  const [at, de] = [
    await Recommender.load(bytes, { market: 'at' }),
    await Recommender.load(bytes, { market: 'de' }),
  ];
  const k = 99;
  expect(ids(at.trending({ k }))).toEqual(['7003', 'grey', '7000']);
  expect(ids(de.trending({ k }))).toEqual(['plum', 'grey']);
  expect(ids(de.related('7000', { k }))).toEqual(['grey', 'plum']);
  expect(ids(de.trending({ k, pin: ['7000'] }))).toEqual(['plum', 'grey']);
  // Another model ranks for the same market.
  const internal = de as unknown as { replaceModel(bytes: Uint8Array): Promise<void> };
  await internal.replaceModel(bytes);
  expect(ids(de.trending({ k }))).toEqual(['plum', 'grey']);
  const error = await failure(() => Recommender.load(bytes, { market: 'fr' }));
  expect([error.code, error.message]).toEqual([
    'option-invalid',
    'load: option `market`: expected a market of the model (at, de), found fr',
  ]);
  for (const one of [all, at, de]) one.free();
});

test('boughtTogether ends with popular items, related ones or none', async () => {
  const recommender = await load();
  const list = (id: string, fallback?: 'popular' | 'related' | 'none', more: ListOptions = {}) =>
    recommender.boughtTogether(id, { k: 6, ...more, ...(fallback && { fallback }) });
  const scored = (items: { score: number }[]) => items.filter(({ score }) => score > 0).length;
  // Three items are bought with sku-10, and three are viewed after it, one of them both.
  expect(ids(list('sku-10', 'none'))).toHaveLength(3);
  expect(ids(list('sku-10')).slice(0, 3)).toEqual(ids(list('sku-10', 'none')));
  expect(ids(list('sku-10', 'popular'))).toEqual(ids(list('sku-10')));
  expect([scored(list('sku-10')), scored(list('sku-10', 'related'))]).toEqual([3, 5]);
  expect(ids(list('sku-10', 'related')).slice(0, 3)).toEqual(ids(list('sku-10', 'none')));
  expect(new Set(ids(list('sku-10', 'related'))).size).toBe(6);
  // Nothing is bought with 商品/2.
  expect(list('商品/2', 'none')).toEqual([]);
  expect(list('商品/2', 'related')).toEqual(recommender.related('商品/2', { k: 6 }));
  expect(ids(list('商品/2'))).toEqual(ids(recommender.trending({ k: 6, exclude: ['商品/2'] })));
  // Rules hold for the whole list.
  const pinned = { pin: ['größe 6'], exclude: ids(list('sku-10', 'none')) };
  expect(ids(list('sku-10', 'related', pinned))).toHaveLength(6);
  expect(ids(list('sku-10', 'related', pinned)).filter((id) => id === 'größe 6')).toEqual([
    'größe 6',
  ]);
  expect(ids(list('sku-10', 'none', pinned))).toEqual(['größe 6']);
  expect(list('sku-10', 'related', { k: 0 })).toEqual([]);
  expect(ids(list('sku-10', 'related', { k: 2 }))).toEqual(ids(list('sku-10', 'none')).slice(0, 2));
});

test('what stands in for what is bought together says so', async () => {
  const recommender = await load();
  const keys = (fallback: 'popular' | 'related') =>
    recommender
      .boughtTogether('sku-10', { k: 6, fallback, explain: true })
      .map(({ sentence }) => sentence?.key);
  const together = Array(3).fill('bought-together');
  expect(keys('popular')).toEqual([...together, 'popular', 'popular', 'popular']);
  expect(keys('related')).toEqual([...together, 'viewed-next', 'viewed-next', 'popular']);
});

test('fallback is an option of boughtTogether alone, in a page, too', async () => {
  const recommender = await load();
  expect(
    (await failure(() => recommender.related('sku-0', { fallback: 'none' } as object))).code,
  ).toBe('option-unknown');
  expect(
    (await failure(() => recommender.boughtTogether('sku-0', { fallback: 'no' as 'none' })))
      .message,
  ).toContain('popular, related or none');
  const request = { name: 'together', list: 'boughtTogether', item: '商品/2', k: 4 } as const;
  const page = (fallback: 'related' | 'none') =>
    recommender.page([
      { name: 'top', list: 'trending', k: 2 },
      { ...request, fallback },
    ]);
  expect(page('none')[1]?.items).toEqual([]);
  const [top, together] = page('related');
  expect(together?.items).toHaveLength(4);
  expect(ids(together?.items ?? [])).not.toContain(top?.items[0]?.id);
});
