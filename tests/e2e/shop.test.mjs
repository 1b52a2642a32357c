// The demo shop, end to end: built, served and used in a real browser.

import { availableParallelism } from 'node:os';
import { after, before, describe } from 'node:test';
import { calm } from './suites/calm.mjs';
import { consent } from './suites/consent.mjs';
import { exploring } from './suites/exploring.mjs';
import { failures } from './suites/failures.mjs';
import { looks } from './suites/looks.mjs';
import { models } from './suites/models.mjs';
import { network } from './suites/network.mjs';
import { sample } from './suites/sample.mjs';
import { settings } from './suites/settings.mjs';
import { shopping } from './suites/shopping.mjs';
import { storage } from './suites/storage.mjs';
import { training } from './suites/training.mjs';
import { buildFixture, sampleShop } from './support/fixture.mjs';
import { startBrowser, stopBrowser } from './support/visit.mjs';

/** Visits at once, where none measures time and each has a server and a context of its own. */
const concurrency = Math.min(4, Math.max(2, availableParallelism() - 1));

let dist = '';
const shop = () => ({ dist });
const built = sampleShop();

before(async () => {
  dist = buildFixture();
  await startBrowser();
});
after(stopBrowser);

describe('shopping', { concurrency }, () => shopping(shop));
describe('network', { concurrency }, () => network(shop));
describe('settings', { concurrency }, () => settings(shop));
describe('consent', { concurrency }, () => consent(shop));
describe('calm', () => calm(shop, 'small shop'));
describe('storage', { concurrency }, () => storage(shop));
describe('failures', { concurrency }, () => failures(shop));
describe('looks', () => looks(shop));
describe('exploring', { concurrency }, () => exploring(shop));
describe('models', { concurrency }, () => models(shop));
describe('training', () => training(shop));
if (built) {
  describe('sample data', () => {
    sample(built);
    calm(() => ({ dist: built }), 'sample data');
  });
}
