// Decoded models that stay on the device: used, checked, replaced, and done without.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath, root } from '../../scripts/lib.mjs';

const dist = `${root}/js/dist`;
const FILES = {
  '/': ['text/html', Buffer.from('<!doctype html><link rel="icon" href="data:,">')],
  '/vicino_bg.wasm': ['application/wasm', readFileSync(`${dist}/vicino_bg.wasm`)],
  // 60 items in the codec `graph`: `cargo run --example parity -- graph FILE` writes it.
  '/graph.vicino': ['application/octet-stream', readFileSync(`${root}/tests/web/graph.vicino`)],
  '/tiny.vicino': ['application/octet-stream', readFileSync(`${root}/tests/web/tiny.vicino`)],
};

for (const name of readdirSync(dist).filter((name) => name.endsWith('.js'))) {
  FILES[`/${name}`] = ['text/javascript', readFileSync(`${dist}/${name}`)];
}

let server;
let browser;
let address;

before(async () => {
  server = createServer((request, response) => {
    const [type, body] = FILES[request.url] ?? ['text/plain', undefined];
    response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body);
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

/** Opens the page in a profile of its own, and again for each visit. */
async function inProfile(use) {
  const context = await browser.newContext();
  const complaints = [];
  const visit = async (script, input) => {
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(address);
    try {
      return await page.evaluate(script, input);
    } finally {
      await page.close();
    }
  };
  try {
    await use(visit, context);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, []);
}

/** Loads a model, lists, waits until what is to be kept is written, and says how it was opened. */
async function load({ model = '/graph.vicino', options = {}, decide } = {}) {
  const { Recommender } = await import('/index.js');
  const recommender = await Recommender.load(model, { consent: 'granted', ...options });
  if (decide) await recommender.consent[decide]();
  const list = recommender.related('sku-5', { k: 5 });
  // Idle callbacks come in the order in which they were asked for.
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 6000 }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { opened: recommender.model.opened, list };
}

/** Gives what is kept to `change`, which is a text because it travels, and stores what that returns. */
async function change(body) {
  const result = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await result(indexedDB.open('vicino:kept', 1));
  const store = () => database.transaction('models', 'readwrite').objectStore('models');
  const pieces = await result(store().getAll());
  // biome-ignore lint/security/noGlobalEval: the test's own text
  const changed = eval(body)(pieces);
  await result(store().clear());
  for (const [at, piece] of changed.entries()) await result(store().put(piece, at));
  database.close();
  return pieces.length;
}

test('the second page takes what the first one kept, and lists the same', () =>
  inProfile(async (visit) => {
    const first = await visit(load);
    const second = await visit(load);
    assert.equal(first.opened, 'file');
    assert.equal(second.opened, 'kept');
    assert.equal(first.list.length, 5);
    assert.deepEqual(second.list, first.list);
  }));

test('a damaged image is refused and replaced', () =>
  inProfile(async (visit) => {
    const first = await visit(load);
    for (const damage of [
      '(pieces) => { pieces[1][pieces[1].length >> 1] ^= 4; return pieces; }',
      '(pieces) => pieces.slice(0, -1)',
      '(pieces) => pieces.map((piece) => piece.slice(0, -1))',
      '() => []',
      '() => [new Uint8Array(0)]',
      '(pieces) => pieces.with(1, new ArrayBuffer(100))',
      '(pieces) => pieces.with(0, "a text")',
    ]) {
      await visit(change, damage);
      const refused = await visit(load);
      assert.equal(refused.opened, 'file', damage);
      assert.deepEqual(refused.list, first.list);
      assert.equal((await visit(load)).opened, 'kept', damage);
    }
  }));

test('another model takes the place of what was kept', () =>
  inProfile(async (visit) => {
    await visit(load);
    await visit(change, '(pieces) => { pieces[0][0] ^= 1; return pieces; }');
    assert.equal((await visit(load)).opened, 'file');
    assert.equal((await visit(load)).opened, 'kept');
  }));

test('nothing is kept where the caller says so, and for a model that opens as quickly', () =>
  inProfile(async (visit) => {
    const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
    await visit(load, { options: { keep: false } });
    await visit(load, { options: { storage: 'memory' } });
    assert.ok(!(await visit(databases)).includes('vicino:kept'));
    await visit(load, { model: '/tiny.vicino' });
    assert.equal((await visit(load, { model: '/tiny.vicino' })).opened, 'file');
  }));

test('a model is kept once the shopper agrees, and removed when she no longer does', () =>
  inProfile(async (visit) => {
    const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
    const asked = { options: { consent: 'memory-only' } };
    await visit(load, asked);
    assert.deepEqual(await visit(databases), []);
    await visit(load, { ...asked, decide: 'grant' });
    assert.ok((await visit(databases)).includes('vicino:kept'));
    assert.equal((await visit(load, asked)).opened, 'kept');
    await visit(load, { ...asked, decide: 'deny' });
    assert.ok(!(await visit(databases)).includes('vicino:kept'));
    await visit(load, { options: { consent: 'memory-only', keep: true } });
    assert.ok((await visit(databases)).includes('vicino:kept'));
  }));

test('where nothing can be kept, models open all the same', () =>
  inProfile(async (visit, context) => {
    const full = () => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full, for the test', 'QuotaExceededError');
      };
    };
    await context.addInitScript(full);
    assert.equal((await visit(load)).opened, 'file');
    assert.equal((await visit(load)).opened, 'file');
    const absent = () => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
    };
    await context.addInitScript(absent);
    assert.equal((await visit(load)).list.length, 5);
  }));
