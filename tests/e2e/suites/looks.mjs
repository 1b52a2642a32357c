import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { small } from '../support/logs.mjs';
import { drawn, openTrending, ready, turnTo, visit } from '../support/visit.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const background = (page) =>
  page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const lightness = (colour) =>
  colour
    .match(/\d+/g)
    .slice(0, 3)
    .reduce((sum, part) => sum + Number(part), 0) / 3;

/** Calls `look` on every kind of page, the panel and the report included. */
async function everyPage({ page, server }, look) {
  await ready(page);
  const id = await openTrending(page, 0);
  await page.click('#add-to-cart');
  for (const hash of [
    '#/',
    '#/aisle/dairy',
    '#/aisle/dairy/cheese',
    `#/product/${id}`,
    '#/search/bread',
    '#/search/zzz',
    '#/cart',
    '#/lost',
  ]) {
    await turnTo(page, hash);
    await page.locator('main h1').waitFor();
    await drawn(page);
    await look(hash);
  }
  await turnTo(page, '#/');
  await drawn(page);
  await page.locator('.card .more').first().click();
  await look('the menu of a card');
  await page.keyboard.press('Escape');
  await page.click('#open-settings');
  await page.locator('#settings[open]').waitFor();
  await look('the drawer, lists');
  await page.click('#tab-privacy');
  await page.locator('#settings details summary').click();
  await look('the drawer, privacy');
  await page.click('#tab-counts');
  await page.locator('#metrics, #pane-counts .empty').waitFor();
  await look('the drawer, counts');
  await page.goto(`${server.url}/eda/`);
  await page.locator('#plot-session-length svg').waitFor();
  await look('the report');
  await page.setInputFiles('#file', small());
  await page.locator('h1', { hasText: 'What is in' }).waitFor();
  await page.locator('#plot-matrix svg').last().waitFor();
  await page.locator('details').evaluateAll((all) => {
    for (const details of all) details.open = true;
  });
  await look('an explored log');
  await page.goto(`${server.url}/eda/model/`);
  await page.locator('#plot-sections svg').waitFor();
  await page.locator('.weights li').first().waitFor();
  await look('a model');
  await page.goto(`${server.url}/train/`);
  await page.locator('.proof.holds').waitFor();
  await look('the page that trains');
  await page.click('#sample');
  await page.locator('#model-title').waitFor({ timeout: 120_000 });
  await page.locator('#verdict .verdict').first().waitFor({ timeout: 120_000 });
  await page.locator('#preview-found .preview-card').first().click();
  await page.locator('#preview-path li').waitFor();
  await page.locator('details').evaluateAll((all) => {
    for (const details of all) details.open = true;
  });
  await page.locator('#found .figures').last().locator('svg').last().waitFor();
  await look('a trained model');
}

export function looks(shop) {
  test('axe finds nothing to complain of, in light and in dark colours', () =>
    visit({ ...shop(), context: { reducedMotion: 'reduce' } }, ({ page, server }) =>
      everyPage({ page, server }, async (name) => {
        await page.evaluate(axe);
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          const violations = await page.evaluate(async () => {
            const { violations } = await globalThis.axe.run(document, {
              resultTypes: ['violations'],
            });
            return violations.map(
              ({ id, nodes }) =>
                `${id}: ${nodes
                  .slice(0, 3)
                  .map(({ html }) => html.slice(0, 160))
                  .join(' | ')}`,
            );
          });
          assert.deepEqual(violations, [], `${name}, ${colorScheme}`);
        }
        await page.emulateMedia({ colorScheme: 'light' });
      }),
    ));

  test('no page scrolls sideways on a phone of 360 pixels', () =>
    visit(
      {
        ...shop(),
        context: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
      },
      (visited) =>
        everyPage(visited, async (name) => {
          const [content, window_] = await visited.page.evaluate(() => [
            document.documentElement.scrollWidth,
            innerWidth,
          ]);
          assert.ok(
            content <= window_ && window_ === 360,
            `${name}: ${content} pixels in ${window_}`,
          );
        }),
    ));

  test('colours follow the device until one chooses, and the choice is kept', () =>
    visit({ ...shop(), context: { colorScheme: 'dark' } }, async ({ page, server }) => {
      await ready(page);
      assert.ok(lightness(await background(page)) < 60, 'dark at first');
      await page.click('#theme');
      assert.ok(lightness(await background(page)) > 200, 'light when chosen');
      await page.reload();
      await ready(page);
      assert.ok(lightness(await background(page)) > 200, 'light after a reload');
      await page.goto(`${server.url}/eda/`);
      await page.locator('#plot-popularity svg').waitFor();
      assert.ok(lightness(await background(page)) > 200, 'light in the report');
    }));

  test('nothing moves for those who asked for less motion', () =>
    visit({ ...shop(), context: { reducedMotion: 'reduce' } }, async ({ page }) => {
      await ready(page);
      const moving = await page.evaluate(
        () =>
          [...document.querySelectorAll('*')].filter((element) => {
            const { transitionDuration, animationName } = getComputedStyle(element);
            return transitionDuration !== '0s' || animationName !== 'none';
          }).length,
      );
      assert.equal(moving, 0);
    }));

  test('the whole way to a filled cart and an emptied history goes by keyboard', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const focused = () =>
        page.evaluate(
          () =>
            document.activeElement?.id ||
            document.activeElement?.className ||
            document.activeElement?.tagName,
        );
      const press = (key) => page.keyboard.press(key);
      await press('Tab');
      assert.equal(await focused(), 'skip');
      await press('Enter');
      assert.equal(await focused(), 'main');

      await page.focus('.logo');
      await press('Tab');
      assert.equal(await focused(), 'search');
      await page.keyboard.type('bread');
      await press('Enter');
      assert.equal(
        await page.evaluate(() => document.activeElement?.closest('.grid') !== null),
        true,
        'the first result',
      );
      await page.focus('.grid .card:not(.sold-out) h3 a');
      await press('Enter');
      await page.locator('.product').waitFor();
      assert.equal(
        await page.evaluate(() => document.activeElement?.tagName),
        'H1',
        'the new page is announced',
      );
      for (let i = 0; i < 6 && (await focused()) !== 'add-to-cart'; i++) await press('Tab');
      await press('Enter');
      assert.match(await page.locator('.cart-link').getAttribute('aria-label'), /1 item/);

      await page.focus('#open-privacy');
      await press('Enter');
      await page.locator('#settings[open]').waitFor();
      const inside = () =>
        page.evaluate(
          () =>
            document.activeElement === document.body ||
            document.activeElement?.closest('#settings') !== null,
        );
      assert.equal(await page.locator('#tab-privacy').getAttribute('aria-selected'), 'true');
      for (let i = 0; i < 12; i++) {
        await press('Tab');
        assert.ok(await inside(), 'the focus stays in the panel');
      }
      await page.focus('#delete-all');
      await press('Enter');
      await press('Enter');
      await page.locator('p#history').waitFor();
      await press('Escape');
      assert.equal(await page.locator('#settings[open]').count(), 0);
      assert.equal(await focused(), 'open-privacy', 'the focus goes back to where it was');

      await page.focus('#open-settings');
      await press('Enter');
      await page.focus('#tab-lists');
      await press('ArrowRight');
      assert.equal(await focused(), 'tab-privacy', 'arrows go from tab to tab');
      await press('ArrowLeft');
      await page.focus('#set-inStock');
      await press('Space');
      assert.ok(!(await page.locator('#code').innerText()).includes('inStock'));
      await press('Escape');
      assert.equal(await focused(), 'open-settings');
    }));

  test('the page on the sample data draws every figure of its exploration', () =>
    visit(shop(), async ({ page, server }) => {
      const log = JSON.parse(readFileSync(join(shop().dist, 'explored.json'), 'utf8'));
      await ready(page);
      await page.locator('#footer a', { hasText: 'data behind the rows' }).click();
      await page.locator('#plot-popularity svg').waitFor();
      assert.equal(page.url(), `${server.url}/eda/`);
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.plot')].every((plot) => plot.querySelector('svg')),
      );
      const drawn = await page
        .locator('#content .plot')
        .evaluateAll((plots) => plots.map(({ id }) => id.replace('plot-', '')));
      const expected = log.figures.map(({ id }) => id);
      assert.deepEqual(drawn, expected);
      for (const id of ['over-time', 'week', 'session-length', 'prices', 'popularity', 'matrix']) {
        assert.ok(expected.includes(id), `${id} of ${expected}`);
      }
      const numbers = await page.locator('.numbers dd').allInnerTexts();
      assert.equal(numbers[0], log.reading.num_rows.toLocaleString('en-US'));
      const tables = await page.locator('.tables').allInnerTexts();
      assert.match(tables.join(' '), /How it was read[\s\S]*product_id[\s\S]*Settings/);
    }));

  test('numbers fit their tiles at any width', () =>
    visit(shop(), async ({ page, server }) => {
      await page.goto(`${server.url}/eda/`);
      await page.locator('.numbers dd').first().waitFor();
      await page
        .locator('.numbers dd')
        .first()
        .evaluate((number) => {
          number.textContent = '155,368,000,000';
          number.style.setProperty('--letters', '15');
        });
      for (const width of [320, 390, 700, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const wide = await page
          .locator('.numbers dd')
          .evaluateAll((numbers) =>
            numbers
              .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
              .map(({ textContent }) => textContent),
          );
        assert.deepEqual(wide, [], `${width} pixels`);
      }
    }));
}
