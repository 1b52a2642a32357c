import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, output, root } from '../support/fixture.mjs';
import { file } from '../support/logs.mjs';
import { ready, visit } from '../support/visit.mjs';

const REFUSED = /Content Security Policy|Refused to connect|violates/;
const PICTURE =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3Crect width='9' height='9'/%3E%3C/svg%3E";

/** The purchases that the demo of the tests learnt from, and a feed of their products with titles. */
function shopFiles() {
  const orders = readFileSync(join(output, 'transactions.csv'));
  const ids = readFileSync(join(output, 'products.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
  const rows = ids.map((id, at) => `${id},Thing ${id},Shelf ${at % 7},${at}.50,"${PICTURE}"`);
  const feed = ['id,title,category,price,image', ...rows].join('\n');
  return { orders: file('orders.csv', orders), feed: file('shop-products.csv', feed), ids };
}

/** The purchases of the first shoppers alone, for what does not depend on how many there are: no search takes long. */
function fewOrders() {
  const lines = readFileSync(join(output, 'transactions.csv'), 'utf8').split('\n');
  return lines.filter((line, at) => at === 0 || Number(line.split(',')[0]) <= 60).join('\n');
}

/** Opens the page and waits until it has all that it needs, and the copy for use without a network. */
const open = (shop, body, options = {}) =>
  visit({ ...shop(), ...options }, async (visited) => {
    const { page, server } = visited;
    await page.goto(`${server.url}/train/`);
    await page.locator('.proof.holds').waitFor();
    await page.locator('#offline-state[data-state="ready"]').waitFor();
    await body(visited);
  });

/** Everything that a page or its workers ask for from now on, by method and address. */
function watch(context) {
  const asked = [];
  context.on('request', (request) => {
    if (!request.url().startsWith('blob:')) asked.push(`${request.method()} ${request.url()}`);
  });
  return asked;
}

/** Requests, without those of the browser itself for a newer service worker. */
const served = (server) => server.requests.filter((path) => !path.endsWith('/sw.js'));

const LONG = { timeout: 120_000 };
const trained = (page) => page.locator('#model-title').waitFor(LONG);
const finished = (page) => page.locator('#form').waitFor(LONG);
const cards = (page, selector) =>
  page
    .locator(`${selector} .preview-card`)
    .evaluateAll((all) => all.map(({ dataset }) => dataset.id));

async function download(page, id) {
  const coming = page.waitForEvent('download');
  await page.click(id);
  const saved = await coming;
  return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) };
}

/** Runs the command that the page shows, natively, on the same files; returns the model. */
async function native(page, files) {
  const folder = join(output, 'native');
  mkdirSync(folder, { recursive: true });
  for (const { name, buffer } of files) writeFileSync(join(folder, name), buffer);
  const [npx, vicino, ...args] = (await page.locator('#command').innerText()).split(' ');
  assert.deepEqual([npx, vicino], ['npx', 'vicino']);
  execFileSync(command(), [...args, '--quiet'], { cwd: folder, stdio: 'ignore' });
  return readFileSync(join(folder, 'shop.vicino'));
}

/** Puts a saved page, its model and the package on a server, as the page says. */
function serveSnippet(server, snippet, model) {
  const octets = 'application/octet-stream';
  server.overrides.set('/rails.html', { status: 200, type: 'text/html', body: snippet });
  server.overrides.set('/shop.vicino', { status: 200, type: octets, body: model });
  const dist = join(root, 'js/dist');
  for (const name of readdirSync(dist).filter((file) => /\.(js|wasm)$/.test(file))) {
    const type = name.endsWith('.js') ? 'text/javascript' : 'application/wasm';
    const body = readFileSync(join(dist, name));
    server.overrides.set(`/node_modules/vicino/dist/${name}`, { status: 200, type, body });
  }
}

export function training(shop) {
  test('files that are dropped become a model, a verdict and rails, and nothing is asked of any server', () =>
    open(shop, async ({ page, context, server }) => {
      const { orders, feed, ids } = shopFiles();
      const asked = watch(context);
      const before = served(server).length;
      await page.evaluate(() => {
        globalThis.steps = [];
        const words = document.querySelector('#progress-words');
        new MutationObserver(() => globalThis.steps.push(words.textContent)).observe(words, {
          childList: true,
        });
      });
      assert.equal(await page.locator('#train').isDisabled(), true, 'there is no file yet');
      await page.evaluate(
        (files) => {
          const dataTransfer = new DataTransfer();
          for (const [name, text] of files) dataTransfer.items.add(new File([text], name));
          const options = { dataTransfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent('dragover', options));
          document.body.dispatchEvent(new DragEvent('drop', options));
        },
        [orders, feed].map(({ name, buffer }) => [name, String(buffer)]),
      );
      await page.locator('.files li').nth(1).waitFor();
      const roles = await page
        .locator('.files li')
        .evaluateAll((rows) =>
          rows.map((row) => [
            row.querySelector('b').textContent,
            row.querySelector('select').value,
          ]),
        );
      assert.deepEqual(roles, [
        ['orders.csv', 'log'],
        ['shop-products.csv', 'feed'],
      ]);
      await page.click('#train');
      await trained(page);
      assert.equal(
        await page.evaluate(() => document.activeElement.id),
        'model-title',
        'the model is announced',
      );

      await page.locator('#verdict .verdict').first().waitFor(LONG);
      for (const view of ['all_targets', 'discovery']) {
        const verdict = page.locator(`.verdict[data-view="${view}"]`);
        assert.match(await verdict.getAttribute('data-outcome'), /^(better|tie|worse)$/);
        assert.match(await verdict.innerText(), /vicino finds [\d.]+ %.*the best simple method/);
        assert.ok((await verdict.locator('tbody tr').count()) > 5, 'ours and the simple methods');
      }
      const steps = (await page.evaluate(() => globalThis.steps)).join('\n');
      for (const step of [/Reading events/, /tuning, \d+ %/, /Report: fitting the simple methods/i])
        assert.match(steps, step);

      const found = await page.locator('#found').innerText();
      assert.match(found, /product_id/, 'the columns that were found');
      assert.match(found, /Feed: title\s+title/);
      await page.locator('#found .drawing svg').first().waitFor();

      const popular = await cards(page, '#preview-found');
      assert.ok(popular.length > 6 && popular.every((id) => ids.includes(id)));
      const first = page.locator('#preview-found .preview-card').first();
      assert.match(
        await first.innerText(),
        new RegExp(`Thing ${popular[0]}[\\s\\S]*Shelf[\\s\\S]*\\.50`),
      );
      assert.equal(await first.locator('img').getAttribute('src'), PICTURE);
      await page.fill('#preview-search', `thing ${ids[3]}`);
      assert.deepEqual(await cards(page, '#preview-found'), [ids[3]]);
      await page.fill('#preview-search', '');
      const seen = [await cards(page, '#preview-rails')];
      for (const nth of [0, 3, 6]) {
        await page.locator('#preview-found .preview-card').nth(nth).click();
        await page
          .locator('#preview-path li')
          .nth(seen.length - 1)
          .waitFor();
        seen.push(await cards(page, '#preview-rails'));
      }
      assert.equal(new Set(seen.map(String)).size, 4, 'the rails change with each click');
      const rails = await page
        .locator('.preview-rail')
        .evaluateAll((all) => all.map(({ dataset }) => dataset.rail));
      assert.ok(rails.includes('for-you') && rails.includes('related'), String(rails));

      const model = await download(page, '#save-model');
      assert.equal(model.name, 'shop.vicino');
      const snippet = String((await download(page, '#save-snippet')).bytes);
      const [, example] = snippet.match(/list="related" item="([^"]*)"/);
      assert.ok(ids.includes(example));
      assert.match(snippet, new RegExp(`record\\(\\{ item: "${example}" \\}\\)`));
      await page.locator('#save-report:not([disabled])').waitFor(LONG);
      const report = String((await download(page, '#save-report')).bytes);
      assert.match(report, /^<!doctype html>/);
      assert.deepEqual(asked, [], 'no request of the page or its workers');
      assert.deepEqual(served(server).slice(before), [], 'no request reaches the server');
      const expected = await native(page, [orders, feed]);
      assert.ok(model.bytes.equals(expected), 'the bytes are those of the command');

      serveSnippet(server, snippet, model.bytes);
      await page.goto(`${server.url}/rails.html`);
      await page.locator('vicino-rail[list="related"][state="ready"] a').first().waitFor();
      const links = await page.locator('vicino-rail[list="related"] a').allInnerTexts();
      assert.ok(links.length > 0 && links.every((text) => /^Thing \d+$/.test(text)), String(links));
    }));

  test('neither the page nor its worker can connect once the trainer is loaded', () =>
    open(
      shop,
      async ({ page, context, server }) => {
        assert.match(await page.locator('#proof-state').innerText(), /connect-src 'none'/);
        await page.locator('.proof summary').click();
        await page.click('#try-sending');
        await page.locator('#try-answer', { hasText: 'The browser refused' }).waitFor();
        const before = served(server).length;
        const send = (url) =>
          fetch(url).then(
            () => 'sent',
            (error) => error.name,
          );
        assert.equal(await page.evaluate(send, `${server.url}/index.html`), 'TypeError');
        await page.setInputFiles('#files', file('orders.csv', fewOrders()));
        const coming = page.waitForEvent('worker', (worker) => worker.url().startsWith('blob:'));
        await page.click('#train');
        const worker = await coming;
        // The program is busy in its worker: one from the same place has the same policy.
        const answer = await page.evaluate(async (url) => {
          const script = `fetch(${JSON.stringify(url)}).then(() => postMessage('sent'), (error) => postMessage(error.name))`;
          const other = new Worker(URL.createObjectURL(new Blob([script])));
          return new Promise((resolve) => {
            other.onmessage = ({ data }) => resolve(data);
          });
        }, `${server.url}/index.html`);
        assert.equal(answer, 'TypeError');
        assert.match(worker.url(), /^blob:/);
        await trained(page);
        assert.deepEqual(served(server).slice(before), []);
        assert.equal(context.pages().length, 1);
      },
      { mayLog: REFUSED },
    ));

  test('pictures of the feed that are on a server are asked for only if one says so', () =>
    open(shop, async ({ page, server }) => {
      const { ids } = shopFiles();
      const orders = file('orders.csv', fewOrders());
      server.overrides.set('/picture.svg', {
        ...{ status: 200, type: 'image/svg+xml' },
        body: "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>",
      });
      const rows = ids.map((id) => `${id},Thing ${id},${server.url}/picture.svg?${id}`);
      const feed = file('feed.csv', ['id,title,image', ...rows].join('\n'));
      await page.setInputFiles('#files', [orders, feed]);
      await page.locator('.files li').nth(1).waitFor();
      const before = served(server).length;
      await page.check('#pictures');
      await page.click('#train');
      await trained(page);
      const picture = page.locator('#preview-found img').first();
      await picture.evaluate((image) => image.decode());
      assert.deepEqual([...new Set(served(server).slice(before))], ['/picture.svg']);
      const asked = served(server).length;
      await page.uncheck('#pictures');
      await page.click('#train');
      await page.locator('#preview', { hasText: 'Pictures of other servers' }).waitFor(LONG);
      assert.equal(await page.locator('#preview-found img').count(), 0);
      assert.equal(served(server).length, asked);
    }));

  test('what is no log is refused in the words of the command, and the next file is trained on', () =>
    open(shop, async ({ page }) => {
      await page.setInputFiles('#files', file('prices.csv', 'sku_code,cost\n1,2\n'));
      await page.click('#train');
      const alert = page.locator('#message [role="alert"]');
      await alert.waitFor();
      const text = await alert.innerText();
      assert.match(text, /no column for `\w+`[\s\S]*sku_code/);
      assert.match(text, /On this page, open “Options”/);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'train');
      await page.getByRole('button', { name: 'Remove prices.csv' }).click();
      await page.setInputFiles('#files', file('export.txt', fewOrders()));
      await page.click('#train');
      await trained(page);
      assert.equal(await alert.count(), 0);
      assert.match(await page.locator('#preview').innerText(), /ids alone/, 'there is no feed');
    }));

  test('columns can be named, and are part of the command', () =>
    open(shop, async ({ page }) => {
      const text = fewOrders().replace('household_id,basket_id,product_id', 'aaa,bbb,ccc');
      await page.setInputFiles('#files', file('odd.csv', text));
      await page.locator('.options summary').click();
      await page.fill('#columns', 'shopper=aaa, session=bbb, item=ccc');
      await page.click('#train');
      await trained(page);
      const shown = await page.locator('#command').innerText();
      assert.match(shown, /--column shopper=aaa --column session=bbb --column item=ccc/);
    }));

  test('a training is ended by Cancel, and a further search that is ended leaves the model', () =>
    open(shop, async ({ page }) => {
      const { orders } = shopFiles();
      await page.setInputFiles('#files', orders);
      await page.click('#train');
      await page.click('#cancel');
      await finished(page);
      assert.equal(await page.locator('#model-title').count(), 0);
      assert.equal(await page.locator('[role="alert"]').count(), 0);
      await page.click('#train');
      await page.locator('#tune-further').waitFor(LONG);
      const before = await download(page, '#save-model');
      await page.click('#tune-further');
      await page.locator('#progress-words', { hasText: /tuning/ }).waitFor(LONG);
      await page.click('#cancel');
      await finished(page);
      assert.ok((await download(page, '#save-model')).bytes.equals(before.bytes));
    }));

  test('a longer search makes the model of the command with the same flag', () =>
    open(shop, async ({ page }) => {
      const orders = file('orders.csv', fewOrders());
      await page.setInputFiles('#files', orders);
      await page.click('#train');
      await page.locator('#tune-further').waitFor(LONG);
      await page.click('#tune-further');
      await page.locator('#command', { hasText: '--tune thorough' }).waitFor(LONG);
      const { bytes } = await download(page, '#save-model');
      assert.ok(bytes.equals(await native(page, [orders])));
      await finished(page);
      assert.equal(await page.locator('#tune-further').count(), 0, 'there is no longer one');
    }));

  test('a log that memory cannot hold is refused before it is read, with how much it needs', () =>
    open(
      shop,
      async ({ page }) => {
        await page.setInputFiles('#files', file('long.csv', `a,b,c\n${'1,2,3\n'.repeat(400_000)}`));
        await page.click('#train');
        const alert = page.locator('#message [role="alert"]');
        await alert.waitFor();
        assert.match(
          await alert.innerText(),
          // 400,001 rows of 500 bytes and 64 MB; half of 0.25 GB.
          /about 400,000 events need some 0\.2 GB of memory, and a page may take 0\.1 GB here/,
        );
      },
      {
        before: ({ context }) =>
          context.addInitScript(() => {
            Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 0.25 });
          }),
      },
    ));

  test('a browser without the memory that the trainer needs is told so', () =>
    visit(
      {
        ...shop(),
        before: ({ context }) =>
          context.addInitScript(() => {
            WebAssembly.Memory = class {
              constructor() {
                throw new TypeError('no shared memory');
              }
            };
          }),
      },
      async ({ page, server }) => {
        await page.goto(`${server.url}/train/`);
        await page.locator('#message [role="alert"]', { hasText: 'cannot train' }).waitFor();
        await page.setInputFiles('#files', file('log.csv', 'a,b\n'));
        await page.locator('.files li').waitFor();
        assert.equal(await page.locator('#train').isDisabled(), true);
      },
    ));

  test('the page trains without a network after one visit', () =>
    open(shop, async ({ page, context, server }) => {
      const before = served(server).length;
      await context.setOffline(true);
      await page.reload();
      await page.locator('.proof.holds').waitFor();
      await page.setInputFiles('#files', file('orders.csv', fewOrders()));
      await page.click('#train');
      await trained(page);
      assert.deepEqual(served(server).slice(before), []);
    }));

  test('the shop leads here first, and downloads nothing of it', () =>
    visit(shop(), async ({ page, server }) => {
      await ready(page);
      const kept = readFileSync(join(shop().dist, 'sw.js'), 'utf8').match(/entries = .*/)[0];
      const ofTraining = /train|program-worker|\/vicino-[\w-]+\.wasm/;
      assert.doesNotMatch(kept, ofTraining);
      assert.deepEqual(
        server.requests.filter((path) => ofTraining.test(path)),
        [],
      );
      const link = page.locator('.hero-links > :first-child');
      assert.equal(await link.getAttribute('href'), './train/');
      await link.click();
      await page.locator('.proof.holds').waitFor();
    }));
}
