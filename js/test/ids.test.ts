import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type IdOptions, normalizeId } from '../dist/ids.js';
import { Recommender } from '../dist/node.js';
import { failure, tiny } from './support.js';

interface Case extends IdOptions {
  given: string | number;
  read: string;
}

/** Ids and what the trainer reads of them; src/events/spelling.rs has the test of its half. */
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../tests/harness/ids.json', import.meta.url), 'utf8'),
);

test.each(cases)(
  '$given is read as $read, as the trainer reads it',
  ({ given, read, ...options }) => {
    expect(normalizeId(given, options)).toBe(read);
  },
);

test('numbers become text unless digits are lost', async () => {
  expect(normalizeId(12345678901234567890n)).toBe('12345678901234567890');
  expect(normalizeId(-0)).toBe('0');
  for (const id of [1.5, 2 ** 53, Number.NaN, Infinity]) {
    const error = await failure(() => normalizeId(id));
    expect([error.code, error.message]).toEqual([
      'option-invalid',
      `normalizeId: expected text, or a whole number of at most 2^53, found ${id}; text keeps every digit`,
    ]);
  }
});

test('what is no id at all is refused', async () => {
  for (const id of [undefined, null, {}, true]) {
    const error = await failure(() => normalizeId(id as unknown as string));
    expect(error.code).toBe('option-invalid');
  }
});

test('events and catalogue find the item of an id in another spelling', async () => {
  const recommender = await Recommender.load(tiny());
  await recommender.record({ item: normalizeId('="sku-0" ') });
  expect(recommender.history.unknownIds).toBe(0);
  const items = [{ id: normalizeId('sku-5\xa0'), price: 3 }];
  expect(recommender.catalog.update(items)).toEqual({ known: 1, unknown: 0 });
  // As they are, blanks are part of an id, and numbers are refused.
  await recommender.record({ item: 'sku-0 ' });
  expect(recommender.history.unknownIds).toBe(1);
  const item = 123 as unknown as string;
  for (const call of [
    () => recommender.record({ item }),
    () => recommender.catalog.update([{ id: item }]),
    () => recommender.related(item),
  ]) {
    const error = await failure(call);
    expect(error.code).toBe('option-invalid');
    expect(error.message).toContain(
      "expected the shop's id as a string, such as String(id), found 123",
    );
  }
  await failure(() => recommender.record({ item: normalizeId('undefined') }));
  recommender.free();
});
