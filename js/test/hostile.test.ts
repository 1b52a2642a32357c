// Anything at all at every border of the package: what is wrong is refused by a VicinoError, and what is right means
// what the documentation says. Inputs are made up by fast-check, the same ones every time; `VICINO_FUZZ=SECONDS` takes
// new ones for so long. What was found becomes a test by name in the file of its subject.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { loadManifest } from '../dist/delivery.js';
import { type CatalogItem, type Filter, type ListOptions, Recommender } from '../dist/node.js';
import { openDevice } from '../src/device/index.js';
import { Engine, initSync } from '../wasm/vicino.js';
import { serve, tiny } from './support.js';

const seconds = Number(process.env.VICINO_FUZZ ?? 0);
const runs = (usual: number): fc.Parameters<unknown> =>
  seconds
    ? { numRuns: Infinity, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
    : { numRuns: usual, seed: 1 };
const TIMEOUT_MS = 60_000 + seconds * 2000;

let recommender: Recommender;
beforeAll(async () => {
  initSync({ module: readFileSync(new URL('../wasm/vicino_bg.wasm', import.meta.url)) });
  recommender = await Recommender.load(tiny());
});
afterAll(() => recommender.free());
afterEach(() => vi.unstubAllGlobals());

/** Calls, and returns the result; undefined if it was refused. Any error but a VicinoError is the test's. */
async function allowed<T>(call: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    // By its name: sources and the built package have a class each.
    const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
    if (name === 'VicinoError' && typeof code === 'string') return undefined;
    throw error;
  }
}

const anything = fc.anything({
  maxDepth: 3,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});
/** Mostly a value as it should be, sometimes anything. */
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: right as fc.Arbitrary<unknown>, weight: 12 },
    { arbitrary: anything, weight: 1 },
  );

/** The ids of the model. */
const IDS = [
  ...['sku-0', 'größe 1', '商品/2', '100021', '🧦4', 'sku-5', 'größe 6', '商品/7', '100056', '🧦9'],
  ...['sku-10', 'größe 11'],
];
const id = fc.constantFrom(...IDS, 'unknown', '', '__proto__');
const NAMES = ['Tea', 'Mugs', 'toString', 'ä'];
const name = fc.constantFrom(...NAMES);
const names = fc.oneof(name, fc.array(name, { maxLength: 3 }));
const tagArrays = fc.array(name, { maxLength: 3 });

/** Filters of filters, so deep; with `wrong`, some that are none. */
function filters(wrong: boolean, depth = 2): fc.Arbitrary<object> {
  const or = <T>(right: fc.Arbitrary<T>) => (wrong ? mostly(right) : right);
  const bound = or(fc.nat(20));
  const plain = {
    category: or(names),
    price: or(fc.record({ min: bound, max: bound }, { requiredKeys: [] })),
    inStock: or(fc.boolean()),
    tags: or(fc.record({ any: tagArrays, all: tagArrays, none: tagArrays }, { requiredKeys: [] })),
    brand: or(names),
  };
  if (!depth) return fc.record(plain, { requiredKeys: [] });
  const inner = filters(wrong, depth - 1);
  const several = or(fc.array(inner, { maxLength: 2 }));
  return fc.record({ ...plain, all: several, any: several, not: or(inner) }, { requiredKeys: [] });
}

const facts = fc.array(
  fc.record({
    id: fc.constantFrom(...IDS),
    category: name,
    tags: tagArrays,
    price: fc.option(fc.nat(20), { nil: undefined }),
    inStock: fc.option(fc.boolean(), { nil: undefined }),
    brand: fc.option(name, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 20 },
);

/** Tells what the documentation of `Filter` says of an item. */
function passes(filter: Filter, item: CatalogItem): boolean {
  const isOneOf = (wanted: string | readonly string[], value: string | undefined) =>
    value !== undefined && ([] as string[]).concat(wanted).includes(value);
  const { category, price, inStock, tags, brand, all, any, not } = filter;
  const own = item.tags ?? [];
  return (
    (category === undefined || isOneOf(category, item.category)) &&
    (brand === undefined || isOneOf(brand, item.brand)) &&
    (inStock === undefined || (item.inStock ?? true) === inStock) &&
    (price === undefined ||
      (item.price !== undefined &&
        item.price >= (price.min ?? -Infinity) &&
        item.price <= (price.max ?? Infinity))) &&
    (tags?.any?.some((tag) => own.includes(tag)) ?? true) &&
    (tags?.all?.every((tag) => own.includes(tag)) ?? true) &&
    !(tags?.none?.some((tag) => own.includes(tag)) ?? false) &&
    (all?.every((filter) => passes(filter, item)) ?? true) &&
    (any?.some((filter) => passes(filter, item)) ?? true) &&
    !(not && passes(not, item))
  );
}

test(
  'a list holds the items that pass the filter, and no others',
  async () => {
    await fc.assert(
      fc.property(facts, filters(false), (items, where) => {
        recommender.catalog.clear();
        const first = IDS.map((id) => ({ id, category: 'Tea', tags: [] }));
        recommender.catalog.update([...first, ...items] as CatalogItem[]);
        const known = new Map<string, CatalogItem>(first.map((item) => [item.id, item]));
        for (const { id, ...item } of items) {
          const given = Object.entries(item).filter(([, value]) => value !== undefined);
          known.set(id, { ...known.get(id), id, ...Object.fromEntries(given) });
        }
        const listed = recommender.trending({ k: 12, where: where as Filter });
        const wanted = [...known.values()].filter((item) => passes(where as Filter, item));
        expect(listed.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
      }),
      runs(400),
    );
    recommender.catalog.clear();
  },
  TIMEOUT_MS,
);

test(
  'options of a list are taken or refused',
  async () => {
    const where = filters(true);
    const pin = fc.record({ id, position: fc.nat(20) }, { requiredKeys: [] });
    const boost = fc.record({ where, factor: fc.double() }, { requiredKeys: [] });
    const options = fc.record(
      {
        k: mostly(fc.nat(14)),
        exclude: mostly(fc.array(id, { maxLength: 4 })),
        excludePurchased: mostly(fc.oneof(fc.boolean(), fc.record({ withinDays: fc.double() }))),
        where: mostly(where),
        boost: mostly(fc.array(boost, { maxLength: 2 })),
        bury: mostly(where),
        pin: mostly(fc.array(mostly(pin), { maxLength: 3 })),
        maxPerCategory: mostly(fc.nat(3)),
        groupBy: mostly(fc.constantFrom('product', false)),
        diversity: mostly(fc.double({ min: 0, max: 1 })),
        explore: mostly(fc.double({ min: 0, max: 1 })),
        fatigue: mostly(fc.double({ min: 0, max: 1 })),
        explain: mostly(fc.boolean()),
        seed: mostly(fc.nat()),
      },
      { requiredKeys: [] },
    );
    const list = fc.constantFrom('forYou', 'trending', 'recentlyViewed', 'buyItAgain');
    await fc.assert(
      fc.asyncProperty(list, options, async (name, options) => {
        const listed = await allowed(() => recommender[name as 'forYou'](options as ListOptions));
        for (const { id, score } of listed ?? []) {
          expect(IDS).toContain(id);
          expect(Number.isFinite(score)).toBe(true);
        }
        expect(new Set(listed?.map(({ id }) => id)).size).toBe(listed?.length ?? 0);
      }),
      runs(1500),
    );
  },
  TIMEOUT_MS,
);

test(
  'what is recorded is taken or refused',
  async () => {
    const event = fc.record(
      {
        item: mostly(id),
        kind: mostly(fc.constantFrom('view', 'cart', 'purchase')),
        at: mostly(fc.oneof(fc.double(), fc.nat())),
        dwellMs: mostly(fc.double()),
        rating: mostly(fc.double()),
      },
      { requiredKeys: [] },
    );
    const of = await Recommender.load(tiny(), { storage: 'memory', historyLimit: 20 });
    await fc.assert(
      fc.asyncProperty(mostly(event), anything, id, async (event, other, id) => {
        await allowed(() => of.record(event as never));
        await allowed(() => of.notInterested(other as never));
        await allowed(() => of.recordImpression([id, other] as never));
        await allowed(() => of.recordClick(id, other as never));
        expect(of.history.list().length).toBeLessThanOrEqual(20);
        expect(of.forYou({ k: 3 }).length).toBeLessThanOrEqual(3);
      }),
      runs(600),
    );
    of.free();
  },
  TIMEOUT_MS,
);

const DAY_MS = 864e5;
const now = Date.UTC(2026, 0, 1);
const rows = (rest: fc.Arbitrary<unknown>[]) =>
  mostly(fc.array(mostly(fc.tuple(id, mostly(fc.tuple(mostly(fc.double()), ...rest))))));
/** The JSON of a history as anybody may have edited it. */
const history = fc.record(
  {
    format: fc.constant('vicino-history'),
    version: mostly(fc.constantFrom(1, 2, 0, -1)),
    events: mostly(
      fc.array(
        mostly(
          fc.record(
            {
              item: mostly(id),
              kind: mostly(fc.constantFrom('view', 'cart', 'purchase')),
              at: mostly(fc.integer({ min: now - 90 * DAY_MS, max: now + 90 * DAY_MS })),
              dwellMs: mostly(fc.nat()),
              rating: mostly(fc.nat(6)),
              session: mostly(fc.string()),
            },
            { requiredKeys: ['item', 'kind', 'at'] },
          ),
        ),
        { maxLength: 30 },
      ),
    ),
    disliked: rows([]),
    shown: rows([mostly(fc.double())]),
    clicked: rows([mostly(fc.string()), mostly(fc.string())]),
    counts: rows(Array.from({ length: 4 }, () => mostly(fc.nat()))),
    seed: mostly(fc.nat()),
    consent: mostly(fc.constantFrom('granted', 'denied')),
    whole: mostly(fc.boolean()),
  },
  { requiredKeys: ['format', 'events'] },
);
/** Texts: of histories, of any JSON, cut somewhere, and any. */
const texts = fc.oneof(
  { arbitrary: history.map(json), weight: 6 },
  { arbitrary: anything.map(json), weight: 1 },
  {
    arbitrary: fc.tuple(history.map(json), fc.nat(200)).map(([text, at]) => text.slice(0, -at)),
    weight: 1,
  },
  { arbitrary: fc.string(), weight: 1 },
);
function json(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, value) => (typeof value === 'bigint' ? `${value}` : value)) ?? ''
    );
  } catch {
    return '';
  }
}

test(
  'an imported history is taken or refused',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 3 }), async (texts) => {
        const device = await openDevice({ storage: 'memory', historyLimit: 10 });
        for (const text of texts) await allowed(() => device.history.import(text));
        const events = device.history.list();
        expect(events.length).toBeLessThanOrEqual(10);
        const times = events.map(({ at }) => at);
        expect(times).toEqual([...times].sort((a, b) => b - a));
        device.ranking(now);
        device.report();
        device.close();
      }),
      runs(300),
    );
  },
  TIMEOUT_MS,
);

test(
  'whatever is stored on the device, a page opens and records',
  async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (stored) => {
        const kept = new Map<string, string>([['vicino', stored]]);
        vi.stubGlobal('localStorage', {
          getItem: (key: string) => kept.get(key) ?? null,
          setItem: (key: string, value: string) => void kept.set(key, value),
          removeItem: (key: string) => void kept.delete(key),
        });
        const device = await openDevice({ storage: 'localstorage', consent: 'granted' });
        const before = device.consent.state;
        await device.record({ item: 'sku-0' });
        if (before !== 'denied') expect(device.history.list()[0]?.item).toBe('sku-0');
        device.ranking(Date.now());
        device.purchases(Date.now());
        device.report();
        await device.history.clear();
        device.close();
      }),
      runs(300),
    );
  },
  TIMEOUT_MS,
);

const named = fc.record(
  {
    url: mostly(fc.constantFrom('shop.vicino', 'http://[', '/other.vicino', 'data:,x', '')),
    bytes: mostly(fc.constantFrom(tiny().length, 0, -1, 1e15)),
    sha256: mostly(fc.constantFrom('0'.repeat(64), 'x', '')),
    signature: mostly(fc.constant(undefined)),
  },
  { requiredKeys: [] },
);
const manifest = fc.record(
  {
    format: mostly(fc.constantFrom('vicino-manifest', 'x')),
    version: mostly(fc.constantFrom(1, 2)),
    model: mostly(named),
    previous: mostly(named),
  },
  { requiredKeys: [] },
);

test(
  'a manifest is taken or refused, whatever was kept of an earlier one',
  async () => {
    let answer = '';
    await serve(
      (request, response) =>
        request.url === '/manifest.json' ? response.end(answer) : response.end(tiny()),
      async (origin) => {
        const remembered = fc.oneof(
          anything.map(json),
          fc
            .record(
              { checkedMs: mostly(fc.double()), models: mostly(fc.array(mostly(named))) },
              { requiredKeys: [] },
            )
            .map(json),
        );
        await fc.assert(
          fc.asyncProperty(mostly(manifest).map(json), remembered, async (text, known) => {
            answer = text;
            const kept = new Map([[`${origin}/manifest.json`, known]]);
            vi.stubGlobal('caches', {
              open: async () => ({
                match: async (key: string) => kept.has(key) && new Response(kept.get(key)),
                put: async (key: string, value: Response) => kept.set(key, await value.text()),
                delete: async (key: string) => kept.delete(key),
                keys: async () => [],
              }),
            });
            const loaded = await allowed(() => loadManifest(`${origin}/manifest.json`));
            loaded?.free();
          }),
          runs(150),
        );
      },
    );
  },
  TIMEOUT_MS,
);

test(
  'a file that is no model, or a damaged one, is refused or ranks',
  async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(), fc.boolean(), async (changes, length, isCut) => {
        const bytes = tiny();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const file = isCut ? bytes.subarray(0, length % bytes.length) : bytes;
        const loaded = await allowed(() => Recommender.load(file));
        await allowed(() => loaded?.forYou({ k: 5 }));
        loaded?.free();
      }),
      runs(300),
    );
  },
  TIMEOUT_MS,
);

test(
  'any words are answered or refused by the module, which works on',
  () => {
    const engine = new Engine(tiny());
    const word = fc.oneof(
      { arbitrary: fc.nat(9), weight: 12 },
      { arbitrary: fc.integer({ min: 0, max: 0xffffffff }), weight: 1 },
      { arbitrary: fc.constantFrom(0xffffffff, 0x3f800000, 0x7f800000, 0x7fc00000), weight: 2 },
    );
    const words = fc.array(word, { maxLength: 40 });
    const whole = [4, 0, 3, 0, 0, 0, 0, 0, 0x7fc00000, 0, 0, 0, 0, 0, 0];
    fc.assert(
      fc.property(words, words, words, fc.nat(7), (request, history, pairs, column) => {
        engine.set_history(new Uint32Array(history));
        engine.update(column, new Uint32Array(pairs));
        try {
          // Nobody asks for more than fits the memory.
          request[2] = (request[2] ?? 0) % 100;
          engine.list(new Uint32Array(request));
        } catch (error) {
          expect(String(error)).toBe('Error: no request');
        }
        engine.set_history(new Uint32Array());
        engine.update(column, new Uint32Array());
        expect(engine.list(new Uint32Array(whole))).toHaveLength(6);
      }),
      runs(2000),
    );
    engine.free();
  },
  TIMEOUT_MS,
);
