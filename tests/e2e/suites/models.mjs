import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ready, visit } from '../support/visit.mjs';

const lookInto = (shop, body, options = {}) =>
  visit({ ...shop(), ...options }, async (visited) => {
    await visited.page.goto(`${visited.server.url}/eda/model/`);
    await body(visited);
  });

export function models(shop) {
  const model = () => readFileSync(join(shop().dist, 'shop.vicino'));

  test('the footer leads to what is in the model', () =>
    visit(shop(), async ({ page, server }) => {
      await ready(page);
      await page.locator('#footer a', { hasText: 'in the file that ranks' }).click();
      await page.locator('#plot-sections svg').waitFor();
      assert.equal(page.url(), `${server.url}/eda/model/`);
    }));

  test('the demo’s model shows sections, privacy, measurements, hyperparameters and a map', () =>
    lookInto(shop, async ({ page }) => {
      await page.locator('#plot-map svg').last().waitFor();
      const sections = await page
        .locator('#plot-sections svg g[aria-label="y-axis tick label"] text')
        .allInnerTexts();
      assert.ok(sections.length > 0 || (await page.locator('#plot-sections rect').count()) > 4);
      assert.ok((await page.locator('#plot-map g[aria-label="dot"] path').count()) > 20);
      const text = await page.locator('#content').innerText();
      assert.match(text, /counts from \d+ distinct shoppers/);
      assert.match(text, /weight of a purchase/);
      assert.match(text, new RegExp(`${(model().length / 1000).toFixed(1)} kB`));
    }));

  test('an item is found by keyboard and shows its neighbours with weights and reasons', () =>
    lookInto(shop, async ({ page }) => {
      await page.locator('.weights li').first().waitFor();
      await page.focus('#item');
      await page.keyboard.type('beef');
      await page
        .locator('#found-count', { hasText: '11 items found' })
        .waitFor({ state: 'attached' });
      await page.waitForFunction(() =>
        [...document.querySelectorAll('#found button')].every((one) => /beef/i.test(one.innerText)),
      );
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const chosen = await page.evaluate(() => document.activeElement.querySelector('b').innerText);
      await page.keyboard.press('Enter');
      await page.locator('#neighbours h3', { hasText: chosen }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H3');
      const lists = await page.locator('#neighbours h4').allInnerTexts();
      assert.deepEqual(lists, ['Viewed next', 'Bought together']);
      const rows = page.locator('#neighbours section').first().locator('li');
      const details = await rows.locator('.detail').allInnerTexts();
      const weights = details.filter((text) => /^[\d.]/.test(text)).map(Number.parseFloat);
      assert.ok(weights.length > 2, `${weights.length} neighbours`);
      assert.deepEqual(
        weights,
        [...weights].sort((a, b) => b - a),
        'the heaviest first',
      );
      assert.match(details.join(), /in the file/);
    }));

  test('a model of one’s own is opened, and one that is none is refused', () =>
    lookInto(shop, async ({ page }) => {
      await page.locator('#plot-sections svg').waitFor();
      const choose = (name, buffer) => page.setInputFiles('#file', { name, mimeType: '', buffer });
      for (const [name, bytes, message] of [
        ['log.vicino', Buffer.from('session_id,item_id\n1,a\n'), /not a vicino model/],
        ['page.vicino', Buffer.from('<!doctype html><title>404</title>'), /not a vicino model/],
        ['cut.vicino', model().subarray(0, 900), /its end is missing; download it again/],
        ['empty.vicino', Buffer.alloc(0), /the model is empty/],
      ]) {
        await choose(name, bytes);
        const alert = page.locator('.pick [role="alert"]', { hasText: `${name} was not opened` });
        await alert.waitFor();
        assert.match(await alert.innerText(), message, name);
      }
      await choose('mine.vicino', model());
      await page.locator('h1', { hasText: 'What is in mine.vicino' }).waitFor();
      await page.locator('.weights li').first().waitFor();
      assert.equal(await page.locator('[role="alert"]').count(), 0);
    }));

  test('without the demo’s model the page says what to do, and opens files', () =>
    lookInto(
      shop,
      async ({ page }) => {
        const alert = page.locator('.pick [role="alert"]');
        await alert.waitFor();
        assert.match(await alert.innerText(), /HTTP 404[\s\S]*npm start/);
        await page.setInputFiles('#file', { name: 'mine.vicino', mimeType: '', buffer: model() });
        await page.locator('.weights li').first().waitFor();
      },
      {
        mayLog: /Failed to load resource|Failed to find a valid digest/,
        before: ({ server }) =>
          server.overrides.set('/shop.vicino', { status: 404, type: 'text/plain', body: 'none' }),
      },
    ));
}
