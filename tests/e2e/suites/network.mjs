import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPanel, openTrending, railIds, ready, turnTo, visit } from '../support/visit.mjs';

export function network(shop) {
  test('nothing is asked of any server once the model has loaded', () =>
    visit(shop(), async ({ page, server }) => {
      const asked = [];
      await ready(page);
      page.on('request', (request) => {
        if (!request.url().startsWith('blob:')) asked.push(request.url());
      });
      // The browser itself may check for a new service worker; that request does not count.
      const before = served(server).length;
      const id = await openTrending(page, 0);
      await page.click('#add-to-cart');
      for (const hash of [
        '#/',
        '#/aisle/dairy',
        '#/aisle/dairy/milk',
        `#/product/${id}`,
        '#/search/bread',
        '#/cart',
      ]) {
        await turnTo(page, hash);
        await page.locator('main h1').waitFor();
      }
      await page.click('#theme');
      await openPanel(page);
      await page.click('#tab-counts');
      await page.waitForTimeout(300);
      assert.deepEqual(asked, []);
      assert.deepEqual(served(server).slice(before), []);
      await page.click('#tab-privacy');
      assert.equal(await page.locator('#network-count').innerText(), '0');
    }));

  test('the model and the module are asked for with the page, before any script has run', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const asked = await page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name, initiatorType }) => [new URL(name).pathname, initiatorType]),
      );
      for (const file of [/^\/shop\.vicino$/, /\/vicino_bg-[^/]*\.wasm$/, /^\/catalogue\.json$/]) {
        const requests = asked.filter(([path]) => file.test(path));
        assert.deepEqual(
          requests.map(([, initiator]) => initiator),
          ['link'],
          `${file}: once, by the page itself`,
        );
      }
    }));

  test('the documentation stands beside the shop, with links that lead somewhere', () =>
    visit(shop(), async ({ page, server }) => {
      await ready(page);
      await page.locator('#footer a', { hasText: 'Documentation' }).click();
      await page.locator('h1', { hasText: 'Vicino' }).waitFor();
      assert.equal(page.url(), `${server.url}/docs/`);
      const texts = new Map();
      const textAt = async (address, from) => {
        if (!texts.has(address)) {
          const answer = await fetch(address);
          assert.equal(answer.status, 200, `${address} in ${from}`);
          texts.set(address, await answer.text());
        }
        return texts.get(address);
      };
      const values = (html, name) =>
        Array.from(html.matchAll(new RegExp(`<(?:a|img) ${name}="([^"]*)"`, 'g')), ([, to]) => to);
      const pages = new Set([page.url()]);
      for (const at of pages) {
        const html = await textAt(at, 'the footer');
        for (const src of values(html, 'src')) await textAt(new URL(src, at).href, at);
        for (const href of values(html, 'href')) {
          const { origin, pathname, hash } = new URL(href, at);
          if (origin !== server.url || !pathname.startsWith('/docs/')) continue;
          const text = await textAt(`${origin}${pathname}`, at);
          const id = decodeURIComponent(hash.slice(1));
          assert.ok(id === '' || text.includes(`id="${id}"`), `${href} in ${at}`);
          pages.add(`${origin}${pathname}`);
        }
      }
      assert.ok(pages.size > 25, `${pages.size} pages`);
      await page.goto(`${server.url}/docs/docs/quick-start.html`);
      await page.locator('nav a', { hasText: 'Back to the shop' }).click();
      await ready(page);
      assert.equal(await page.locator('#footer a', { hasText: 'own products' }).count(), 1);
    }));

  test('a request that is made is counted, one answered from the offline copy is not', () =>
    visit({ ...shop(), mayLog: /404/ }, async ({ page }) => {
      await ready(page);
      await openPanel(page);
      await page.evaluate(() => fetch('./catalogue.json').then((response) => response.text()));
      await page.waitForTimeout(200);
      assert.equal(await page.locator('#network-count').innerText(), '0');
      await page.evaluate(() => fetch('./nothing-here').then((response) => response.text()));
      await page.waitForFunction(
        () => document.querySelector('#network-count')?.textContent === '1',
      );
      assert.match(await page.locator('.names').innerText(), /nothing-here/);
      assert.match(
        await page.locator('#open-privacy').getAttribute('aria-label'),
        /^1 request since this page loaded/,
      );
    }));

  test('the shop and its report open without a network after one visit', () =>
    visit(shop(), async ({ page, context, server }) => {
      await ready(page, { remembers: true });
      await openTrending(page, 3);
      await turnTo(page, '#/');
      const list = await railIds(page, 'for-you');
      const before = served(server).length;
      await context.setOffline(true);
      await page.reload();
      await ready(page);
      assert.deepEqual(await railIds(page, 'for-you'), list);
      await openTrending(page, 6);
      await page.goto(`${server.url}/eda/`);
      await page.locator('#plot-popularity svg').waitFor();
      assert.equal(served(server).length, before);
    }));

  test('the policy in the page forbids other servers', () =>
    visit({ ...shop(), mayLog: /Content Security Policy|Refused|violates/ }, async ({ page }) => {
      await ready(page);
      const answer = await page.evaluate(() =>
        fetch('http://127.0.0.1:9/').then(
          () => 'sent',
          (error) => error.name,
        ),
      );
      assert.equal(answer, 'TypeError');
      const policy = await page
        .locator('meta[http-equiv="Content-Security-Policy"]')
        .getAttribute('content');
      assert.match(policy, /default-src 'none'.*connect-src 'self'/);
    }));
}

const served = (server) => server.requests.filter((path) => path !== '/sw.js');
