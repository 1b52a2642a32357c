// The package in a plain page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Recommender } from '../../../js/dist/node.js';
import { complaints } from '../support/sites.mjs';

const UNSUPPORTED = Recommender.supported ? 'unsupported' : 'wasm';

const load = async (session, model = './shop.vicino') => {
  await session.until(() => globalThis.probe !== undefined);
  return session.evaluate((address) => globalThis.probe.load(address), model);
};
const lists = (session, items) =>
  session.evaluate((viewed) => globalThis.probe.lists(viewed), items);
const history = (session) => session.evaluate(() => globalThis.probe.history());

/**
 * @param {() => { session: object, url: string, viewed: string[], expected: object }} visit
 * @param {string} storage where the history must be kept
 */
export function ranks(visit, storage) {
  test('the model loads and every list is the one that Node makes, also after a reload', async (t) => {
    const { session, url, viewed, expected } = visit();
    const keeps = storage !== 'memory';
    await session.go(url);
    const loaded = await load(session);
    assert.equal(loaded.message, undefined);
    assert.equal(loaded.storage, storage);
    assert.deepEqual(await history(session), []);
    await session.evaluate((items) => globalThis.probe.view(items), viewed);
    assert.deepEqual(await lists(session, viewed), expected);
    const forYouMs = await session.evaluate(() => globalThis.probe.forYouMs(500));
    assert.deepEqual(await complaints(session), []);

    await session.reload();
    const again = await load(session);
    assert.equal(again.message, undefined);
    assert.deepEqual(await history(session), keeps ? [...viewed].reverse() : []);
    if (keeps) assert.deepEqual(await lists(session, viewed), expected);
    assert.deepEqual(await complaints(session), []);
    t.diagnostic(
      `${session.browser}: ${loaded.numItems} items, first load ${loaded.ms.toFixed(0)} ms, ` +
        `after a reload ${again.ms.toFixed(0)} ms; forYou ${forYouMs.toFixed(3)} ms`,
    );
  });
}

/** A model whose decoding takes longer than its reading; see `keep` of the options. */
export function keepsTheModel(visit) {
  test('a later page need not decode the model, and lists the same', async () => {
    const { session, url } = visit();
    await session.go(url);
    let { opened } = await load(session, './graph.vicino');
    assert.equal(opened, 'file');
    const before = await lists(session, ['sku-5']);
    // It is kept when the browser has nothing else to do.
    for (let tries = 5; opened !== 'kept' && tries > 0; tries--) {
      await sleep(1500);
      await session.reload();
      ({ opened } = await load(session, './graph.vicino'));
    }
    assert.equal(opened, 'kept');
    assert.deepEqual(await lists(session, ['sku-5']), before);
    assert.deepEqual(await complaints(session), []);
  });
}

/** Where there is no WebAssembly, for whatever reason. */
export function saysUnsupported(visit, path = '/') {
  test('loading ends with a code that says that WebAssembly is missing', async () => {
    const { session, url } = visit();
    await session.go(url + path);
    const { code, message } = await load(session);
    assert.equal(code, UNSUPPORTED, message);
  });
}
