// The service worker of docs/recipes.md as it is printed, in a real browser.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { closeBrowser, open } from './support/page.mjs';
import { MODEL, makeProject, snippet } from './support/project.mjs';

const NEWER_MODEL = 'tests/golden/2.0-complete.vicino';

let project;
before(() => {
  project = makeProject();
  project.write('sw.js', snippet('docs/recipes.md', '## Service worker', 'js'));
  project.write('index.html', '<!doctype html><link rel="icon" href="data:,">');
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

/** Writes a model under the name that `vicino manifest` gives it; returns the name. */
function publish(base, file) {
  const bytes = readFileSync(join(root, file));
  const digits = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const name = `${base}.${digits}.vicino`;
  project.write(name, bytes);
  return name;
}

/** Opens a page that the service worker has taken over; `asked` are the models that the server was asked for. */
async function visit(use, answer = () => false) {
  const asked = [];
  const { page, close } = await open(project.folder, {
    answer(path, response) {
      if (path.endsWith('.vicino')) asked.push(path.slice(1));
      return answer(path, response);
    },
  });
  const load = (name) =>
    page.evaluate(async (name) => {
      const { Recommender } = await import('/node_modules/vicino/dist/index.js');
      return Recommender.load(`/${name}`).then(
        ({ model }) => model.numItems,
        ({ code }) => code,
      );
    }, name);
  /** Waits until the cache holds these, since keeping goes on after the answer. */
  const kept = (...names) =>
    page.evaluate(async (names) => {
      for (;;) {
        const cache = await caches.open('models');
        const found = (await cache.keys()).map(({ url }) => new URL(url).pathname.slice(1));
        if (JSON.stringify(found.sort()) === JSON.stringify(names)) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }, names.sort());
  try {
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/sw.js');
      await navigator.serviceWorker.ready;
    });
    // It takes over the pages that are opened from now on.
    await page.reload();
    assert.equal(await page.evaluate(() => !!navigator.serviceWorker.controller), true);
    await use({ page, load, kept, asked });
  } finally {
    await close();
  }
}

test('a model is asked for once, and loads without a server', async () => {
  const name = publish('shop', MODEL);
  let isDown = false;
  await visit(
    async ({ load, kept, asked }) => {
      assert.equal(await load(name), 12);
      await kept(name);
      isDown = true;
      assert.equal(await load(name), 12);
      assert.deepEqual(asked, [name]);
    },
    (path, response) => isDown && path.endsWith('.vicino') && !!response.destroy(),
  );
});

test('two languages keep a model each, and a newer one replaces the older one of its own language', async () => {
  const [de, fr] = [publish('models/de', MODEL), publish('models/fr', MODEL)];
  const newer = publish('models/de', NEWER_MODEL);
  await visit(async ({ load, kept, asked }) => {
    for (const name of [de, fr, de, fr]) {
      assert.equal(await load(name), 12);
      if (name === fr) await kept(de, fr);
    }
    assert.deepEqual(asked, [de, fr]);
    assert.notEqual(await load(newer), 12);
    await kept(fr, newer);
    await load(fr);
    await load(newer);
    assert.deepEqual(asked, [de, fr, newer]);
  });
});

test('a wrong answer with status 200 is passed on and not kept', async () => {
  const [name, other] = [publish('shop', MODEL), publish('other', MODEL)];
  let isWrong = true;
  await visit(
    async ({ load, kept, asked }) => {
      assert.equal(await load(name), 'not-a-model');
      // Once a later one is kept, the wrong one would be, too.
      assert.equal(await load(other), 12);
      await kept(other);
      isWrong = false;
      assert.equal(await load(name), 12);
      await kept(name, other);
      assert.equal(await load(name), 12);
      assert.deepEqual(asked, [name, other, name]);
    },
    (path, response) => {
      if (!isWrong || path !== `/${name}`) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>log in');
      return true;
    },
  );
});

test('what is no model, and what a page wants past every cache, goes to the server', async () => {
  const name = publish('shop', MODEL);
  project.write('plain.vicino', readFileSync(join(root, MODEL)));
  await visit(async ({ page, load, kept, asked }) => {
    assert.equal(await load('plain.vicino'), 12);
    assert.equal(await load(name), 12);
    await kept(name);
    const status = await page.evaluate(
      async (name) => (await fetch(`/${name}`, { cache: 'reload' })).status,
      name,
    );
    assert.equal(status, 200);
    assert.deepEqual(asked, ['plain.vicino', name, name]);
    const missing = await load('gone.0123456789abcdef.vicino');
    assert.equal(missing, 'http');
    await kept(name);
  });
});

test('`vicino/delivery` gets past a service worker that answers wrongly', async () => {
  // A worker of another kind, which keeps everything.
  project.write(
    'greedy.js',
    `self.addEventListener('fetch', (event) => {
       const { request } = event;
       if (!request.url.endsWith('.vicino') || request.cache === 'reload') return;
       event.respondWith(new Response('wrong'));
     });`,
  );
  const name = publish('shop', MODEL);
  const bytes = readFileSync(join(root, MODEL));
  const sha256 = `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
  const model = { url: name, bytes: bytes.length, sha256 };
  project.write('manifest.json', JSON.stringify({ format: 'vicino-manifest', version: 1, model }));
  const { page, console, close } = await open(project.folder);
  try {
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/greedy.js');
      await navigator.serviceWorker.ready;
    });
    await page.reload();
    const numItems = await page.evaluate(async () => {
      const { loadManifest } = await import('/node_modules/vicino/dist/delivery.js');
      return (await loadManifest('/manifest.json')).model.numItems;
    });
    assert.equal(numItems, 12);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});
