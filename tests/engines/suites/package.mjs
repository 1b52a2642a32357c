// The package in a plain page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints } from '../support/sites.mjs';

/** Loads a model in the page; returns its description, or the code and the message of the error. */
const tryLoad = async (session, options = {}, model = './shop.vicino') => {
  await session.until(() => globalThis.probe !== undefined);
  return session.evaluate((...args) => globalThis.probe.load(...args), model, options);
};
const load = async (session, ...args) => {
  for (let tries = 4; ; tries--) {
    const loaded = await tryLoad(session, ...args);
    assert.equal(loaded.message, undefined);
    // The package waits only so long for storage; how busy this machine is decides nothing here.
    if (tries === 0 || !/did not answer/.test(loaded.problem)) return loaded;
    await session.reload();
  }
};
const view = (session, items) => session.evaluate((ids) => globalThis.probe.view(ids), items);
const lists = (session, items) => session.evaluate((ids) => globalThis.probe.lists(ids), items);

/**
 * @param {() => { session: object, url: string, viewed: string[], expected: object }} visit
 * @param {string} storage where the history must be kept, once the shopper has agreed
 */
export function ranks(visit, storage, more = {}) {
  test('the model loads and every list is the one that Node makes, also after a reload', async (t) => {
    const { session, url, viewed, expected } = visit();
    const options = { consent: 'granted', historyName: 'ranks', ...more };
    const keeps = storage !== 'memory';
    await session.go(url);
    const loaded = await load(session, options);
    assert.equal(loaded.storage, storage, loaded.problem);
    assert.deepEqual(loaded.items, []);
    await view(session, viewed);
    assert.deepEqual(await lists(session, viewed), expected);
    const forYouMs = await session.evaluate(() => globalThis.probe.forYouMs(500));
    assert.deepEqual(await complaints(session), []);

    await session.reload();
    const again = await load(session, options);
    assert.deepEqual(again.items, keeps ? [...viewed].reverse() : []);
    if (!keeps) await view(session, viewed);
    assert.deepEqual(await lists(session, viewed), expected);
    assert.deepEqual(await complaints(session), []);
    t.diagnostic(
      `${session.browser}: ${loaded.numItems} items, first load ${loaded.ms.toFixed(0)} ms, ` +
        `after a reload ${again.ms.toFixed(0)} ms; forYou ${forYouMs.toFixed(3)} ms`,
    );
  });
}

export function asksFirst(visit) {
  test('without consent nothing outlives the page, with it everything, and a refusal deletes all', async () => {
    const { session, url, viewed } = visit();
    const options = { historyName: 'asks' };
    const newestFirst = [...viewed].reverse();
    await session.go(url);
    const first = await load(session, options);
    assert.deepEqual([first.consent, first.storage], ['memory-only', 'memory']);
    await view(session, viewed);

    await session.reload();
    assert.deepEqual((await load(session, options)).items, []);
    await view(session, viewed);
    await session.evaluate(() => globalThis.probe.grant());

    await session.reload();
    const granted = await load(session, options);
    assert.deepEqual([granted.consent, granted.storage], ['granted', 'indexeddb']);
    assert.deepEqual(granted.items, newestFirst);
    await session.evaluate(() => globalThis.probe.deny());

    await session.reload();
    const denied = await load(session, options);
    assert.deepEqual([denied.consent, denied.items], ['denied', []]);
    await view(session, viewed);
    assert.deepEqual(await complaints(session), []);
  });
}

/** Tests for an engine whose driver lets a browser keep pages for the way back. */
export function comesBack(visit) {
  test('a page with consent is kept for the way back, and then knows what the page after it stored', async () => {
    const { session, url, viewed } = visit();
    const options = { consent: 'granted', historyName: 'back' };
    const [first, ...later] = viewed;
    await session.go(url);
    await load(session, options);
    await view(session, [first]);
    await session.evaluate(() => globalThis.probe.hear());

    await session.go(`${url}?next`);
    await load(session, options);
    await view(session, later);
    await session.back();
    await session.until(() => globalThis.probe?.wasKept() !== undefined);
    assert.equal(
      await session.evaluate(() => globalThis.probe.wasKept()),
      true,
      await session.evaluate(() => globalThis.probe.notKeptFor()),
    );
    await session.until(() => globalThis.probe.heard().length > 0);
    const [changed, listed] = await session.evaluate(() => globalThis.probe.heard().at(-1));
    assert.equal(changed, 'history');
    assert.deepEqual(listed.sort(), [...viewed].sort());
    // It hears of other tabs again.
    await session.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = '/';
      document.body.append(frame);
      await new Promise((resolve) => {
        frame.onload = resolve;
      });
      const { probe } = frame.contentWindow;
      await probe.load('./shop.vicino', { historyName: 'back' });
      await probe.deny();
    });
    await session.until(() => globalThis.probe.heard().at(-1)[0] === 'consent');
    assert.deepEqual(await session.evaluate(() => globalThis.probe.recent()), []);
  });
}

/** A worker hears of the way back from its page; an engine that keeps no page with a worker loads it anew. */
export function comesBackWithWorker(visit) {
  test('a page with a worker knows what the page after it stored when one goes back', async () => {
    const { session, url, viewed } = visit();
    const options = { consent: 'granted', historyName: 'back in a worker' };
    const loadInWorker = async (path) => {
      await session.go(`${url}${path}`);
      await session.until(() => globalThis.probe !== undefined);
      const load = (given) => globalThis.probe.loadInWorker('./shop.vicino', given);
      return session.evaluate(load, options);
    };
    const [first, ...later] = viewed;
    await loadInWorker('');
    await view(session, [first]);
    await loadInWorker('?next');
    await view(session, later);
    await session.back();
    await session.until(() => globalThis.probe?.wasKept() !== undefined);
    if (!(await session.evaluate(() => globalThis.probe.wasKept()))) await loadInWorker('');
    await session.until(
      async (num) => (await globalThis.probe.items()).length === num,
      viewed.length,
    );
    assert.deepEqual(
      (await session.evaluate(() => globalThis.probe.items())).sort(),
      [...viewed].sort(),
    );
  });
}

/** Tests for a browser that sends Global Privacy Control, as Firefox does in private windows. */
export function heedsGlobalPrivacyControl(visit) {
  test('Global Privacy Control keeps the history in memory, whatever the shop says', async () => {
    const { session, url, viewed } = visit();
    const options = { consent: 'granted', historyName: 'gpc' };
    await session.go(url);
    const loaded = await load(session, options);
    assert.deepEqual([loaded.consent, loaded.storage], ['memory-only', 'memory']);
    await view(session, viewed);

    await session.reload();
    assert.deepEqual((await load(session, options)).items, []);
    assert.deepEqual(await complaints(session), []);
  });
}

/** Engines differ in which keys they can store. */
export function seals(visit, more = {}) {
  test('an encrypted history is there again after a reload', async () => {
    const { session, url, viewed } = visit();
    const options = { consent: 'granted', encrypt: true, historyName: 'seals', ...more };
    await session.go(url);
    const loaded = await load(session, options);
    assert.equal(loaded.encrypted, true, loaded.problem);
    await view(session, viewed);

    await session.reload();
    const again = await load(session, options);
    assert.equal(again.encrypted, true, again.problem);
    assert.deepEqual(again.items, [...viewed].reverse());
    assert.deepEqual(await complaints(session), []);
  });
}

/** Tests for a browser without WebAssembly. */
export function saysUnsupported(visit, path = '/') {
  test('loading ends with a code that says that WebAssembly is missing', async () => {
    const { session, url } = visit();
    await session.go(url + path);
    const { code, message } = await tryLoad(session);
    assert.equal(code, 'unsupported', message);
  });
}
