// Consent: the history is stored, or not, as the shopper decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  drawn,
  historyIds,
  openPanel,
  openTrending,
  ready,
  titleOf,
  turn,
  turnTo,
  visit,
} from '../support/visit.mjs';

/** Returns true if IndexedDB holds data of the shopper. */
const keeps = (page) =>
  page.evaluate(async () =>
    (await indexedDB.databases()).some(({ name }) => name === 'vicino-shop'),
  );

export function consent(shop) {
  test('without an answer the history lasts for the visit and leaves nothing behind', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const id = await openTrending(page, 0);
      await turnTo(page, '#/');
      assert.equal(await titleOf(page, 'for-you'), 'For you', 'the lists follow all the same');
      await openPanel(page);
      assert.deepEqual(await historyIds(page), [id]);
      assert.equal(await page.locator('#storage-used').innerText(), 'Memory');
      assert.equal(await page.locator('.warn').count(), 0);
      assert.equal(await keeps(page), false);
      await page.reload();
      await ready(page);
      assert.equal(await titleOf(page, 'for-you'), 'Popular now');
      await page.click('#consent-later');
      await page.locator('#consent').waitFor({ state: 'hidden' });
      await page.reload();
      await ready(page);
      assert.equal(await page.locator('#consent').isVisible(), false, 'not again in this visit');
    }));

  for (const width of [1280, 390, 320]) {
    test(`the question has answers of one look in one line, and covers nothing: ${width} pixels`, () =>
      visit({ ...shop(), context: { viewport: { width, height: 740 } } }, async ({ page }) => {
        await ready(page);
        const answers = await page.locator('.consent-buttons button').evaluateAll((buttons) =>
          buttons.map((button) => {
            const { top, width, height } = button.getBoundingClientRect();
            // Columns of a third of a line differ by parts of a pixel.
            const { backgroundColor, color, fontSize } = getComputedStyle(button);
            const fits = button.scrollWidth <= button.clientWidth;
            return {
              top,
              width: Math.round(width),
              height,
              backgroundColor,
              color,
              fontSize,
              fits,
            };
          }),
        );
        assert.equal(answers.length, 3);
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
        assert.ok(answers[0].fits && answers[0].height >= 40);
        await openTrending(page, 0);
        const add = page.locator('#add-to-cart');
        await add.scrollIntoViewIfNeeded();
        const isOnTop = await add.evaluate((button) => {
          const { left, top, width, height } = button.getBoundingClientRect();
          return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        });
        assert.ok(isOnTop && (await page.locator('#consent').isVisible()));
        await add.click();
      }));
  }

  test('after a no, no row says what one viewed', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const id = await openTrending(page, 0);
      await page.click('#consent-no');
      await page.locator('#consent').waitFor({ state: 'hidden' });
      await page.locator('#toast', { hasText: 'Nothing is remembered' }).waitFor();
      for (const hash of [`#/product/${id}`, '#/', '#/aisle/dairy', '#/cart']) {
        await turnTo(page, hash);
        await drawn(page);
        const words = await page.locator('main').innerText();
        assert.doesNotMatch(words, /because you (viewed|added|bought)|recently viewed/i, hash);
      }
      await turnTo(page, '#/');
      assert.match(
        await page.locator('[data-rail="for-you"] .lead').innerText(),
        /asked to remember nothing/,
      );
      await page.reload();
      await ready(page);
      assert.equal(await page.locator('#consent').isVisible(), false, 'it is not asked again');
      assert.equal(await titleOf(page, 'for-you'), 'Popular now');
    }));

  test('a yes keeps what there was and what is to come, and is not asked for again', () =>
    visit(shop(), async ({ page }) => {
      await ready(page);
      const before = await openTrending(page, 0);
      await page.click('#consent-yes');
      await page.locator('#consent').waitFor({ state: 'hidden' });
      const after = await openTrending(page, 3);
      await turnTo(page, '#/');
      await page.reload();
      await ready(page);
      assert.equal(await page.locator('#consent').isVisible(), false);
      await openPanel(page);
      assert.deepEqual(await historyIds(page), [after, before]);
      assert.equal(
        await page.locator('#consent-state').innerText(),
        'What you look at is remembered on this device.',
      );
    }));

  test('a no deletes what there was, and nothing is remembered until one grants it', () =>
    visit(shop(), async ({ page }) => {
      await ready(page, { remembers: true });
      await openTrending(page, 0);
      await openPanel(page);
      await page.click('#deny');
      await page.locator('#consent-state[data-state="denied"]').waitFor();
      await page.locator('#toast', { hasText: 'Nothing is remembered' }).waitFor();
      assert.deepEqual(await historyIds(page), []);
      await page.keyboard.press('Escape');
      await openTrending(page, 2);
      await page.reload();
      await page.locator('.requests b').waitFor();
      await openPanel(page);
      assert.deepEqual(await historyIds(page), []);
      assert.equal(await page.locator('#consent').isVisible(), false);
      await page.click('#grant');
      await page.locator('#consent-state[data-state="granted"]').waitFor();
      await page.keyboard.press('Escape');
      const id = await openTrending(page, 1);
      await page.reload();
      await page.locator('.requests b').waitFor();
      await openPanel(page);
      assert.deepEqual(await historyIds(page), [id]);
    }));

  test('Global Privacy Control is seen, named and kept to', () =>
    visit(
      {
        ...shop(),
        before: ({ context }) =>
          context.addInitScript(() => {
            Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true });
          }),
      },
      async ({ page }) => {
        await ready(page);
        assert.equal(await page.locator('#consent').isVisible(), false);
        await openPanel(page);
        assert.match(await page.locator('#gpc').innerText(), /sends Global Privacy Control, so/);
        assert.equal(await page.locator('#grant').isDisabled(), true);
      },
    ));

  test('an encrypted history is kept, and what is stored does not name products', () =>
    visit(shop(), async ({ page }) => {
      await ready(page, { remembers: true });
      const id = await openTrending(page, 0);
      await openPanel(page);
      await turn(page, 'encrypt', true);
      await page.locator('#encrypted', { hasText: 'yes' }).waitFor();
      assert.deepEqual(await historyIds(page), [id]);
      await page.reload();
      await page.locator('.requests b').waitFor();
      await openPanel(page);
      assert.equal(await page.locator('#encrypted').innerText(), 'yes');
      assert.deepEqual(await historyIds(page), [id]);
      const report = JSON.parse(await page.locator('#report').textContent());
      assert.deepEqual([report.consent, report.encrypted], ['granted', true]);
      // The page that was loaded again counts as another view, unless that took less than two seconds.
      assert.ok([1, 2].includes(report.events.view), `${report.events.view} views`);
      assert.equal(await page.locator('#network-count').innerText(), '0');
    }));
}
