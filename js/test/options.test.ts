import { beforeAll, expect, test } from 'vitest';
import { type LoadOptions, Recommender } from '../dist/node.js';
import { failure, tiny } from './support.js';

let recommender: Recommender;
beforeAll(async () => {
  recommender = await Recommender.load(tiny());
});

/** Calls with what TypeScript would not allow. */
const call = (name: 'forYou' | 'trending', options: object) => recommender[name](options as never);

test('an unknown option is refused with the known ones and the nearest', async () => {
  const error = await failure(() => call('forYou', { exlude: [] }));
  expect(error.code).toBe('option-unknown');
  expect(error.message).toBe(
    'forYou: unknown option `exlude`; did you mean `exclude`? known are k, exclude, excludePurchased, where, boost, bury, pin, maxPerCategory, groupBy, diversity, explore, fatigue, explain, seed, includeSeen, window',
  );
  const load = await failure(() => Recommender.load(tiny(), { historylimit: 3 } as LoadOptions));
  expect(load.message).toContain('did you mean `historyLimit`?');
  const far = await failure(() => call('forYou', { colour: 'red' }));
  expect(far.message).not.toContain('did you mean');
});

test('names that every object has are unknown options, too', async () => {
  expect(await failure(() => call('forYou', { toString: 1 }))).toMatchObject({
    code: 'option-unknown',
  });
});

test('only forYou knows includeSeen', async () => {
  expect(recommender.forYou({ includeSeen: true })).toHaveLength(12);
  expect(await failure(() => call('trending', { includeSeen: true }))).toMatchObject({
    code: 'option-unknown',
  });
});

test.each([
  [{ k: -1 }, 'an integer from 0 to 1000000, found -1'],
  [{ k: 1.5 }, 'found 1.5'],
  [{ k: '12' }, 'found "12"'],
  [{ k: Number.NaN }, 'found NaN'],
  [{ exclude: 'sku-0' }, "an array of the shop's ids"],
  [{ exclude: ['sku-0', 1] }, 'option `exclude[1]`: expected a string, such as String(1), found 1'],
  [{ exclude: new Array(1) }, 'option `exclude[0]`: expected a string, found undefined'],
  [{ bury: [7] }, 'option `bury[0]`: expected a string, such as String(7)'],
  [{ where: { tags: { any: [7] } } }, 'option `any[0]`: expected a string, such as String(7)'],
  [{ where: { brand: ['a', null] } }, 'option `brand[1]`: expected a string, found null'],
  [{ where: Promise.resolve({}) }, 'found a promise, which needs `await`'],
  [{ where: 'Shoes' }, 'a function, or an object such as { category }'],
  [{ where: { category: 7 } }, '`where`: option `category`: expected a name or an array of names'],
  [{ where: { price: 3 } }, '`where`: option `price`: expected an object, found 3'],
  [{ where: { price: { min: -1 } } }, '`price`: option `min`: expected a number from 0 to 1e+30'],
  [{ where: { all: [{ not: { inStock: 1 } }] } }, '`all[0]`: `not`: option `inStock`'],
  [{ boost: [{ where: {} }] }, 'option `boost[0]`: expected an object with where and factor'],
  [{ boost: [{ where: {}, factor: 0 }] }, 'a number from 0.000001 to 1000000'],
  [{ bury: 'sku-1' }, 'expected an object'],
  [{ pin: [7] }, 'option `pin[0]`: expected an object with id and position, or the shop'],
  [{ pin: [{ id: 'sku-1', position: -1 }] }, 'option `position`'],
  [{ excludePurchased: {} }, 'an object with withinDays'],
  [{ maxPerCategory: 0 }, 'an integer from 1 to 1000000'],
  [{ groupBy: true }, "'product' or false"],
  [{ diversity: 1.5 }, 'a number from 0 to 1, found 1.5'],
  [{ explore: Number.NaN }, 'a number from 0 to 1, found NaN'],
  [{ fatigue: -1 }, 'a number from 0 to 1'],
  [{ explain: 1 }, 'true or false'],
  [{ seed: -1 }, 'an integer from 0 to 4294967295'],
  [{ seed: 2 ** 32 }, 'an integer from 0 to 4294967295'],
])('%o is refused', async (options, message) => {
  const error = await failure(() => call('forYou', options));
  expect(error.code).toBe('option-invalid');
  expect(error.message).toContain(message);
});

/** A filter with so many levels above the one that tests something. */
function nested(levels: number, inner: object = { inStock: true }): object {
  let filter = inner;
  for (let level = 0; level < levels; level++) {
    const all = [{ brand: 'a' }, filter];
    filter = [{ all }, { any: all }, { category: 'Shoes', not: filter }][level % 3] ?? {};
  }
  return filter;
}

test('a filter may have 25 levels, and one with more or that holds itself is refused', async () => {
  const where = nested(25);
  const options = { where, boost: [{ where, factor: 2 }], bury: nested(25) };
  expect(call('forYou', options)).toBeInstanceOf(Array);
  const circular: { all: object[] } = { all: [] };
  circular.all.push(circular);
  for (const deep of [nested(26), nested(5000), circular, nested(3, circular)]) {
    const error = await failure(() => call('forYou', { where: deep }));
    expect(error.code).toBe('option-invalid');
    expect(error.message).toContain('at most 25 levels of all, any and not');
  }
  // A refusal leaves nothing behind.
  expect(call('forYou', options)).toBeInstanceOf(Array);
});

test('an unknown name within a filter is refused with the nearest', async () => {
  const error = await failure(() => call('forYou', { where: { any: [{ categry: 'Tea' }] } }));
  expect(error.code).toBe('option-unknown');
  expect(error.message).toContain('`any[0]`: unknown option `categry`; did you mean `category`?');
});

test('rails of a page and items of the catalogue are checked', async () => {
  const page = (rail: object) => recommender.page([rail] as never);
  expect((await failure(() => page({ list: 'forYou' }))).message).toContain('name and list');
  expect((await failure(() => page({ name: 'a', list: 'best' }))).message).toContain('`list`');
  expect((await failure(() => page({ name: 'a', list: 'forYou', colour: 1 }))).code).toBe(
    'option-unknown',
  );
  for (const item of [{}, { id: 7 }, { id: 'a', price: '3' }, { id: 'a', tags: 'new' }]) {
    const update = () => recommender.catalog.update([item] as never);
    expect((await failure(update)).code).toBe('option-invalid');
  }
});

test('options that are no object are refused', async () => {
  for (const options of [null, 7, 'k', []]) {
    expect(await failure(() => call('forYou', options as object))).toMatchObject({
      code: 'option-invalid',
    });
  }
});

test.each([
  { historyLimit: 0 },
  { historyLimit: 10_001 },
  { historyName: '' },
  { storage: 'cookies' },
  { signal: {} },
  { wasm: 7 },
  { wasm: fetch('data:,') },
  { maxBytes: 0 },
  { maxBytes: '1 MB' },
])('load refuses %o', async (options) => {
  const error = await failure(() => Recommender.load(tiny(), options as never));
  expect(error.code).toBe('option-invalid');
});

test('an option that is undefined counts as not given', () => {
  const options = { k: undefined, seed: undefined, where: undefined };
  expect(recommender.forYou(options as never)).toHaveLength(12);
});

test('ids and events are checked', async () => {
  const wrong = [
    () => recommender.related(7 as never),
    () => recommender.related(''),
    () => recommender.boughtTogether(7 as never),
    () => recommender.similar('' as never),
    () => recommender.notInterested(7 as never),
    () => recommender.recordImpression('sku-0' as never),
    () => recommender.recordImpression(['sku-0'], null as never),
    () => recommender.recordImpression(['sku-0'], 'home' as never),
    () => recommender.recordImpression(['sku-0'], { rail: 7 } as never),
    () => recommender.recordClick('sku-0', [] as never),
    () => recommender.record(Promise.resolve({ item: 'a' }) as never),
    () => recommender.record({ item: 'a', at: -9e15 }),
    () => recommender.metrics.variant(7 as never, ['a']),
    () => recommender.metrics.variant('any', [] as never),
    () => recommender.metrics.variant('any', 'ab' as never),
    () => recommender.metrics.variant('any', [undefined] as never),
    () => recommender.assertNoNetwork('/' as never),
    () => recommender.consent.subscribe(null as never),
    () => recommender.record({} as never),
    () => recommender.record(null as never),
    () => recommender.record({ item: 'a', kind: 'look' as never }),
    () => recommender.record({ item: 'a', at: Number.NaN }),
    () => recommender.history.remove(7 as never),
    () => recommender.history.subscribe('x' as never),
    () => recommender.catalog.subscribe(undefined as never),
    () => recommender.subscribe({} as never),
  ];
  for (const call of wrong) {
    expect((await failure(call)).code, String(call)).toBe('option-invalid');
  }
  expect(await failure(() => recommender.related(7 as never))).toMatchObject({
    message: expect.stringContaining('String(id)'),
  });
  expect(await failure(() => recommender.record({ item: 'a', when: 3 } as never))).toMatchObject({
    code: 'option-unknown',
  });
});

const counted = async (): Promise<Recommender> => {
  const shop = await Recommender.load(tiny());
  shop.recordImpression(['sku-0'], { rail: 'home' });
  return shop;
};

class Settings {
  get epsilno() {
    return 3;
  }
}

test.each([
  ['an unknown name', { epsilno: 3 }],
  ['a name of every object', { constructor: 3 }],
  ['a text', { epsilon: 'three' }],
  ['a number as text', { epsilon: '3' }],
  ['no number', { epsilon: Number.NaN }],
  ['less than nothing', { epsilon: -3 }],
  ['no end', { epsilon: Infinity }],
  ['null', { epsilon: null }],
  ['a value that is missing', { epsilon: undefined }],
  ['a promise of a value', { epsilon: Promise.resolve(3) }],
  ['a wrong signal', { epsilon: 3, signal: 'stop' }],
  ['a promise of options', Promise.resolve({ epsilon: 3 })],
  ['a promise of another library', Object.defineProperty({}, 'then', { value: () => {} })],
  ['no options', null],
  ['options that are missing', undefined],
  ['a list', [{ epsilon: 3 }]],
  ['a map', new Map([['epsilon', 3]])],
  ['an object of a class', new Settings()],
  ['inherited names', Object.create({ epsilon: 3 })],
  ['a number', 3],
])('metrics.flush lets nothing out with %s', async (_, options) => {
  const shop = await counted();
  let numSent = 0;
  const error = await failure(() => shop.metrics.flush(() => numSent++, options as never));
  expect(error.code).toMatch(/^option-(invalid|unknown)$/);
  expect(numSent).toBe(0);
  expect(await shop.metrics.counts()).toMatchObject([{ rail: 'home', impressions: 1 }]);
});

test.each([undefined, null, Promise.resolve(() => {}), { send: () => {} }])(
  'metrics.flush cannot send by %o, and clears nothing',
  async (send) => {
    const shop = await counted();
    expect(await failure(() => shop.metrics.flush(send as never))).toMatchObject({
      code: 'option-invalid',
    });
    expect(await shop.metrics.counts()).toHaveLength(1);
  },
);

test('what send throws at once clears nothing', async () => {
  const shop = await counted();
  const own = new Error('own');
  const throws = () => {
    throw own;
  };
  await expect(shop.metrics.flush(throws)).rejects.toBe(own);
  expect(await shop.metrics.counts()).toHaveLength(1);
  await shop.metrics.flush(() => {}, { epsilon: 3, signal: new AbortController().signal });
  expect(await shop.metrics.counts()).toEqual([]);
});
