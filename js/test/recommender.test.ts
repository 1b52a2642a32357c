import { expect, test } from 'vitest';
import { Recommender } from '../dist/node.js';
import { failure, tiny } from './support.js';

test('Node ranks from bytes and keeps the history in memory', async () => {
  const recommender = await Recommender.load(tiny());
  expect(recommender.history.storage).toBe('memory');
  const before = recommender.forYou();
  await recommender.record({ item: 'sku-0' });
  await recommender.record({ item: 'größe 1', kind: 'cart' });
  const after = recommender.forYou();
  expect(after).not.toEqual(before);
  expect(after.map(({ id }) => id)).not.toContain('sku-0');
  expect(after).toHaveLength(10);
  expect(recommender.forYou({ includeSeen: true })).toHaveLength(12);
});

test('an event counts for ranking before its promise resolves', async () => {
  const recommender = await Recommender.load(tiny());
  const stored = recommender.record({ item: 'sku-0' });
  expect(recommender.forYou().map(({ id }) => id)).not.toContain('sku-0');
  await stored;
});

test('recommendations have the documented shape', async () => {
  const recommender = await Recommender.load(tiny());
  await recommender.record({ item: 'sku-0' });
  for (const item of recommender.forYou({ explain: true })) {
    expect(typeof item.id).toBe('string');
    expect(item.score).toBe(Math.fround(item.score));
    expect(
      item.category === undefined || recommender.model.categories.includes(item.category),
    ).toBe(true);
    const shares = (item.reasons ?? []).map(({ share }) => share);
    if (item.score > 0) expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1);
    else expect(shares).toEqual([]);
  }
  expect(recommender.forYou().every((item) => !('reasons' in item))).toBe(true);
});

test('where takes a category, several, or a predicate', async () => {
  const recommender = await Recommender.load(tiny());
  const shoes = recommender.trending({ where: { category: 'Shoes' } });
  expect(shoes.length).toBeGreaterThan(0);
  expect(shoes.every(({ category }) => category === 'Shoes')).toBe(true);
  const either = recommender.trending({ where: { category: ['Shoes', 'Tea'] } });
  expect(either.length).toBeGreaterThan(shoes.length);
  expect(recommender.trending({ where: ({ category }) => category === 'Shoes' })).toEqual(shoes);
  expect(recommender.trending({ where: ({ id }) => id === 'sku-0' }).map(({ id }) => id)).toEqual([
    'sku-0',
  ]);
  expect(recommender.trending({ where: (item) => !('category' in item) }).length).toBeGreaterThan(
    0,
  );
});

test('what a predicate throws comes through as it is', async () => {
  const recommender = await Recommender.load(tiny());
  const own = new TypeError("the shop's own");
  expect(() =>
    recommender.forYou({
      where: () => {
        throw own;
      },
    }),
  ).toThrow(own);
  expect(recommender.forYou({ k: 2 })).toHaveLength(2);
});

test('the history lists, removes, exports, imports, clears and tells', async () => {
  const recommender = await Recommender.load(tiny());
  const { history } = recommender;
  let changes = 0;
  const stop = history.subscribe(() => {
    changes += 1;
  });
  const now = Date.now();
  await recommender.record({ item: 'sku-0', at: now - 1 });
  await recommender.record({ item: 'nobody knows', kind: 'purchase', at: now });
  expect(history.list()).toEqual([
    { item: 'nobody knows', kind: 'purchase', at: now },
    { item: 'sku-0', kind: 'view', at: now - 1 },
  ]);
  expect(history.unknownIds).toBe(1);
  expect(history.problem).toBeUndefined();
  const json = history.export();
  expect(history.bytes).toBe(json.length);
  await history.remove('sku-0');
  expect(history.list()).toHaveLength(1);
  expect(await history.import(json)).toBe(1);
  expect(history.list()).toHaveLength(2);
  await history.clear();
  expect(history.list()).toEqual([]);
  expect(changes).toBe(5);
  stop();
  await recommender.record({ item: 'sku-0' });
  expect(changes).toBe(5);
  expect(await failure(() => history.import('{"not": "ours"}'))).toMatchObject({
    code: 'history-invalid',
  });
});

/** As `vicino/delivery` does. */
const replaceModel = (recommender: Recommender): Promise<void> =>
  (recommender as unknown as { replaceModel(bytes: Uint8Array): Promise<void> }).replaceModel(
    tiny(),
  );

test('one subscription hears of catalogue, consent and history, and lists made then know the change', async () => {
  const recommender = await Recommender.load(tiny());
  const { catalog, consent, history } = recommender;
  const first = () => recommender.trending({ k: 1, where: { inStock: true } })[0]?.id ?? '';
  const heard: string[] = [];
  const stop = recommender.subscribe((...changed) => heard.push(...changed, first()));
  const parts: unknown[][] = [];
  catalog.subscribe((...given: unknown[]) => parts.push(['catalog', ...given]));
  consent.subscribe((...given: unknown[]) => parts.push(['consent', ...given]));
  history.subscribe((...given: unknown[]) => parts.push(['history', ...given]));
  const top = first();
  catalog.update([{ id: top, inStock: false }]);
  const next = first();
  expect(next).not.toBe(top);
  catalog.update([{ id: 'nobody knows', inStock: false }]);
  catalog.clear();
  await recommender.record({ item: 'sku-0' });
  await consent.deny();
  expect(heard).toEqual(
    ['catalog', next, 'catalog', top, 'history', top, 'history', top].concat('consent', top),
  );
  expect(parts).toEqual([['catalog'], ['catalog'], ['history'], ['history'], ['consent']]);
  stop();
  stop();
  catalog.update([{ id: top, inStock: false }]);
  expect(heard).toHaveLength(10);
});

test('another model is told once, with the values of the catalogue in place', async () => {
  const recommender = await Recommender.load(tiny());
  const [top, next] = recommender.trending({ k: 2 });
  recommender.catalog.update([{ id: top?.id ?? '', inStock: false }]);
  const heard: unknown[] = [];
  recommender.subscribe((changed) =>
    heard.push(changed, recommender.trending({ k: 1, where: { inStock: true } })[0]?.id),
  );
  await replaceModel(recommender);
  expect(heard).toEqual(['model', next?.id]);
});

test('an event without a time happens now', async () => {
  const recommender = await Recommender.load(tiny());
  const before = Date.now();
  await recommender.record({ item: 'sku-0' });
  const at = recommender.history.list()[0]?.at ?? 0;
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});

test('the history keeps its limit', async () => {
  const recommender = await Recommender.load(tiny(), { historyLimit: 3 });
  for (const item of ['a', 'b', 'c', 'd']) await recommender.record({ item });
  expect(recommender.history.list().map(({ item }) => item)).toEqual(['d', 'c', 'b']);
});

test('two recommenders on one page do not share memory', async () => {
  const [one, other] = await Promise.all([Recommender.load(tiny()), Recommender.load(tiny())]);
  await one.record({ item: 'sku-0' });
  expect(other.history.list()).toEqual([]);
  one.free();
  expect(other.trending()).toHaveLength(12);
});

test('a freed recommender says so, and may be freed again', async () => {
  const recommender = await Recommender.load(tiny());
  const stored = recommender.record({ item: 'sku-0' });
  recommender.free();
  recommender.free();
  await stored;
  const uses = [
    () => recommender.forYou(),
    () => recommender.related('sku-0'),
    () => recommender.boughtTogether(['sku-0']),
    () => recommender.trending(),
    () => recommender.record({ item: 'a' }),
    () => recommender.history.list(),
    () => recommender.history.storage,
    () => recommender.history.unknownIds,
    () => recommender.history.clear(),
    () => recommender.history.export(),
    () => recommender.history.import('{}'),
    () => recommender.history.problem,
    () => recommender.history.subscribe(() => {}),
    () => recommender.history.forget(),
    () => recommender.consent.state,
    () => recommender.consent.globalPrivacyControl,
    () => recommender.consent.grant(),
    () => recommender.consent.deny(),
    () => recommender.consent.subscribe(() => {}),
    () => recommender.metrics.counts(),
    () => recommender.metrics.variant('any', ['a']),
    () => recommender.metrics.flush(() => {}),
    () => recommender.catalog.get('sku-0'),
    () => recommender.catalog.size,
    () => recommender.catalog.update([]),
    () => recommender.catalog.clear(),
    () => recommender.catalog.subscribe(() => {}),
    () => recommender.model,
    () => recommender.page([]),
    () => recommender.recordClick('sku-0'),
    () => recommender.recordImpression(['sku-0']),
    () => recommender.notInterested('sku-0'),
    () => recommender.privacyReport(),
    () => recommender.subscribe(() => {}),
    () => recommender.assertNoNetwork(),
    () => replaceModel(recommender),
  ];
  for (const use of uses) expect((await failure(use)).code, String(use)).toBe('freed');
});

test('a predicate may free the recommender, which ends its lists', async () => {
  const recommender = await Recommender.load(tiny());
  const free = () => {
    recommender.free();
    return true;
  };
  const outer = () =>
    recommender.related('sku-0', { where: () => !!recommender.forYou({ where: free }) });
  expect((await failure(outer)).code).toBe('freed');
  expect((await failure(() => recommender.trending())).code).toBe('freed');
  const other = await Recommender.load(tiny());
  expect(other.forYou()).toHaveLength(12);
});

test('a predicate cannot change the catalogue, but may list, record, decide and load', async () => {
  const recommender = await Recommender.load(tiny());
  const { catalog, history } = recommender;
  catalog.update([{ id: 'sku-0', inStock: false }]);
  const changes = [
    () => catalog.update([{ id: 'sku-0', inStock: true }]),
    () => catalog.update([]),
    () => catalog.clear(),
  ];
  for (const change of changes) {
    const error = await failure(() => recommender.forYou({ where: () => change() !== null }));
    expect(error.code, String(change)).toBe('busy');
  }
  expect(catalog.get('sku-0')).toEqual({ id: 'sku-0', inStock: false });
  const done: Promise<unknown>[] = [];
  const listed = recommender.forYou({
    k: 2,
    where: ({ id }) => {
      done.push(
        recommender.record({ item: id }),
        recommender.notInterested('nobody'),
        recommender.consent.grant(),
        recommender.metrics.flush(() => {}),
        history.import(history.export()),
        Recommender.load(tiny()),
      );
      recommender.recordClick(id);
      return recommender.related(id, { k: 1, where: () => true }).length > 0 && catalog.size === 1;
    },
  });
  expect(listed).toHaveLength(2);
  await Promise.all(done);
  expect(
    history
      .list()
      .map(({ item }) => item)
      .sort(),
  ).toEqual(listed.map(({ id }) => id).sort());
  catalog.update([{ id: 'sku-0', inStock: true }]);
  expect(recommender.trending({ where: { inStock: true } })).toHaveLength(12);
});

test('Symbol.dispose frees', async () => {
  // Node 20 has the symbol.
  const recommender = await Recommender.load(tiny());
  recommender[Symbol.dispose]();
  expect((await failure(() => recommender.trending())).code).toBe('freed');
});

test('lists are copies', async () => {
  const recommender = await Recommender.load(tiny());
  const list = recommender.trending();
  const copy = structuredClone(list);
  recommender.forYou();
  recommender.free();
  expect(list).toEqual(copy);
});
