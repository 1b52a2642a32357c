// One suite in Chromium, Firefox and WebKit: the same lists in the same order, and what happens where an engine's
// user has switched something off. `ENGINES=firefox,webkit` runs only those.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Recommender } from '../../js/dist/node.js';
import { lists, view } from './page/lists.js';
import {
  asksFirst,
  comesBack,
  comesBackWithWorker,
  heedsGlobalPrivacyControl,
  ranks,
  saysUnsupported,
  seals,
} from './suites/package.mjs';
import { clicksThrough, ranksFromMemory, showsItsShelves } from './suites/shop.mjs';
import { trains } from './suites/training.mjs';
import { can, engineNames, sendsGlobalPrivacyControl, start, stop } from './support/engines.mjs';
import { model, servePackage, serveShop } from './support/sites.mjs';

const NUM_VIEWED = 4;

let packageServer;
let shopServer;
let viewed = [];
let expected;

before(async () => {
  packageServer = await servePackage();
  shopServer = await serveShop();
  const shop = await Recommender.load(model());
  // Every third of the popular ones, so that they are not all of a kind.
  const popular = shop.trending({ k: 3 * NUM_VIEWED });
  viewed = popular.filter((_, at) => at % 3 === 0).map(({ id }) => id);
  await view(shop, viewed);
  expected = lists(shop, viewed);
  shop.free();
});
after(async () => {
  stop();
  await packageServer?.close();
  await shopServer?.close();
});

const wanted = process.env.ENGINES?.split(',') ?? engineNames;
const shops = new Map();

for (const engine of engineNames.filter((name) => wanted.includes(name))) {
  /** A browser of its own for the tests that `body` makes. */
  const visiting = (kind, title, body) =>
    describe(`${engine}, ${title}`, () => {
      let session;
      before(async () => {
        session = await start(engine, kind);
      });
      after(() => session?.close());
      body(() => ({
        session,
        url: packageServer.url,
        shopUrl: shopServer.url,
        viewed,
        expected,
      }));
    });

  visiting('usual', 'as it comes', (visit) => {
    ranks(visit, 'indexeddb');
    asksFirst(visit);
    comesBack(visit);
    comesBackWithWorker(visit);
    seals(visit);
    clicksThrough(visit, (seen) => shops.set(engine, seen));
    trains(visit);
    describe('where the content security policy does not allow WebAssembly', () =>
      saysUnsupported(visit, '/strict'));
  });
  visiting('private', 'in a private window', (visit) => {
    const kept = sendsGlobalPrivacyControl(engine) ? { honorGlobalPrivacyControl: false } : {};
    if (sendsGlobalPrivacyControl(engine)) heedsGlobalPrivacyControl(visit);
    ranks(visit, 'indexeddb', kept);
    seals(visit, kept);
    clicksThrough(visit, () => {});
  });
  visiting('noWasm', 'without WebAssembly', (visit) => {
    saysUnsupported(visit);
    showsItsShelves(visit);
  });
  visiting('noStorage', 'where nothing may be stored', (visit) => {
    ranks(visit, 'memory');
    ranksFromMemory(visit);
  });
  if (can(engine, 'noIndexedDb')) {
    visiting('noIndexedDb', 'without IndexedDB', (visit) => ranks(visit, 'localstorage'));
  }
}

test('the shop shows the same products in the same order in every engine', () => {
  assert.deepEqual([...shops.keys()], wanted);
  const [first, ...others] = shops.values();
  for (const other of others) assert.deepEqual(other, first);
});
