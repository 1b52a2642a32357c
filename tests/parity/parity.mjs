// The built package ranks exactly as the native ranker does: ids, order, and every bit of scores and shares.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Recommender } from '../../js/dist/node.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = `${root}/target/parity`;
/** The profile of the native half, such as `fast`; the tests' own by default. */
const profile = process.env.VICINO_PROFILE ? ['--profile', process.env.VICINO_PROFILE] : [];

const bits = (value) => new Uint32Array(Float32Array.of(value).buffer)[0];

function options({ k, exclude, explain, seed, categories, even, apart, rules }) {
  let where;
  if (categories) where = { category: categories };
  const groupBy = apart ? false : 'product';
  if (even) where = ({ id }) => /[02468]$/.test(id);
  return { k, exclude, explain, where, seed: seed ?? undefined, groupBy, ...rules };
}

/** The clock of every case, in ms. */
const NOW = Date.now();

function at(time, act) {
  Date.now = () => time;
  act();
  Date.now = () => NOW;
}

async function rank(recommender, given) {
  await recommender.history.clear();
  // The cases list the newest event first. It is recorded last, so that it also comes first of those that a clock dates
  // in the future, which all count as of now.
  for (const [item, kind, age, dwellMs, rating] of given.history.toReversed()) {
    recommender.record({
      item,
      kind,
      at: NOW - age,
      dwellMs: dwellMs ?? undefined,
      rating: rating ?? undefined,
    });
  }
  for (const [id, count, age] of given.shown) {
    at(NOW - age, () => {
      for (let left = count; left > 0; left--) recommender.recordImpression([id]);
    });
  }
  switch (given.call) {
    case 'forYou':
      return recommender.forYou({ ...options(given), includeSeen: given.includeSeen });
    case 'related':
    case 'similar':
      return given.items.length > 0
        ? recommender[given.call](given.items[0], options(given))
        : recommender.trending(options(given));
    case 'boughtTogether':
      return recommender.boughtTogether(given.items, {
        ...options(given),
        fallback: given.fallback,
      });
    case 'recentlyViewed':
      return recommender.recentlyViewed(options(given));
    case 'buyItAgain':
      return recommender.buyItAgain(options(given));
    default:
      return recommender.trending(options(given));
  }
}

before(() => {
  execFileSync('cargo', ['run', '--quiet', ...profile, '--example', 'parity', '--', directory], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
});

test('1,000 random histories rank identically natively and in wasm', async () => {
  const cases = JSON.parse(readFileSync(`${directory}/cases.json`, 'utf8'));
  Date.now = () => NOW;
  const recommender = await Recommender.load(readFileSync(`${directory}/parity.vicino`), {
    halfLifeDays: { view: 5, purchase: 30 },
  });
  // As in `native.rs`: of ten items, the last three have a price, and one of those is sold out.
  const priced = cases[0].priced.map(([id, price, inStock]) => ({ id, price, inStock }));
  recommender.catalog.update(priced);
  let listed = 0;
  let scored = 0;
  const short = { popular: 0, related: 0, none: 0 };
  for (const [number, given] of cases.entries()) {
    const actual = (await rank(recommender, given)).map(({ id, score, reasons = [] }) => [
      id,
      bits(score),
      reasons.map((reason) => [reason.id, bits(reason.share), reason.curated === true]),
    ]);
    assert.deepEqual(actual, given.expected, `case ${number}: ${given.call}`);
    const isWide = !given.categories && !given.even && given.k <= 100;
    if (given.call === 'boughtTogether' && (isWide || given.fallback === 'none')) {
      short[given.fallback] += +(actual.length < given.k);
    }
    listed += actual.length;
    scored += actual.filter(([, score]) => score !== 0).length;
  }
  recommender.free();
  assert.equal(cases.length, 1000);
  // Were the lists empty, they would agree, too.
  assert.ok(listed > 20_000, `only ${listed} items were listed`);
  assert.ok(scored > 5_000, `only ${scored} items had a score`);
  assert.deepEqual([short.popular, short.related, short.none > 5], [0, 0, true]);
});
