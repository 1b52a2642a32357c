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
    'forYou: unknown option `exlude`; did you mean `exclude`? known are k, exclude, where, explain, seed, repeats',
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

test('only forYou knows repeats', async () => {
  expect(recommender.forYou({ repeats: true })).toHaveLength(12);
  expect(await failure(() => call('trending', { repeats: true }))).toMatchObject({
    code: 'option-unknown',
  });
});

test.each([
  [{ k: -1 }, 'an integer from 0 to 1000000, found -1'],
  [{ k: 1.5 }, 'found 1.5'],
  [{ k: '12' }, 'found "12"'],
  [{ k: Number.NaN }, 'found NaN'],
  [{ exclude: 'sku-0' }, "an array of the shop's ids"],
  [{ exclude: [1] }, "an array of the shop's ids"],
  [{ where: 'Shoes' }, 'a function, or { category }'],
  [{ where: {} }, 'a function, or { category }'],
  [{ where: { category: 'Shoes', price: 3 } }, 'a function, or { category }'],
  [{ explain: 1 }, 'true or false'],
  [{ seed: -1 }, 'an integer from 0 to 4294967295'],
  [{ seed: 2 ** 32 }, 'an integer from 0 to 4294967295'],
])('%o is refused', async (options, message) => {
  const error = await failure(() => call('forYou', options));
  expect(error.code).toBe('option-invalid');
  expect(error.message).toContain(message);
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
    () => recommender.boughtTogether('sku-0' as never),
    () => recommender.record({} as never),
    () => recommender.record(null as never),
    () => recommender.record({ item: 'a', kind: 'look' as never }),
    () => recommender.record({ item: 'a', at: Number.NaN }),
    () => recommender.history.remove(7 as never),
    () => recommender.history.subscribe('x' as never),
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
