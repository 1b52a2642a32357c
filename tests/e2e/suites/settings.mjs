// Every switch of the drawer, and the code it shows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../scripts/lib.mjs';
import {
  allIds,
  drawn,
  LOOK_MS,
  openTrending,
  railIds,
  ready,
  turn,
  turnTo,
  visit,
} from '../support/visit.mjs';

/** Opens two products and the drawer at home. */
async function openDrawer(page) {
  await ready(page);
  for (const nth of [0, 5]) await openTrending(page, nth);
  await turnTo(page, '#/');
  await drawn(page);
  await page.click('#open-settings');
  await page.locator('#settings[open]').waitFor();
}

/** Runs the code on show; returns its lists, by the rail as the page names it. */
async function evaluated(page) {
  const code = await page.locator('#code').innerText();
  // By the devtools protocol, because the shop's own policy forbids it.
  const rails = await page.evaluate(
    `(() => { ${code}; return rails.map(({ name, items }) => [name, items.map(({ id }) => id)]); })()`,
  );
  let number = 0;
  return Object.fromEntries(
    rails
      .filter(([, ids]) => ids.length > 0)
      .map(([name, ids]) => [name === 'because' ? `because-${number++}` : name, ids]),
  );
}

const sorted = (rails) =>
  Object.fromEntries(
    Object.entries(rails)
      .filter(([, ids]) => ids.length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

async function assertCodeIsWhatIsShown(page, what) {
  assert.deepEqual(sorted(await allIds(page)), sorted(await evaluated(page)), what);
}

/** The catalogue's word on products. */
const products = (page, ids) =>
  page.evaluate((all) => all.map((id) => globalThis.recommender.catalog.get(id)), ids);

/** The products in the trending rail. */
const trending = async (page) => products(page, await railIds(page, 'trending'));

export function settings(shop) {
  test('no product is twice on a page, on any page', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const id = await openTrending(page, 0);
      await openTrending(page, 4);
      for (const hash of ['#/', `#/product/${id}`, '#/aisle/dairy', '#/search/zzz']) {
        await turnTo(page, hash);
        const ids = Object.values(await allIds(page)).flat();
        assert.ok(ids.length > 20, `${hash}: ${ids.length}`);
        assert.equal(new Set(ids).size, ids.length, hash);
      }
    }));

  test('the code on show gives the lists on show, whatever the switches', () =>
    visit(shop(), async ({ page }) => {
      await openDrawer(page);
      await assertCodeIsWhatIsShown(page, 'as it is at first');
      for (const [name, value] of [
        ['k', 6],
        ['diversity', 0.6],
        ['maxPerCategory', 3],
        ['explore', 0.5],
        ['seed', 7],
        ['excludePurchased', 'ever'],
        ['boost', 'frozen'],
        ['bury', 'fruit'],
        ['brand', 'others'],
        ['window', 'session'],
        ['trendDays', 30],
        ['maxPrice', 4.5],
        ['explain', false],
      ]) {
        await turn(page, name, value);
        const code = await page.locator('#code').innerText();
        const shown = {
          boost: 'boost: [',
          brand: 'not: {',
          explain: 'where: {',
          trendDays: 'days: 30',
          maxPrice: 'max: 4.5',
        };
        assert.ok(code.includes(shown[name] ?? `${name}: `), `${name} in ${code}`);
        await assertCodeIsWhatIsShown(page, name);
      }
      await page.keyboard.press('Escape');
      await turnTo(page, '#/aisle/dairy');
      await assertCodeIsWhatIsShown(page, 'on another page');
      await page.click('#open-settings');
      await page.click('#reset');
      assert.ok(!(await page.locator('#code').innerText()).includes('diversity'));
    }));

  test('switches change the lists as they say', () =>
    visit(shop(), async ({ page }) => {
      await openDrawer(page);
      const before = await railIds(page, 'trending');
      await turn(page, 'k', 5);
      assert.deepEqual(await railIds(page, 'for-you').then((ids) => ids.length), 5);
      await turn(page, 'k', 20);

      assert.ok((await trending(page)).every(({ inStock }) => inStock));
      await turn(page, 'inStock', false);
      await turn(page, 'k', 30);
      const anyStock = Object.values(await allIds(page)).flat();
      const soldOut = (await products(page, anyStock)).filter(({ inStock }) => !inStock);
      assert.ok(soldOut.length > 0, 'what is sold out comes back');
      assert.equal(
        await page.locator(`.rail .card[data-id="${soldOut[0].id}"] .stock`).innerText(),
        'Out of stock',
      );
      await turn(page, 'inStock', true);
      assert.ok((await trending(page)).every(({ inStock }) => inStock));

      await turn(page, 'k', 8);
      await turn(page, 'minPrice', 2);
      await turn(page, 'maxPrice', 4);
      const priced = await trending(page);
      assert.ok(priced.length > 0 && priced.every(({ price }) => price >= 2 && price <= 4));
      await turn(page, 'minPrice', '');
      await turn(page, 'maxPrice', '');

      await turn(page, 'only', 'dairy');
      assert.ok((await trending(page)).every(({ tags }) => tags.includes('dairy')));
      await turn(page, 'only', '');
      await turn(page, 'tag', 'store-brand');
      assert.ok((await trending(page)).every(({ brand }) => brand === 'Store brand'));
      await turn(page, 'tag', '');

      await turn(page, 'boost', 'pets');
      await turn(page, 'boostFactor', 5);
      const boosted = (await trending(page)).filter(({ tags }) => tags.includes('pets')).length;
      await turn(page, 'boost', '');
      const usual = (await trending(page)).filter(({ tags }) => tags.includes('pets')).length;
      assert.ok(boosted >= usual, `${boosted} boosted, ${usual} as usual`);
      await turn(page, 'bury', 'dairy');
      assert.ok((await trending(page)).every(({ tags }) => !tags.includes('dairy')));
      await turn(page, 'bury', '');

      await turn(page, 'explore', 1);
      const once = await railIds(page, 'trending');
      await turn(page, 'seed', 2);
      const twice = await railIds(page, 'trending');
      assert.notDeepEqual(once, twice, 'another seed, another list');
      await turn(page, 'seed', 1);
      assert.deepEqual(await railIds(page, 'trending'), once, 'the same seed, the same list');

      await page.click('#reset');
      await turn(page, 'fatigue', 0);
      assert.deepEqual(await railIds(page, 'trending'), before, 'all as it was');
    }));

  test('the menu of a card pins a product, and puts one away until one wants it again', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const choose = async (card, name) => {
        await card.hover();
        await card.locator('.more').click();
        await page.getByRole('menuitem', { name }).click();
        await drawn(page);
      };
      const cards = page.locator('.rail[data-rail="trending"] .card[data-id]');
      const [, , third, fourth] = await railIds(page, 'trending');
      const [first] = await railIds(page, 'for-you');
      await choose(cards.nth(2), 'Put first');
      assert.equal((await railIds(page, 'for-you'))[0], third, 'on top of the page');
      const top = page.locator('.rail[data-rail="for-you"] .card[data-id]').first();
      await choose(top, 'No longer put first');
      assert.equal((await railIds(page, 'for-you'))[0], first);

      await choose(cards.nth(3), 'Not interested');
      assert.ok(!(await railIds(page, 'trending')).includes(fourth));
      await page.click('#open-privacy');
      await page.locator(`#not-interested li[data-item="${fourth}"] button`).click();
      await page.keyboard.press('Escape');
      assert.ok((await railIds(page, 'trending')).includes(fourth));
    }));

  test('what is shown and ignored is counted by rail, and sinks', () =>
    visit({ ...shop(), settings: { fatigue: 1 } }, async ({ page }) => {
      await ready(page);
      const before = await railIds(page, 'trending');
      await page.locator('.rail[data-rail="trending"]').scrollIntoViewIfNeeded();
      const { impressions } = await until(page, async () => {
        const rows = await globalThis.recommender.metrics.counts();
        return rows.find(({ rail, impressions }) => rail === 'trending' && impressions >= 4);
      });
      assert.ok(impressions <= before.length, String(impressions));
      // As often as a shopper might come by.
      await page.evaluate(
        (ids) => {
          for (let time = 0; time < 8; time++) globalThis.recommender.recordImpression(ids);
        },
        before.slice(0, 3),
      );
      await turnTo(page, '#/aisle/dairy');
      await turnTo(page, '#/');
      assert.notDeepEqual((await railIds(page, 'trending')).slice(0, 3), before.slice(0, 3));

      await page.locator('.rail[data-rail="trending"] .card h3 a').first().click();
      await page.click('#add-to-cart');
      await page.click('#open-settings');
      await page.click('#tab-counts');
      await page.locator('#metrics').waitFor();
      const [shown, clicks, carts] = await page
        .locator('tr[data-metric="trending"] td')
        .allInnerTexts();
      assert.ok(Number(shown) >= 4);
      assert.deepEqual([clicks, carts], ['1', '1']);
    }));

  test('how long one looked at a product is remembered when one leaves it', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      await openTrending(page, 0);
      await turnTo(page, '#/');
      const [event, ...others] = await page.evaluate(() => globalThis.recommender.history.list());
      assert.deepEqual(others, []);
      assert.ok(event.dwellMs >= LOOK_MS && event.dwellMs < 2 * LOOK_MS, String(event.dwellMs));
    }));
}
