import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPanel, openTrending, railIds, ready, turnTo, visit } from '../support/visit.mjs';

/** The shop of the real sample data, where it has been built. */
export function sample(dist) {
  test('the shop of the sample data ranks 13,000 products without a request', () =>
    visit({ dist }, async ({ page }) => {
      await ready(page);
      for (const nth of [0, 3, 7]) await openTrending(page, nth);
      await turnTo(page, '#/');
      assert.equal((await railIds(page, 'for-you')).length, 14);
      await openPanel(page);
      assert.equal(await page.locator('#network-count').innerText(), '0');
    }));
}
