// What the device remembers, in a real browser: tabs, storage that fails, consent, encryption.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { chromeArgs, chromePath, root, until } from '../../scripts/lib.mjs';

const files = new Map([['/', ['text/html', '<!doctype html><link rel="icon" href="data:,">']]]);
let server;
let browser;
let address;

before(async () => {
  for (const [name, input] of [
    ['device', 'index'],
    ['network', 'network'],
  ]) {
    const bundle = await rolldown({
      input: `${root}/js/src/device/${input}.ts`,
      platform: 'neutral',
      // As in js/build.mjs: modules that storage shares with the device are in the script of the device.
      preserveEntrySignatures: 'allow-extension',
      plugins: [
        {
          name: 'no-wasm',
          load: (id) => (/wasm.vicino\.js$/.test(id) ? 'export default 0' : null),
        },
      ],
    });
    const { output } = await bundle.generate({ format: 'esm', entryFileNames: `${name}.js` });
    for (const { fileName, code } of output) files.set(`/${fileName}`, ['text/javascript', code]);
  }
  server = createServer((request, response) => {
    const [type, body] = files.get(request.url) ?? ['text/plain', undefined];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${server.address().port}/`;
  browser = await chromium.launch({ executablePath: chromePath(), args: chromeArgs });
});
after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/** Opens a device in a tab, with functions for the tests. */
function inPage(options) {
  const ids = () => window.device.history.list().map(({ item }) => item);
  window.look = () => ({
    storage: window.device.history.storage,
    problem: window.device.history.problem,
    consent: window.device.consent.state,
    ids: ids(),
  });
  window.until = async (is, wanted) => {
    for (let tries = 0; tries < 500; tries++) {
      if (JSON.stringify(is()) === JSON.stringify(wanted)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`is still ${JSON.stringify(is())}, expected ${JSON.stringify(wanted)}`);
  };
  window.database = (change) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open('vicino:vicino', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('history');
      opening.onerror = reject;
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('history', 'readwrite');
        const asked = change(transaction.objectStore('history'));
        transaction.oncomplete = () => resolve(asked?.result);
        opening.result.close();
      };
    });
  window.failure = (promise) =>
    promise.then(
      () => 'resolved',
      ({ name, code, cause }) => ({ name, code, hasCause: cause !== undefined }),
    );
  window.events = (...of) =>
    JSON.stringify({
      format: 'vicino-history',
      version: 1,
      events: of.map((item, at) => ({ item, kind: 'view', at: Date.now() - 60_000 * (at + 1) })),
    });
  window.open_ = async (more) => {
    const { openDevice } = await import('/device.js');
    window.device = await openDevice({ ...options, ...more });
  };
}

/** Uses a profile of its own; `tab` opens a page, and a device in it if there are options. */
async function inProfile(use, { init, complains = false } = {}) {
  const context = await browser.newContext();
  if (init) await context.addInitScript(init);
  const complaints = [];
  const tab = async (options) => {
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(address);
    await page.evaluate(inPage, options ?? {});
    if (options) await page.evaluate(() => window.open_());
    return page;
  };
  try {
    await use(tab, context);
  } finally {
    await context.close();
  }
  if (!complains) assert.deepEqual(complaints, []);
}

const granted = { consent: 'granted' };
const look = (page) => page.evaluate(() => window.look());
const record = (page, ...items) =>
  page.evaluate(async (all) => {
    for (const item of all) await window.device.record({ item });
  }, items);
const untilIds = (page, ids) =>
  page.evaluate((wanted) => window.until(() => window.look().ids, wanted), ids);
/** All that the browser keeps for the site. */
const kept = (page) =>
  page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const stored = databases.includes('vicino:vicino')
      ? await window.database((store) => store.get('events'))
      : undefined;
    const key = databases.includes('vicino:vicino')
      ? await window.database((store) => store.get('key'))
      : undefined;
    return { databases, stored, hasKey: Boolean(key), local: { ...localStorage } };
  });

const healthy = { storage: 'indexeddb', problem: undefined, consent: 'granted' };
/** Compares by JSON, which leaves out undefined values, as the way out of the page does. */
const same = (actual, expected) =>
  assert.deepEqual(JSON.parse(JSON.stringify(actual)), JSON.parse(JSON.stringify(expected)));

test('events are there when the page opens again', () =>
  inProfile(async (tab) => {
    const first = await tab(granted);
    await record(first, 'a', 'größe 商品');
    await first.close();
    same(await look(await tab(granted)), { ...healthy, ids: ['größe 商品', 'a'] });
  }));

test('nothing is stored before it is granted, and all of it after', () =>
  inProfile(async (tab) => {
    const page = await tab({});
    await record(page, 'a');
    await page.evaluate(() => window.device.recordImpression(['b'], { rail: 'home' }));
    same(await look(page), { storage: 'memory', consent: 'memory-only', ids: ['a'] });
    await page.waitForTimeout(1200);
    same(await kept(page), { databases: [], hasKey: false, local: {} });
    await page.evaluate(() => window.device.consent.grant());
    same(await look(page), { ...healthy, ids: ['a'] });
    // The decision is stored, so the next page needs no option.
    const next = await tab({});
    same(await look(next), { ...healthy, ids: ['a'] });
    assert.equal(await next.evaluate(() => window.device.report().impressions), 1);
  }));

test('a first visit before consent loads nothing that stores', () =>
  inProfile(async (tab, context) => {
    const asked = [];
    context.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const page = await tab({});
    await record(page, 'a');
    assert.deepEqual(asked, ['/', '/device.js']);
    await page.evaluate(() => window.device.consent.grant());
    assert.equal(asked.length, 3);
  }));

test('where the storing module does not load memory keeps the history', () =>
  inProfile(
    async (tab, context) => {
      await context.route(/store.*\.js$/, (route) => route.abort());
      const page = await tab(granted);
      await record(page, 'a');
      const { problem, ...others } = await look(page);
      same(others, { storage: 'memory', consent: 'granted', ids: ['a'] });
      assert.match(problem, /a script of this package did not load/);
    },
    // The browser names the file.
    { complains: true },
  ));

/** Fails each request for a script of storing until `end` is called; `which` are their names. */
async function failing(context, which = /\/(store|encrypted-database).*\.js$/) {
  await context.route(which, (route) => route.fulfill({ status: 503 }));
  return () => context.unroute(which);
}
const missing = { name: 'VicinoError', code: 'script', hasCause: true };
// The browser names files that did not load.
const complains = true;

test('a grant whose script fails rejects, and the next one stores all that memory has', () =>
  inProfile(
    async (tab, context) => {
      const end = await failing(context);
      const page = await tab({});
      await record(page, 'a');
      const grant = () => page.evaluate(() => window.failure(window.device.consent.grant()));
      same(await grant(), missing);
      const { problem, ...others } = await look(page);
      same(others, { storage: 'memory', consent: 'granted', ids: ['a'] });
      assert.match(problem, /did not load/);
      same(await grant(), missing);
      await record(page, 'b');
      await end();
      same(await grant(), 'resolved');
      await record(page, 'c');
      same((await look(page)).storage, 'indexeddb');
      same(await look(await tab({})), { ...healthy, ids: ['c', 'b', 'a'] });
    },
    { complains },
  ));

test('a grant whose script of encryption fails rejects, stores nothing in the open, and may come again', () =>
  inProfile(
    async (tab, context) => {
      const end = await failing(context, /\/encrypted-database.*\.js$/);
      const page = await tab({ encrypt: true });
      await record(page, 'a');
      const grant = () => page.evaluate(() => window.failure(window.device.consent.grant()));
      same(await grant(), missing);
      same(await kept(page), { databases: [], hasKey: false, local: {} });
      await end();
      same(await grant(), 'resolved');
      same(typeof (await kept(page)).stored, 'object');
      same(await look(await tab({ encrypt: true })), { ...healthy, ids: ['a'] });
    },
    { complains },
  ));

const refusal = { format: 'vicino-history', version: 1, events: [], consent: 'denied' };

test('denying deletes, and is remembered, without a script that stores', () =>
  inProfile(
    async (tab, context) => {
      for (const options of [granted, { ...granted, encrypt: true }]) {
        await record(await tab(options), 'a');
        const end = await failing(context);
        const page = await tab(options);
        await record(page, 'b');
        await page.evaluate(() => window.device.consent.deny());
        same((await look(page)).consent, 'denied');
        const { stored, ...others } = await kept(page);
        same([JSON.parse(stored), others], [refusal, { ...others, hasKey: false, local: {} }]);
        await end();
        same(await look(await tab(options)), { storage: 'memory', consent: 'denied', ids: [] });
        await (await tab(options)).evaluate(() => window.device.consent.grant());
      }
    },
    { complains },
  ));

test('forgetting everything, an option and Global Privacy Control delete without a script that stores', () =>
  inProfile(
    async (tab, context) => {
      const gpc = () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });
      for (const act of ['forget', 'option', 'gpc']) {
        await record(await tab({ ...granted, honorGlobalPrivacyControl: false }), 'a');
        const end = await failing(context);
        if (act === 'forget') {
          const page = await tab(granted);
          const remove = () => window.failure(window.device.history.remove('a'));
          same(await page.evaluate(remove), missing);
          same(await page.evaluate(() => window.failure(window.device.history.clear())), missing);
          await page.evaluate(() => window.device.history.forget());
        } else if (act === 'option') await tab({ consent: 'denied' });
        else {
          const page = await tab();
          await page.evaluate(gpc);
          await page.evaluate(() => window.open_({ consent: 'granted' }));
        }
        const page = await tab();
        same(await kept(page), { databases: [], hasKey: false, local: {} });
        await end();
      }
    },
    { complains },
  ));

test('a refusal outlives Global Privacy Control', () =>
  inProfile(async (tab) => {
    await (await tab({})).evaluate(() => window.device.consent.deny());
    const page = await tab();
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });
      return window.open_({ consent: 'granted' });
    });
    same((await look(page)).consent, 'denied');
    same((await look(await tab(granted))).consent, 'denied');
  }));

test('deleting what a browser does not answer for rejects, and is made good by the next page', () =>
  inProfile(async (tab) => {
    const page = await tab(granted);
    await record(page, 'a');
    const holder = await tab();
    await holder.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('vicino:vicino', 1);
          opening.onsuccess = () => {
            const store = opening.result.transaction('history', 'readwrite').objectStore('history');
            const again = () => {
              if (!window.ends) store.get('any').onsuccess = again;
            };
            again();
            resolve();
          };
        }),
    );
    const unsure = { name: 'VicinoError', code: 'storage', hasCause: true };
    const act = (part, name, id) =>
      page.evaluate(
        ([of, call, item]) => window.failure(window.device[of][call](item)),
        [part, name, id],
      );
    same(await act('history', 'remove', 'a'), unsure);
    same((await look(page)).ids, []);
    same(await act('consent', 'deny'), unsure);
    same((await look(page)).consent, 'denied');
    same(await act('history', 'forget'), unsure);
    await record(page, 'b');
    await holder.evaluate(() => {
      window.ends = true;
    });
    // The refusal waited in `localStorage`.
    const next = await tab(granted);
    same(await look(next), { storage: 'memory', consent: 'denied', ids: [] });
    const { stored, local } = await kept(next);
    same([JSON.parse(stored), local], [refusal, {}]);
    same(await act('consent', 'deny'), 'resolved');
  }));

test('two shops of one origin keep apart, and nothing of the site is touched', () =>
  inProfile(async (tab) => {
    const page = await tab();
    // The site uses each name that the library might.
    await page.evaluate(async () => {
      const open = (name, version, store) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open(name, version);
          opening.onupgradeneeded = () =>
            opening.result.createObjectStore(store).put('own', 'cart');
          opening.onerror = reject;
          opening.onsuccess = () => resolve(opening.result.close());
        });
      await open('vicino', 1, 'history');
      await open('shop', 3, 'carts');
      await open('vicino:other', 1, 'carts');
      await open('vicino:newer', 7, 'history');
      for (const name of ['vicino', 'shop', 'de', 'vicino:other', 'vicino:newer']) {
        localStorage.setItem(name, 'own');
      }
    });
    const site = () =>
      page.evaluate(async () => {
        const all = (await indexedDB.databases()).filter(({ name }) => name !== 'vicino:de');
        const read = ({ name }) =>
          new Promise((resolve) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => {
              const [store] = opening.result.objectStoreNames;
              const reading = opening.result.transaction(store).objectStore(store).get('cart');
              reading.onsuccess = () => resolve([name, store, reading.result]);
              opening.result.close();
            };
          });
        const databases = await Promise.all(all.map(read));
        return { databases: databases.sort(), local: { ...localStorage } };
      });
    const before = await site();
    assert.equal(before.databases.length, 4);
    for (const historyName of ['vicino', 'shop', 'other', 'newer']) {
      for (const consent of ['denied', 'granted']) {
        for (const storage of ['auto', 'indexeddb', 'localstorage']) {
          const options = { historyName, storage };
          const other = await tab({ ...options, consent });
          await record(other, 'a');
          await other.evaluate(() => window.failure(window.device.history.remove('a')));
          await other.evaluate(() => window.device.history.forget());
          await other.evaluate(() => window.device.consent.deny());
          await (await tab({ ...options, consent: 'denied' })).close();
          await other.close();
        }
      }
      same(await site(), before);
    }
    const [german, french] = ['de', 'fr'].map((historyName) => ({ ...granted, historyName }));
    await record(await tab(german), 'hose');
    same((await look(await tab(french))).ids, []);
    const one = await tab(french);
    await record(one, 'pantalon');
    await one.evaluate(() => window.device.consent.deny());
    same(await look(await tab(german)), { ...healthy, ids: ['hose'] });
  }));

test('a flood of messages is few readings, and the next event is stored', () =>
  inProfile(async (tab) => {
    const page = await tab(granted);
    await record(page, 'a');
    const flood = await tab();
    const numReads = await page.evaluate(() => {
      const get = IDBObjectStore.prototype.get;
      window.numReads = 0;
      IDBObjectStore.prototype.get = function (...args) {
        window.numReads++;
        return get.apply(this, args);
      };
      return window.numReads;
    });
    assert.equal(numReads, 0);
    const other = await tab(granted);
    await flood.evaluate(async () => {
      const channel = new BroadcastChannel('vicino:vicino');
      for (let number = 0; number < 5000; number++) channel.postMessage(number);
      await new Promise((resolve) => {
        channel.onmessage = resolve;
        new BroadcastChannel('vicino:vicino').postMessage('last');
      });
    });
    await record(other, 'b');
    await untilIds(page, ['b', 'a']);
    await record(page, 'c');
    // Were each message a reading, there would be thousands.
    assert.ok((await page.evaluate(() => window.numReads)) < 500);
    same(await look(await tab(granted)), { ...healthy, ids: ['c', 'b', 'a'] });
  }));

test('a history of the first release waits for consent and is carried over', () =>
  inProfile(async (tab) => {
    const page = await tab();
    await page.evaluate(() =>
      window.database((store) => store.put(window.events('a', 'b'), 'events')),
    );
    const waiting = await tab({});
    same((await look(waiting)).ids, []);
    await record(waiting, 'c');
    await waiting.evaluate(() => window.device.consent.grant());
    same(await look(waiting), { ...healthy, ids: ['c', 'a', 'b'] });
    same(await look(await tab(granted)), { ...healthy, ids: ['c', 'a', 'b'] });
  }));

test('a denied consent deletes what is stored, here and in other tabs, and is remembered', () =>
  inProfile(async (tab) => {
    const [one, other] = [await tab(granted), await tab(granted)];
    await record(one, 'a');
    await untilIds(other, ['a']);
    await one.evaluate(() => window.device.consent.deny());
    await untilIds(other, []);
    same((await look(other)).consent, 'denied');
    await record(other, 'b');
    await record(one, 'c');
    const { stored } = await kept(one);
    same(JSON.parse(stored), {
      format: 'vicino-history',
      version: 1,
      events: [],
      consent: 'denied',
    });
    same(await look(await tab(granted)), { storage: 'memory', consent: 'denied', ids: [] });
    await one.evaluate(() => window.device.consent.grant());
    await record(one, 'd');
    await untilIds(other, ['d']);
    same((await look(other)).consent, 'granted');
  }));

test('a page that says denied erases all that was stored', () =>
  inProfile(async (tab) => {
    await record(await tab(granted), 'a');
    const page = await tab({ consent: 'denied' });
    same(await look(page), { storage: 'memory', consent: 'denied', ids: [] });
    same(await kept(page), { databases: [], hasKey: false, local: {} });
  }));

test('with Global Privacy Control nothing is kept, unless the site says so knowingly', () =>
  inProfile(
    async (tab) => {
      const knowing = { ...granted, honorGlobalPrivacyControl: false };
      await record(await tab(knowing), 'a');
      same(await look(await tab(knowing)), { ...healthy, ids: ['a'] });
      const page = await tab(granted);
      same(await look(page), { storage: 'memory', consent: 'memory-only', ids: [] });
      await page.evaluate(() => window.device.consent.grant());
      await record(page, 'b');
      same(await look(page), { storage: 'memory', consent: 'memory-only', ids: ['b'] });
      assert.equal(await page.evaluate(() => window.device.report().globalPrivacyControl), true);
      same(await kept(page), { databases: [], hasKey: false, local: {} });
    },
    {
      init: () =>
        Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
    },
  ));

test('two tabs agree, and lose nothing when they write at once', () =>
  inProfile(async (tab) => {
    const [one, other] = [await tab(granted), await tab(granted)];
    await record(one, 'a');
    await untilIds(other, ['a']);
    const write = (page, name) =>
      page.evaluate(async (of) => {
        const numbers = Array.from({ length: 20 }, (_, number) => number);
        await Promise.all(
          numbers.map((number) => window.device.record({ item: `${of}${number}` })),
        );
      }, name);
    await Promise.all([write(one, 'x'), write(other, 'y')]);
    same((await look(await tab(granted))).ids.length, 41);
    for (const page of [one, other]) {
      await page.evaluate(() => window.until(() => window.look().ids.length, 41));
    }
    await one.evaluate(() => window.device.history.clear());
    await untilIds(other, []);
  }));

test('a tab that is closed while it writes leaves a whole history', () =>
  inProfile(async (tab) => {
    const large = { ...granted, historyLimit: 10_000 };
    for (let round = 0; round < 5; round++) {
      const page = await tab(large);
      await record(page, `stored ${round}`);
      await page.evaluate(() => {
        for (let number = 0; number < 200; number++) {
          void window.device.record({ item: `late ${number}`, kind: 'purchase' });
        }
      });
      await page.close();
    }
    const { ids, ...others } = await look(await tab(large));
    same(others, healthy);
    for (let round = 0; round < 5; round++) assert.ok(ids.includes(`stored ${round}`), `${round}`);
  }));

test('impressions are stored together, and when the page is hidden', () =>
  inProfile(async (tab) => {
    const page = await tab(granted);
    const writes = await page.evaluate(async () => {
      let num = 0;
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...args) {
        num += 1;
        return put.apply(this, args);
      };
      for (let number = 0; number < 20; number++) window.device.recordImpression([`${number}`]);
      const before = num;
      await window.until(() => num > 0, true);
      return [before, num];
    });
    same(writes, [0, 1]);
    await page.evaluate(() => {
      window.device.recordImpression(['last']);
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until(page, async () =>
      (await window.database((store) => store.get('events')))?.includes('"last"'),
    );
    assert.equal(await (await tab(granted)).evaluate(() => window.device.report().impressions), 21);
  }));

test('where the disk is full the history goes on in memory and says so', () =>
  inProfile(async (tab, context) => {
    const page = await tab();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: address, quotaSize: 1 });
    await page.evaluate(() => {
      for (let size = 1 << 20; size >= 1; size >>= 1) {
        for (let number = 0; number < 12; number++) {
          try {
            localStorage.setItem(`fill ${size} ${number}`, 'x'.repeat(size));
          } catch {
            break;
          }
        }
      }
    });
    await page.evaluate(() => window.open_({ consent: 'granted' }));
    await record(page, 'a', 'b');
    const { problem, ...others } = await look(page);
    same(others, { storage: 'memory', consent: 'granted', ids: ['b', 'a'] });
    assert.match(problem, /indexeddb (is full|failed)/);
    assert.match(problem, /localstorage is full/);
  }));

test('a full localStorage drops the older half, then gives way', () =>
  inProfile(async (tab) => {
    const page = await tab({ ...granted, storage: 'localstorage' });
    await record(page, ...Array.from({ length: 40 }, (_, number) => `item ${number}`));
    await page.evaluate(() => {
      for (let size = 1 << 22, number = 0; size > 0; number++) {
        try {
          localStorage.setItem(`ballast ${number}`, 'x'.repeat(size));
        } catch {
          size >>= 1;
        }
      }
    });
    await record(page, 'one more');
    const half = await look(page);
    same([half.storage, half.ids.length, half.ids[0]], ['localstorage', 20, 'one more']);
    assert.match(half.problem, /dropped the 21 oldest/);
    await record(page, 'x'.repeat(100_000));
    const full = await look(page);
    same([full.storage, full.ids.length], ['memory', 21]);
    assert.match(full.problem, /localstorage is full/);
  }));

test('storage that is cleared under a page is used again', () =>
  inProfile(async (tab, context) => {
    const page = await tab(granted);
    await record(page, 'a');
    const devtools = await context.newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin: address, storageTypes: 'all' });
    await record(page, 'b');
    same(await look(page), { ...healthy, ids: ['b'] });
    same(await look(await tab(granted)), { ...healthy, ids: ['b'] });
  }));

test('a database that another tab blocks gives way to localStorage, and back', () =>
  inProfile(async (tab) => {
    const holder = await tab();
    // A connection that stays open blocks the deletion, and the deletion blocks every later opening.
    await holder.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('vicino:vicino', 1);
          opening.onupgradeneeded = () => opening.result.createObjectStore('history');
          opening.onsuccess = () => {
            window.held = opening.result;
            window.deletion = indexedDB.deleteDatabase('vicino:vicino');
            window.deletion.onblocked = resolve;
          };
        }),
    );
    const page = await tab(granted);
    await record(page, 'a');
    const { problem, ...others } = await look(page);
    same(others, { storage: 'localstorage', consent: 'granted', ids: ['a'] });
    assert.match(problem, /indexeddb did not answer within 2000 ms/);
    await holder.evaluate(
      () =>
        new Promise((resolve) => {
          window.deletion.onsuccess = resolve;
          window.held.close();
        }),
    );
    const next = await tab(granted);
    same(await look(next), { ...healthy, ids: ['a'] });
    same((await kept(next)).local, {});
  }));

test("another tab's transaction that does not end is waited for no longer than two seconds", () =>
  inProfile(async (tab) => {
    const page = await tab(granted);
    await record(page, 'a');
    const holder = await tab();
    await holder.evaluate(() => {
      const opening = indexedDB.open('vicino:vicino', 1);
      return new Promise((resolve) => {
        opening.onsuccess = () => {
          const store = opening.result.transaction('history', 'readwrite').objectStore('history');
          const again = () => {
            if (!window.ends) store.get('any').onsuccess = again;
          };
          again();
          resolve();
        };
      });
    });
    await record(page, 'b');
    const { problem, ...others } = await look(page);
    same(others, { storage: 'localstorage', consent: 'granted', ids: ['b', 'a'] });
    assert.match(problem, /indexeddb did not answer/);
    await holder.evaluate(() => {
      window.ends = true;
    });
    same(await look(await tab(granted)), { ...healthy, ids: ['b', 'a'] });
  }));

test('a database of a newer version gives way', () =>
  inProfile(async (tab) => {
    const page = await tab();
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('vicino:vicino', 7);
          opening.onsuccess = () => resolve(opening.result.close());
        }),
    );
    const { storage, problem } = await look(await tab(granted));
    same(storage, 'localstorage');
    assert.match(problem, /indexeddb failed/);
    same((await look(await tab({ ...granted, storage: 'indexeddb' }))).storage, 'memory');
  }));

test('where IndexedDB is absent localStorage keeps the history', () =>
  inProfile(
    async (tab) => {
      await record(await tab(granted), 'a');
      const { problem, ...others } = await look(await tab(granted));
      same(others, { storage: 'localstorage', consent: 'granted', ids: ['a'] });
      assert.match(problem, /indexeddb is absent/);
      const both = await tab({ ...granted, storage: 'localstorage' });
      await both.evaluate(() => window.device.history.remove('a'));
      same((await look(await tab(granted))).ids, []);
    },
    { init: () => Object.defineProperty(window, 'indexedDB', { value: undefined }) },
  ));

test('where nothing can be stored memory keeps the history', () =>
  inProfile(
    async (tab) => {
      const page = await tab(granted);
      await record(page, 'a');
      const { problem, ...others } = await look(page);
      same(others, { storage: 'memory', consent: 'granted', ids: ['a'] });
      assert.match(problem, /indexeddb is absent.*localstorage is absent/);
    },
    {
      init: () => {
        for (const name of ['indexedDB', 'localStorage']) {
          Object.defineProperty(window, name, {
            get() {
              throw new DOMException('forbidden by the site', 'SecurityError');
            },
          });
        }
      },
    },
  ));

test('a private window keeps its history to itself and until it closes', async () => {
  await inProfile(async (tab) => {
    await record(await tab(granted), 'a');
    same(await look(await tab(granted)), { ...healthy, ids: ['a'] });
  });
  await inProfile(async (tab) => same(await look(await tab(granted)), { ...healthy, ids: [] }));
});

test('what localStorage was left joins IndexedDB, or replaces it where all was known', () =>
  inProfile(async (tab) => {
    const page = await tab(granted);
    await record(page, 'a');
    await page.evaluate(() => localStorage.setItem('vicino:vicino', window.events('b')));
    same((await look(await tab(granted))).ids, ['a', 'b']);
    await page.evaluate(() =>
      localStorage.setItem('vicino:vicino', window.events('c').replace('{', '{"whole":true,')),
    );
    same((await look(await tab(granted))).ids, ['c']);
    same((await kept(page)).local, {});
  }));

test('what was cleared while IndexedDB was away does not come back', () =>
  inProfile(async (tab) => {
    await record(await tab(granted), 'a');
    const page = await tab();
    await page.evaluate(async () => {
      const own = indexedDB;
      Object.defineProperty(window, 'indexedDB', { value: undefined, configurable: true });
      await window.open_({ consent: 'granted' });
      await window.device.record({ item: 'b' });
      await window.device.history.clear();
      Object.defineProperty(window, 'indexedDB', { value: own });
    });
    same(await look(await tab(granted)), { ...healthy, ids: [] });
  }));

test('unreadable storage is replaced and reported', () =>
  inProfile(async (tab) => {
    const page = await tab();
    await page.evaluate(() => window.database((store) => store.put('{ not ours', 'events')));
    const reading = await tab(granted);
    assert.match((await look(reading)).problem, /unreadable/);
    await record(reading, 'a');
    same(await look(await tab(granted)), { ...healthy, ids: ['a'] });
  }));

test('what is too old goes from the device when a page opens', () =>
  inProfile(async (tab) => {
    const page = await tab();
    await page.evaluate(() => window.database((store) => store.put(window.events('a'), 'events')));
    await page.waitForTimeout(1);
    same((await look(await tab({ ...granted, historyDays: 30 / 86_400 }))).ids, []);
    assert.equal((await kept(page)).stored, undefined);
  }));

test('forgetting leaves nothing on the device but a decision', () =>
  inProfile(async (tab) => {
    const page = await tab(granted);
    await record(page, 'a');
    await page.evaluate(async () => {
      window.device.recordImpression(['b'], { rail: 'home' });
      window.device.metrics.variant('any', ['x', 'y']);
      await window.device.notInterested('c');
      await window.device.history.forget();
    });
    same(await kept(page), { databases: ['vicino:vicino'], hasKey: false, local: {} });
    await page.evaluate(() => window.device.consent.deny());
    await page.evaluate(() => window.device.consent.grant());
    await record(page, 'a');
    await page.evaluate(() => window.device.history.forget());
    const { stored } = await kept(page);
    same(JSON.parse(stored), {
      format: 'vicino-history',
      version: 1,
      events: [],
      consent: 'granted',
    });
  }));

const encrypted = { ...granted, encrypt: true };

test('an encrypted history names no item, and what was there is encrypted, too', () =>
  inProfile(async (tab) => {
    const plain = await tab(granted);
    await record(plain, 'sku-1');
    await plain.evaluate(() => localStorage.setItem('vicino:vicino', window.events('sku-2')));
    const page = await tab(encrypted);
    await record(page, 'sku-3');
    same(await look(page), { ...healthy, ids: ['sku-3', 'sku-1', 'sku-2'] });
    const stored = await page.evaluate(async () => {
      const { key } = await window.database((store) => store.get('key'));
      const value = await window.database((store) => store.get('events'));
      const exported = await crypto.subtle.exportKey('raw', key).catch(({ name }) => name);
      return { exported, text: new TextDecoder().decode(value.data), local: localStorage.length };
    });
    same([stored.exported, stored.local], ['InvalidAccessError', 0]);
    assert.doesNotMatch(stored.text, /sku/);
    assert.equal(await page.evaluate(() => window.device.report().encrypted), true);
    // An encrypted history stays encrypted, whatever the next page's options.
    same(await look(await tab(granted)), { ...healthy, ids: ['sku-3', 'sku-1', 'sku-2'] });
  }));

test('what is granted later is encrypted, too, and denying deletes the key', () =>
  inProfile(async (tab) => {
    const page = await tab({ encrypt: true });
    await record(page, 'sku-1');
    await page.evaluate(() => window.device.consent.grant());
    same(await look(page), { ...healthy, ids: ['sku-1'] });
    const { stored, hasKey } = await kept(page);
    same([typeof stored, hasKey], ['object', true]);
    same((await look(await tab({ encrypt: true }))).ids, ['sku-1']);
    await page.evaluate(() => window.device.consent.deny());
    const after = await kept(page);
    same([JSON.parse(after.stored).consent, after.hasKey], ['denied', false]);
    same((await look(await tab(encrypted))).consent, 'denied');
  }));

test('two tabs that encrypt at once lose nothing', () =>
  inProfile(async (tab) => {
    const pages = [await tab(encrypted), await tab(encrypted)];
    await Promise.all(
      pages.map((page, number) =>
        page.evaluate(async (of) => {
          for (let at = 0; at < 20; at++) await window.device.record({ item: `${of} ${at}` });
        }, number),
      ),
    );
    const { ids, ...others } = await look(await tab(encrypted));
    same(others, healthy);
    same(ids.length, 40);
  }));

test('a lost or a wrong key empties the history and says so', () =>
  inProfile(async (tab) => {
    for (const damage of ['lost', 'wrong']) {
      const page = await tab(encrypted);
      await record(page, 'a');
      await page.evaluate(async (how) => {
        const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
          'encrypt',
          'decrypt',
        ]);
        await window.database((store) =>
          how === 'lost' ? store.delete('key') : store.put({ id: 'other', key }, 'key'),
        );
      }, damage);
      const next = await tab(encrypted);
      const { problem, ...others } = await look(next);
      same(others, { storage: 'indexeddb', consent: 'granted', ids: [] });
      assert.match(problem, /key of the encrypted history is lost or wrong/);
      await record(next, 'b');
      const last = await tab(encrypted);
      same(await look(last), { ...healthy, ids: ['b'] });
      await last.evaluate(() => window.device.history.forget());
      same((await kept(last)).hasKey, false);
    }
  }));

test('an encrypted history goes nowhere else when IndexedDB fails', () =>
  inProfile(
    async (tab) => {
      const page = await tab(encrypted);
      await record(page, 'a');
      const { problem, ...others } = await look(page);
      same(others, { storage: 'memory', consent: 'granted', ids: ['a'] });
      assert.match(problem, /indexeddb is absent/);
      same(await page.evaluate(() => localStorage.length), 0);
    },
    { init: () => Object.defineProperty(window, 'indexedDB', { value: undefined }) },
  ));

test('requests during a watch are reported, and ranking and storing make none', () =>
  inProfile(
    async (tab) => {
      const page = await tab(granted);
      const quiet = await page.evaluate(async () => {
        const { assertNoNetwork } = await import('/network.js');
        const end = assertNoNetwork();
        await window.device.record({ item: 'a' });
        window.device.recordImpression(['b']);
        window.device.ranking(Date.now());
        await window.device.history.clear();
        end();
        return true;
      });
      assert.ok(quiet);
      const message = await page.evaluate(async () => {
        const { assertNoNetwork } = await import('/network.js');
        const end = assertNoNetwork((url) => url.endsWith('/allowed'));
        await fetch('/allowed');
        await fetch('/fetched');
        const request = new XMLHttpRequest();
        request.open('GET', '/asked');
        navigator.sendBeacon('/sent');
        try {
          new WebSocket('ws://127.0.0.1:1/socket');
        } catch {}
        const image = new Image();
        image.src = '/image';
        await new Promise((resolve) => {
          image.onerror = resolve;
        });
        try {
          end();
        } catch (error) {
          return `${error.code} ${error.message}`;
        }
        await fetch('/after');
      });
      for (const part of ['network-used', '/fetched', '/asked', '/sent', '/socket', '/image']) {
        assert.ok(message.includes(part), `${part} in ${message}`);
      }
      assert.doesNotMatch(message, /allowed|after/);
    },
    // The browser reports the missing file and the missing socket.
    { complains: true },
  ));

test('a policy that forbids all connections stops nothing', () =>
  inProfile(
    async (tab) => {
      const page = await tab(granted);
      const refused = await page.evaluate(() => {
        const policy = document.createElement('meta');
        policy.httpEquiv = 'Content-Security-Policy';
        policy.content = "connect-src 'none'";
        document.head.append(policy);
        return fetch('/').then(
          () => false,
          () => true,
        );
      });
      assert.ok(refused);
      await record(page, 'a');
      same(await look(page), { ...healthy, ids: ['a'] });
    },
    // The browser names the policy.
    { complains: true },
  ));

test('what storing costs', (t) =>
  inProfile(async (tab) => {
    for (const encrypt of [false, true]) {
      for (const events of [200, 1000]) {
        const name = `${events} ${encrypt}`;
        const page = await tab({ ...granted, encrypt, historyName: name, historyLimit: events });
        const times = await page.evaluate(async (num) => {
          const now = Date.now();
          await window.device.history.import(
            JSON.stringify({
              format: 'vicino-history',
              events: Array.from({ length: num }, (_, at) => ({
                item: `sku-${1e6 + at}`,
                kind: 'view',
                at: now - at * 10_000,
              })),
            }),
          );
          const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
          const stores = [];
          const shows = [];
          const ids = Array.from({ length: 50 }, (_, at) => `sku-${at}`);
          for (let round = 0; round < 30; round++) {
            let start = performance.now();
            await window.device.record({ item: `new ${round}` });
            stores.push(performance.now() - start);
            start = performance.now();
            window.device.recordImpression(ids, { rail: 'home' });
            shows.push(performance.now() - start);
          }
          return { stores: median(stores), shows: median(shows) };
        }, events);
        const opened = await page.evaluate(async () => {
          const times = [];
          for (let round = 0; round < 15; round++) {
            const start = performance.now();
            await window.open_();
            times.push(performance.now() - start);
            window.device.close();
          }
          return times.sort((a, b) => a - b)[7];
        });
        t.diagnostic(
          `${events} events, encrypt ${encrypt}: open ${opened.toFixed(1)} ms, record until stored ${times.stores.toFixed(1)} ms, recordImpression of 50 ${times.shows.toFixed(2)} ms (medians)`,
        );
      }
    }
  }));
