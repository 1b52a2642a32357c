import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  drawn,
  historyIds,
  openPanel,
  openTrending,
  railIds,
  ready,
  titleOf,
  turnTo,
  visit,
} from '../support/visit.mjs';

/** Products of the history that weigh in the ranking, sorted. */
const sources = (page) =>
  page.evaluate(() => {
    const items = globalThis.recommender.forYou({ k: 1000, explain: true });
    return [...new Set(items.flatMap(({ reasons }) => reasons.map(({ id }) => id)))].sort();
  });

export function shopping(shop) {
  test('what is for you changes with what one opens, survives a reload, and can be forgotten', () =>
    visit(shop(), async ({ page, server }) => {
      await ready(page, { remembers: true });
      const popular = await railIds(page, 'for-you');
      assert.equal(popular.length, 14, 'popular products on a first visit');
      assert.equal(await titleOf(page, 'for-you'), 'Popular now');

      const lists = [];
      const opened = [];
      for (const nth of [0, 4, 8]) {
        opened.push(await openTrending(page, nth));
        await turnTo(page, '#/');
        lists.push(await railIds(page, 'for-you'));
      }
      assert.equal(new Set(opened).size, 3);
      assert.ok(
        lists.every((list) => list.length === 14),
        'a full rail after every product',
      );
      assert.equal(new Set([popular, ...lists].map(String)).size, 4, 'four different lists');
      assert.equal(await titleOf(page, 'for-you'), 'For you');
      assert.ok(
        opened.every((id) => !lists[2].includes(id)),
        'nothing that was already seen',
      );

      await page.reload();
      await ready(page);
      assert.deepEqual(await railIds(page, 'for-you'), lists[2], 'the same list after a reload');
      await openPanel(page);
      assert.deepEqual(await historyIds(page), [...opened].reverse(), 'newest first');
      assert.equal(await page.locator('#storage-used').innerText(), 'IndexedDB');

      // Whether the first places change depends on what the others weigh: what counts is where they come from.
      assert.deepEqual(await sources(page), [...opened].sort());
      await page.locator(`#history li[data-item="${opened[1]}"] button`).click();
      await page.waitForFunction(() => document.querySelectorAll('#history li').length === 2);
      assert.deepEqual(await historyIds(page), [opened[2], opened[0]]);
      assert.deepEqual(await sources(page), [opened[2], opened[0]].sort());
      await page.locator('[data-rail="for-you"] .lead', { hasText: 'the 2 products' }).waitFor();

      await page.click('#delete-all');
      assert.equal((await historyIds(page)).length, 2, 'the first click only asks');
      await page.click('#delete-all');
      await page.locator('p#history').waitFor();
      // What is on the page goes first: only then is it deleted from storage, too.
      await page.locator('#toast', { hasText: 'Your history is empty' }).waitFor();
      await page.reload();
      await ready(page);
      assert.deepEqual(await railIds(page, 'for-you'), popular, 'as on the first visit');
      await openPanel(page);
      assert.deepEqual(await historyIds(page), []);
      assert.equal(await page.locator('#network-count').innerText(), '0');
      assert.ok(server.requests.length > 0);
    }));

  test('a page says how long its ranking took', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      await openTrending(page, 0);
      const time = page.locator('.rail .time');
      assert.match(await time.innerText(), /^\d rows ranked on this device in (under )?[\d.]+ ms$/);
      assert.ok(Number(await time.getAttribute('data-ms')) >= 0);
      await drawn(page);
      const marks = await page.evaluate(
        () => performance.getEntriesByName('first-rail', 'mark').length,
      );
      assert.equal(marks, 1, 'the first rail of the visit is marked');
    }));

  test('search shows results while one types and leaves when it is emptied', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      await page.locator('#search').pressSequentially('shredded che');
      await page.locator('.grid .card').first().waitFor();
      const titles = await page.locator('.grid h3').allInnerTexts();
      assert.ok(
        titles.length > 0 && titles.every((title) => /shredded cheese/i.test(title)),
        String(titles),
      );
      assert.equal(
        await page.evaluate(() => document.activeElement.id),
        'search',
        'the box keeps the focus',
      );
      await page.fill('#search', 'no such thing');
      assert.match(await page.locator('main .empty').first().innerText(), /No product matches/);
      await page.fill('#search', '');
      await page.locator('.hero').waitFor();
    }));

  test('departments lead to categories, which hold only their own', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      await page.locator('.aisles a', { hasText: 'Dairy & eggs' }).click();
      await page.locator('.chips a', { hasText: 'Cheese' }).click();
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Cheese');
      const titles = await page.locator('.grid h3').allInnerTexts();
      assert.ok(titles.length > 0 && titles.every((title) => /cheese/i.test(title)));
      const trending = await page.locator('.rail[data-rail="trending"] h3').allInnerTexts();
      assert.ok(
        trending.length > 0 && trending.every((title) => /cheese/i.test(title)),
        String(trending),
      );
      await page.selectOption('.tools select', 'cheap');
      const prices = (await page.locator('.grid .price').allInnerTexts()).map((text) =>
        Number(text.slice(1)),
      );
      assert.deepEqual(
        prices,
        [...prices].sort((a, b) => a - b),
      );
    }));

  test('the cart is kept, names what goes with it, and its check-out is only remembered', () =>
    visit(shop(), async ({ page }) => {
      await ready(page, { remembers: true });
      const id = await openTrending(page, 1);
      await page.click('#add-to-cart');
      await page.click('#add-to-cart');
      await page.reload();
      await readyAtProduct(page);
      assert.match(await page.locator('.cart-link').getAttribute('aria-label'), /2 items/);
      await turnTo(page, '#/cart');
      const together = await railIds(page, 'together');
      assert.ok(together.length > 0 && !together.includes(id));
      await page.click('#check-out');
      assert.match(await page.locator('.cart .empty').innerText(), /empty/);
      await openPanel(page);
      await page.locator('#history .what span', { hasText: 'Bought' }).waitFor();
      assert.deepEqual(await historyIds(page), [id]);
      await page.keyboard.press('Escape');
      assert.ok((await railIds(page, 'buy-again')).includes(id), 'it can be bought again');
    }));

  test('an exported history can be imported again', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const opened = [await openTrending(page, 2), await openTrending(page, 5)];
      await openPanel(page);
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
      assert.equal(download.suggestedFilename(), 'vicino-history.json');
      const json = await readFile(await download.path(), 'utf8');
      for (const id of opened) assert.ok(json.includes(id), json);

      await page.click('#delete-all');
      await page.click('#delete-all');
      await page.locator('p#history').waitFor();
      const file = (text) => ({
        name: 'h.json',
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      });
      await page.setInputFiles('#import-file', file('no history'));
      await page.locator('#toast', { hasText: 'Not imported' }).waitFor();
      await page.setInputFiles('#import-file', file(json));
      await page.locator('ul#history').waitFor();
      assert.deepEqual(await historyIds(page), [...opened].reverse());
    }));

  test('two tabs agree', () =>
    visit(shop(), async ({ page, context, server }) => {
      await ready(page, { remembers: true });
      const other = await context.newPage();
      await other.goto(`${server.url}/`);
      await ready(other);
      const id = await openTrending(page, 0);
      await other.locator('.rail[data-rail="for-you"] h2', { hasText: 'For you' }).waitFor();
      await openPanel(other);
      assert.deepEqual(await historyIds(other), [id]);
      await other.click('#delete-all');
      await other.click('#delete-all');
      await page.waitForFunction(() => globalThis.recommender.history.list().length === 0);
      await turnTo(page, '#/');
      await page.locator('[data-rail="for-you"] h2', { hasText: 'Popular now' }).waitFor();
    }));

  test('the data and its caveat are named', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      assert.match(
        await page.locator('#footer').innerText(),
        /purchases are simulated[\s\S]*The Complete Journey/,
      );
      assert.match(await page.locator('.hero .caveat').innerText(), /simulated/);
    }));
}

/** A product page has no trending rail: wait for one that it has. */
const readyAtProduct = async (page) => {
  await page.locator('.requests b').waitFor();
  await page.locator('.rail[data-rail="related"] .card[data-id]').first().waitFor();
};
