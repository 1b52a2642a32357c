import { expect, test, vi } from 'vitest';
import { SHOWN } from '../src/core/words.js';
import { openDevice } from '../src/device/index.js';
import { merge } from '../src/device/merge.js';
import { empty, insert, type State } from '../src/device/state.js';
import type { DeviceOptions, HistoryEvent, MetricCount } from '../src/device/types.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const open = (options: DeviceOptions = {}) => openDevice({ storage: 'memory', ...options });
const items = (events: readonly HistoryEvent[]) => events.map(({ item }) => item);

/** Returns code and message of the error of a call. */
async function failure(call: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await call();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('expected an error');
}

test('a recorded event is listed at once, newest first', async () => {
  const device = await open();
  const now = Date.now();
  const stored = device.record({ item: 'a', at: now - 5000 });
  void device.record({ item: 'b', kind: 'purchase', at: now });
  void device.record({ item: 'c', at: now - 9000 });
  expect(items(device.history.list())).toEqual(['b', 'a', 'c']);
  await stored;
  expect(device.history.storage).toBe('memory');
  expect(device.history.problem).toBeUndefined();
});

test('a view or cart event within two seconds counts once, a purchase every time', async () => {
  const device = await open();
  const at = Date.now() - MINUTE;
  for (const [kind, ms] of [
    ['view', 0],
    ['view', 2000],
    ['view', 2001],
    ['cart', 0],
    ['cart', 1500],
    ['purchase', 0],
    ['purchase', 0],
  ] as const) {
    await device.record({ item: 'a', kind, at: at + ms });
  }
  // The view at 2001 ms is a new one: the one that was kept is that at 0 ms.
  expect(device.report().events).toEqual({ view: 2, cart: 1, purchase: 2 });
});

test('how long a visit lasted and what it was rated can be said later', async () => {
  const device = await open();
  const at = Date.now() - MINUTE;
  await device.record({ item: 'a', at });
  await device.record({ item: 'a', at, dwellMs: 30_000 });
  await device.record({ item: 'a', at, rating: 5 });
  expect(device.history.list()).toEqual([
    { item: 'a', kind: 'view', at, dwellMs: 30_000, rating: 5 },
  ]);
});

test('the oldest events go at the limit and after their days', async () => {
  const device = await open({ historyLimit: 3, historyDays: 10 });
  const now = Date.now();
  await device.record({ item: 'too old', at: now - 11 * DAY });
  expect(device.history.list()).toEqual([]);
  for (const days of [4, 1, 3, 2]) await device.record({ item: `${days}`, at: now - days * DAY });
  expect(items(device.history.list())).toEqual(['1', '2', '3']);
});

test('an event comes with its age, half-life, dwell time and rating', async () => {
  const device = await open({ halfLifeDays: { view: 2 } });
  const now = Date.now();
  await device.record({ item: 'age', at: now - 2 * DAY });
  await device.record({ item: 'bought', kind: 'purchase', at: now - 2 * DAY - 10 });
  await device.record({ item: 'short', kind: 'cart', at: now - 30, dwellMs: 10_000 });
  await device.record({ item: 'long', kind: 'cart', at: now - 20, dwellMs: 90_000 });
  await device.record({ item: 'bad', kind: 'cart', at: now - 10, rating: 1 });
  await device.record({ item: 'good', kind: 'cart', at: now, rating: 5, dwellMs: 90_000 });
  const events = device.ranking(now);
  expect(events.map(({ id }) => id)).toEqual(['good', 'bad', 'long', 'short', 'age', 'bought']);
  expect(events.map(({ kind }) => kind)).toEqual([1, 1, 1, 1, 0, 2]);
  expect(events.map(({ signals }) => signals)).toEqual([
    [0, NaN, 90, 5],
    [10 / DAY, NaN, NaN, 1],
    [20 / DAY, NaN, 90, NaN],
    [30 / DAY, NaN, 10, NaN],
    [2, 2, NaN, NaN],
    [2 + 10 / DAY, NaN, NaN, NaN],
  ]);
});

test('an infinite dwell time is an unknown one', async () => {
  const device = await open();
  const now = Date.now();
  await device.record({ item: 'for ever', at: now, dwellMs: Infinity });
  expect(device.ranking(now)[0]?.signals).toEqual([0, NaN, NaN, NaN]);
});

test('what the shopper is not interested in comes last, with a kind of its own, until it is again', async () => {
  const device = await open();
  const now = Date.now();
  await device.record({ item: 'a', at: now - MINUTE });
  await device.record({ item: 'b', at: now });
  await device.notInterested('b');
  expect(device.history.notInterested()).toEqual(['b']);
  expect(device.ranking(now).map(({ id, kind }) => [id, kind])).toEqual([
    ['a', 0],
    ['b', 3],
  ]);
  await device.undoNotInterested('b');
  expect(device.ranking(now).map(({ id }) => id)).toEqual(['b', 'a']);
});

test('a pause of more than thirty minutes ends a session', async () => {
  const device = await open();
  const now = Date.now();
  const ages = [0, 30 * MINUTE, 60 * MINUTE + 1, 70 * MINUTE];
  for (const age of ages) await device.record({ item: `${age}`, at: now - age });
  expect(device.history.sessions().map(items)).toEqual([
    [`${ages[0]}`, `${ages[1]}`],
    [`${ages[2]}`, `${ages[3]}`],
  ]);
  expect(device.ranking(now, 'session').map(({ id }) => id)).toEqual([`${ages[0]}`, `${ages[1]}`]);
  expect(device.ranking(now + 31 * MINUTE, 'session').map(({ id }) => id)).toEqual([]);
  expect(device.ranking(now + 31 * MINUTE).map(({ id }) => id)).toHaveLength(4);
});

test("the shop's own sessions are cut where their name changes", async () => {
  const device = await open();
  const now = Date.now();
  await device.record({ item: 'a', at: now - 3 * 60 * MINUTE, session: 'x' });
  await device.record({ item: 'b', at: now - MINUTE, session: 'x' });
  await device.record({ item: 'c', at: now, session: 'y' });
  expect(device.history.sessions().map(items)).toEqual([['c'], ['b', 'a']]);
});

test('what was viewed and bought is distinct, newest first, with the ages', async () => {
  const device = await open();
  const now = Date.now();
  for (const [item, kind, days] of [
    ['a', 'purchase', 40],
    ['b', 'purchase', 20],
    ['a', 'purchase', 10],
    ['c', 'view', 5],
    ['b', 'view', 4],
    ['c', 'view', 3],
  ] as const) {
    await device.record({ item, kind, at: now - days * DAY });
  }
  expect(device.items('view')).toEqual(['c', 'b']);
  expect(device.items('purchase')).toEqual(['a', 'b']);
  expect(device.items('purchase', now - 15 * DAY)).toEqual(['a']);
  expect(device.purchases(now)).toEqual([
    { id: 'a', ages: [10, 40] },
    { id: 'b', ages: [20] },
  ]);
});

test('impressions add up, fade, and are forgotten for an event', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const device = await open();
  const shown = (id: string) =>
    device.ranking(Date.now()).find((row) => row.id === id && row.kind === SHOWN);
  for (let number = 0; number < 8; number++) device.recordImpression(['a', 'b']);
  expect(shown('a')?.signals).toEqual([0, 8, 0, 0]);
  // After one half-life of two days, 8 impressions count as 4.
  vi.setSystemTime(Date.now() + 2 * DAY);
  expect(shown('a')?.signals).toEqual([2, 8, 0, 0]);
  device.recordImpression(['b']);
  expect(shown('b')?.signals).toEqual([0, 5, 0, 0]);
  await device.record({ item: 'a' });
  expect(shown('a')).toBeUndefined();
  vi.useRealTimers();
});

test('at most 500 items are remembered as shown, the newest', async () => {
  const device = await open();
  const ids = Array.from({ length: 600 }, (_, number) => `item ${number}`);
  device.recordImpression(ids);
  expect(device.ranking(Date.now()).map(({ id }) => id)).toEqual(ids.slice(100));
});

test('impressions change the stamp and tell nobody', async () => {
  const device = await open();
  let calls = 0;
  device.history.subscribe(() => calls++);
  const { stamp } = device;
  device.recordImpression(['a']);
  expect(device.stamp).not.toBe(stamp);
  expect(calls).toBe(0);
});

test('carts and purchases count where the item was clicked', async () => {
  const device = await open();
  device.recordImpression(['a', 'b', 'c'], { rail: 'home', variant: 'new' });
  device.recordImpression(['a'], { rail: 'cart' });
  device.recordClick('a', { rail: 'home', variant: 'new' });
  await device.record({ item: 'a' });
  await device.record({ item: 'a', kind: 'cart' });
  await device.record({ item: 'a', kind: 'cart' });
  await device.record({ item: 'a', kind: 'purchase' });
  await device.record({ item: 'b', kind: 'purchase' });
  const day = new Date().toISOString().slice(0, 10);
  const none = { day, variant: '', impressions: 0, clicks: 0, carts: 0, purchases: 0 };
  expect(await device.metrics.counts()).toEqual([
    { ...none, rail: 'home', variant: 'new', impressions: 3, clicks: 1, carts: 1, purchases: 1 },
    { ...none, rail: 'cart', impressions: 1 },
    { ...none, rail: '', purchases: 1 },
  ]);
});

test('counts are handed out without ids and cleared only if they were taken', async () => {
  const device = await open();
  device.recordImpression(['sku-1'], { rail: 'home' });
  device.recordClick('sku-1', { rail: 'home' });
  const { message } = await failure(() =>
    device.metrics.flush(() => {
      throw new Error('offline');
    }),
  );
  expect(message).toBe('offline');
  expect(await device.metrics.counts()).toHaveLength(1);
  let handed: MetricCount[] = [];
  await device.metrics.flush(async (counts) => {
    handed = counts;
    // What happens meanwhile stays for the next time.
    device.recordClick('sku-2', { rail: 'home' });
  });
  expect(JSON.stringify(handed)).not.toContain('sku');
  expect(handed).toMatchObject([{ impressions: 1, clicks: 1 }]);
  expect(await device.metrics.counts()).toMatchObject([{ impressions: 0, clicks: 1 }]);
});

test('a flush waits for the one before, and hands out nothing twice', async () => {
  const device = await open();
  device.recordImpression(['A'], { rail: 'r' });
  const handed: number[] = [];
  let finish = (): void => {};
  const first = device.metrics.flush((counts) => {
    handed.push(counts.length);
    return new Promise<void>((done) => {
      finish = done;
    });
  });
  const second = device.metrics.flush((counts) => handed.push(counts.length));
  await vi.waitFor(() => expect(handed).toEqual([1]));
  finish();
  await Promise.all([first, second]);
  expect(handed).toEqual([1]);
  expect(await device.metrics.counts()).toEqual([]);
});

test('a flush that is given up while it waits sends nothing', async () => {
  const device = await open();
  device.recordImpression(['A'], { rail: 'r' });
  const stop = new AbortController();
  const first = device.metrics.flush(() => new Promise(() => {}), { signal: stop.signal });
  const giveUp = new AbortController();
  let numSent = 0;
  const second = device.metrics.flush(() => numSent++, { signal: giveUp.signal });
  giveUp.abort();
  expect((await failure(() => second)).code).toBe('aborted');
  stop.abort();
  expect((await failure(() => first)).code).toBe('aborted');
  await device.metrics.flush(() => {});
  expect(numSent).toBe(0);
});

test('giving up a flush leaves the counts', async () => {
  const device = await open();
  device.recordClick('a');
  const controller = new AbortController();
  const flushing = device.metrics.flush(() => new Promise(() => {}), { signal: controller.signal });
  controller.abort();
  expect((await failure(() => flushing)).code).toBe('aborted');
  expect(await device.metrics.counts()).toHaveLength(1);
});

test('randomised answers can be debiased and hold no row that only a click makes', async () => {
  const epsilon = 3;
  const devices = 600;
  const clicked = 200;
  let sum = 0;
  for (let number = 0; number < devices; number++) {
    const device = await open();
    device.recordImpression(['a', 'b'], { rail: 'home' });
    if (number < clicked) device.recordClick('a', { rail: 'home' });
    await device.record({ item: 'c', kind: 'purchase' });
    await device.metrics.flush(
      (counts) => {
        expect(counts).toHaveLength(1);
        expect(counts).toMatchObject([{ rail: 'home', day: '', impressions: 2 }]);
        sum += counts[0]?.clicks ?? 0;
      },
      { epsilon },
    );
    expect(await device.metrics.counts()).toEqual([]);
  }
  // p = e^1 / (1 + e^1) = 0.731; the estimate (sum - n (1 - p)) / (2 p - 1) has a standard deviation of
  // sqrt(600 * 0.731 * 0.269) / 0.462 = 23.5; six of them.
  const p = Math.E / (1 + Math.E);
  const estimate = (sum - devices * (1 - p)) / (2 * p - 1);
  expect(Math.abs(estimate - clicked)).toBeLessThan(141);
});

test('a refused randomised answer is the same when it is asked again', async () => {
  const device = await open();
  for (let rail = 0; rail < 40; rail++) device.recordImpression(['a'], { rail: `${rail}` });
  const handed: string[] = [];
  for (let attempt = 0; attempt < 2; attempt++) {
    await failure(() =>
      device.metrics.flush(
        (counts) => {
          handed.push(JSON.stringify(counts));
          throw new Error('offline');
        },
        { epsilon: 0.1 },
      ),
    );
  }
  expect(handed[0]).toBe(handed[1]);
});

test('a device keeps its variant, and variants are equally frequent', async () => {
  const seen = { a: 0, b: 0, c: 0 };
  let same = 0;
  for (let number = 0; number < 900; number++) {
    const { metrics } = await open();
    const variant = metrics.variant('rails', ['a', 'b', 'c']) as 'a' | 'b' | 'c';
    expect(metrics.variant('rails', ['a', 'b', 'c'])).toBe(variant);
    seen[variant] += 1;
    same += +(metrics.variant('other', ['a', 'b', 'c']) === variant);
  }
  // Each is one of three of 900: 300, with a standard deviation of sqrt(900 * 1/3 * 2/3) = 14.1; six of them.
  for (const count of [...Object.values(seen), same])
    expect(Math.abs(count - 300)).toBeLessThan(85);
});

test('a denied consent remembers nothing', async () => {
  const device = await open({ consent: 'granted' });
  let changes = 0;
  device.consent.subscribe(() => changes++);
  await device.record({ item: 'a' });
  await device.consent.deny();
  expect([device.consent.state, changes]).toEqual(['denied', 1]);
  await device.record({ item: 'b' });
  await device.notInterested('c');
  device.recordImpression(['d']);
  device.recordClick('d');
  expect(device.report()).toMatchObject({
    events: { view: 0, cart: 0, purchase: 0 },
    notInterested: 0,
    impressions: 0,
    metrics: 0,
    since: undefined,
  });
  expect(device.metrics.variant('any', ['a', 'b'])).toBe(device.metrics.variant('any', ['a', 'b']));
  await device.consent.grant();
  await device.record({ item: 'e' });
  expect(items(device.history.list())).toEqual(['e']);
});

test('forgetting one item or all leaves nothing of it', async () => {
  const device = await open();
  await device.record({ item: 'a' });
  await device.record({ item: 'b' });
  await device.notInterested('a');
  device.recordImpression(['a', 'b'], { rail: 'home' });
  device.recordClick('a', { rail: 'home' });
  device.metrics.variant('any', ['x', 'y']);
  await device.history.forget('a');
  expect(device.history.export()).not.toContain('"a"');
  expect(items(device.history.list())).toEqual(['b']);
  await device.history.forget();
  expect(JSON.parse(device.history.export())).toEqual({
    format: 'vicino-history',
    version: 1,
    events: [],
  });
});

test('clearing leaves the metrics', async () => {
  const device = await open();
  await device.record({ item: 'a' });
  device.recordImpression(['b'], { rail: 'home' });
  await device.history.clear();
  expect(device.history.list()).toEqual([]);
  expect(device.ranking(Date.now()).map(({ id }) => id)).toEqual([]);
  expect(await device.metrics.counts()).toHaveLength(1);
});

test('an export can be imported, and nothing doubles', async () => {
  const from = await open();
  const now = Date.now();
  await from.record({ item: 'a "quoted" \\ id', at: now - MINUTE, dwellMs: 5 });
  await from.record({ item: '__proto__', kind: 'purchase', at: now });
  await from.notInterested('c');
  from.recordImpression(['d'], { rail: 'home' });
  const json = from.history.export();
  const to = await open();
  await to.record({ item: '__proto__', kind: 'purchase', at: now });
  expect(await to.history.import(json)).toBe(1);
  expect(await to.history.import(json)).toBe(0);
  expect(to.history.list()).toEqual(from.history.list());
  expect(to.history.notInterested()).toEqual(['c']);
  // What was shown and counted elsewhere stays there; the purchase is this device's own.
  expect(to.ranking(now).filter(({ kind }) => kind === SHOWN)).toEqual([]);
  expect(await to.metrics.counts()).toMatchObject([{ impressions: 0, purchases: 1 }]);
});

test('what is no history is refused', async () => {
  const device = await open();
  const event = (more: object) =>
    JSON.stringify({ format: 'vicino-history', version: 1, events: [more] });
  for (const [text, hint] of [
    ['', 'JSON'],
    ['[1, 2', 'JSON'],
    ['3', 'format'],
    ['null', 'format'],
    ['{"events": []}', 'format'],
    ['{"format":"vicino-history","version":9,"events":[]}', 'update'],
    [event([]), 'event 0'],
    [event({ item: '', kind: 'view', at: 1 }), '`item`'],
    [event({ item: 'x', kind: 'look', at: 1 }), '`kind`'],
    [event({ item: 'x', kind: 'view', at: 'now' }), '`at`'],
    [event({ item: 'x', kind: 'view', at: 1, rating: 6 }), '`rating`'],
    [event({ item: 'x', kind: 'view', at: 1, session: 6 }), '`session`'],
    [event({ item: 'x', kind: 'view', at: 1, dwellMs: -1 }), '`dwellMs`'],
  ] as const) {
    const error = await failure(() => device.history.import(text));
    expect(error.code, text).toBe('history-invalid');
    expect(error.message).toContain(hint);
  }
  expect(device.history.list()).toEqual([]);
});

test('a listener that throws does not keep the others from being called', async () => {
  const device = await open();
  const thrown = new Error('of the page');
  const reported: unknown[] = [];
  const report = (error: unknown) => reported.push(error);
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', report);
  let calls = 0;
  device.history.subscribe(() => {
    throw thrown;
  });
  const stop = device.history.subscribe(() => calls++);
  await device.record({ item: 'a' });
  await new Promise((resolve) => setTimeout(resolve, 1));
  stop();
  process.removeListener('uncaughtException', report);
  for (const listener of before) process.on('uncaughtException', listener);
  expect(calls).toBe(1);
  expect(reported).toEqual([thrown]);
});

test('opening can be given up', async () => {
  const error = await failure(() => openDevice({ signal: AbortSignal.abort() }));
  expect(error.code).toBe('aborted');
});

test('a closed device says so', async () => {
  const device = await open();
  device.close();
  for (const use of [
    () => device.history.list(),
    () => device.history.storage,
    () => device.history.unknownIds,
    () => device.history.clear(),
    () => device.metrics.counts(),
    () => device.record({ item: 'a' }),
  ]) {
    expect((await failure(use)).code).toBe('freed');
  }
});

test('the model is asked which ids it does not know', async () => {
  const device = await openDevice(
    { storage: 'memory' },
    () => {},
    (ids) => ids.filter((id) => id === 'unknown').length,
  );
  for (const item of ['unknown', 'known', 'unknown']) await device.record({ item });
  expect(device.history.unknownIds).toBe(1);
});

/** Runs `use` while the clock of the device is wrong by so many ms. */
async function withClock<T>(ahead: number, use: () => Promise<T>): Promise<T> {
  const now = Date.now;
  Date.now = () => now() + ahead;
  try {
    return await use();
  } finally {
    Date.now = now;
  }
}

test.each([2, 200, 800, 1e6])(
  'what a clock %i days ahead recorded counts as of now, and what comes later is newer',
  async (days) => {
    const device = await open({ halfLifeDays: { view: 1 }, historyLimit: 6 });
    await withClock(days * DAY, async () => {
      await device.record({ item: 'ahead' });
      await device.notInterested('unwanted');
      device.recordImpression(['shown'], { rail: 'home' });
      device.recordClick('clicked', { rail: 'home' });
    });
    const before = Date.now();
    for (const item of ['a', 'b', 'c', 'd']) await device.record({ item });
    expect(items(device.history.list())).toEqual(['d', 'c', 'b', 'a', 'ahead']);
    expect(items(device.history.sessions()[0] ?? [])).toHaveLength(5);
    const { at = 0 } = device.history.list().at(-1) ?? {};
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
    for (const { signals } of device.ranking(Date.now(), 'session')) {
      expect(signals[0]).toBeGreaterThanOrEqual(0);
      expect(signals[0]).toBeLessThan(1);
    }
    const today = new Date().toISOString().slice(0, 10);
    for (const { day } of await device.metrics.counts()) expect(day <= today).toBe(true);
    expect(device.report().since).toBeLessThanOrEqual(Date.now());
    // Later than all that is there, so that it pushes out the oldest.
    for (const item of ['e', 'f']) await device.record({ item });
    expect(items(device.history.list())).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
  },
);

test.each([8e15, 9e15, 1e300])('an event at %d is of now, recorded or imported', async (at) => {
  const recorded = await open({ historyDays: Infinity, historyLimit: 3 });
  await recorded.record({ item: 'recorded', kind: 'purchase', at });
  const file = (...of: string[]) =>
    JSON.stringify({
      format: 'vicino-history',
      events: of.map((item) => ({ item, kind: 'view', at })),
      disliked: [['x', [at]]],
    });
  expect(await recorded.history.import(file('F2', 'F1', 'F0'))).toBe(3);
  await recorded.record({ item: 'now' });
  expect(items(recorded.history.list())).toEqual(['now', 'F2', 'F1']);
  for (const { at } of recorded.history.list()) {
    expect(new Date(at).toISOString() <= new Date().toISOString()).toBe(true);
  }
  expect(JSON.parse(recorded.history.export()).disliked[0][1][0]).toBeLessThanOrEqual(Date.now());
  expect(recorded.purchases(Date.now())).toEqual([]);
});

test('no date that is none comes in', async () => {
  const device = await open({ historyDays: Infinity });
  for (const at of [-9e15, -1e300, '1', null]) {
    const text = JSON.stringify({
      format: 'vicino-history',
      events: [{ item: 'a', kind: 'view', at }],
    });
    expect((await failure(() => device.history.import(text))).code).toBe('history-invalid');
  }
  await device.record({ item: 'a', at: -8.64e15 });
  expect(new Date(device.history.list()[0]?.at ?? 0).toISOString()).toBe(
    '-271821-04-20T00:00:00.000Z',
  );
});

/** Merges as recording does, one event after the other; of purchases, those of one instant are one. */
function mergeOneByOne(into: State, from: HistoryEvent[]): number {
  let added = 0;
  for (const event of [...from].reverse()) {
    const same = into.events.findIndex(
      (other) =>
        event.kind === 'purchase' &&
        other.kind === 'purchase' &&
        other.item === event.item &&
        other.at === event.at,
    );
    if (same < 0) added += +insert(into, event);
    else into.events[same] = { ...into.events[same], ...event };
  }
  return added;
}

test('merging gives what recording one event after the other gives', () => {
  let seed = 7;
  const below = (end: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * end);
  };
  const random = (num: number): HistoryEvent[] =>
    Array.from({ length: num }, () => ({
      item: `sku-${below(4)}`,
      kind: (['view', 'cart', 'purchase'] as const)[below(3)] ?? 'view',
      at: 1e12 + below(12) * 700,
      ...(below(3) === 0 && { rating: 1 + below(5) }),
    })).sort((a, b) => b.at - a.at);
  let numAdded = 0;
  for (let round = 0; round < 2000; round++) {
    const fast = { ...empty(), events: [] as HistoryEvent[] };
    for (const event of random(below(9)).reverse()) insert(fast, event);
    const slow = { ...empty(), events: [...fast.events] };
    const from = random(below(9));
    const added = merge(fast, { ...empty(), events: from });
    expect(added, `round ${round}`).toBe(mergeOneByOne(slow, from));
    expect(fast.events, `round ${round}`).toEqual(slow.events);
    numAdded += added;
  }
  expect(numAdded).toBeGreaterThan(1000);
});

test('of a file with any number of events the newest are kept, and a text too long is not read', async () => {
  const device = await open({ historyLimit: 10_000 });
  const now = Date.now();
  const file = (num: number, at: (number: number) => number, kind = 'purchase') =>
    JSON.stringify({
      format: 'vicino-history',
      events: Array.from({ length: num }, (_, number) => ({ item: 'a', kind, at: at(number) })),
    });
  // Each of these took minutes when the work grew with the square: equal times, distinct times, and one product.
  expect(await device.history.import(file(100_000, (number) => now - number))).toBe(10_000);
  expect(device.history.list().at(-1)?.at).toBe(now - 9999);
  expect(await device.history.import(file(100_000, () => now, 'view'))).toBe(1);
  expect(await device.history.import(file(100_000, (number) => now - 1e5 * DAY + number))).toBe(0);
  const long = `"${'x'.repeat(8_388_607)}"`;
  expect(await failure(() => device.history.import(long))).toMatchObject({
    code: 'history-invalid',
    message: 'import: the text has 8388609 letters, at most 8388608 are read',
  });
});

test('unwanted items of an edited export are read only if they are what export() writes', async () => {
  const device = await open();
  const at = Date.now() - MINUTE;
  const disliked = [['a', [at]], ['b', { 0: at }], ['c', 5], 'd', ['e', ['x']]];
  await device.history.import(
    JSON.stringify({ format: 'vicino-history', version: 1, events: [], disliked }),
  );
  expect(device.history.notInterested()).toEqual(['a']);
  expect(device.ranking(Date.now())).toHaveLength(1);
});
