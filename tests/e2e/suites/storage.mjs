import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  historyIds,
  openPanel,
  openTrending,
  railIds,
  ready,
  turnTo,
  visit,
} from '../support/visit.mjs';

/** Makes a global throw as browsers do where a site may store nothing. */
const block =
  (name) =>
  ({ context }) =>
    context.addInitScript((property) => {
      Object.defineProperty(window, property, {
        get() {
          throw new DOMException('blocked for the test', 'SecurityError');
        },
      });
    }, name);

/**
 * Fills what the shop may store, before it opens: a browser remembers for half a minute how much room there was when it
 * last looked. The page that holds the quota down stays open.
 */
async function fill({ context, server }) {
  const blank = `${server.url}/blank`;
  await context.route(blank, (route) => route.fulfill({ contentType: 'text/html', body: '<p>' }));
  const page = await context.newPage();
  await page.goto(blank);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 1 });
  await page.evaluate(() => {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      for (let i = 0; i < 12; i++) {
        try {
          localStorage.setItem(`fill ${size} ${i}`, 'x'.repeat(size));
        } catch {
          break;
        }
      }
    }
  });
}

export function storage(shop) {
  test('where IndexedDB is blocked the history is in localStorage, and the panel says so', () =>
    visit({ ...shop(), before: block('indexedDB') }, async ({ page }) => {
      await ready(page, { remembers: true });
      const id = await openTrending(page, 0);
      await turnTo(page, '#/');
      await page.reload();
      await ready(page);
      await openPanel(page);
      assert.equal(await page.locator('#storage-used').innerText(), 'localStorage');
      assert.deepEqual(await historyIds(page), [id]);
    }));

  test('where nothing can be stored the history is in memory, and the page says so', () =>
    visit(
      {
        ...shop(),
        before: async (visited) => {
          await block('indexedDB')(visited);
          await block('localStorage')(visited);
        },
      },
      async ({ page }) => {
        await ready(page, { remembers: true });
        assert.match(await page.locator('#notice').innerText(), /memory only/);
        const id = await openTrending(page, 0);
        await openPanel(page);
        assert.equal(await page.locator('#storage-used').innerText(), 'Memory');
        assert.match(await page.locator('.warn').innerText(), /lost when this page closes/);
        assert.deepEqual(await historyIds(page), [id]);
        await page.keyboard.press('Escape');
        await turnTo(page, '#/');
        assert.ok((await railIds(page, 'for-you')).length > 0, 'ranking works all the same');
        await page.click('#theme');
      },
    ));

  test('where storage is full the shop goes on and says that it keeps nothing', () =>
    visit({ ...shop(), before: fill }, async ({ page }) => {
      await ready(page, { remembers: true });
      await openTrending(page, 0);
      await turnTo(page, '#/');
      assert.ok((await railIds(page, 'for-you')).length > 0, 'the list follows all the same');
      await openPanel(page);
      await page.locator('.warn').waitFor();
      assert.notEqual((await page.locator('.warn').innerText()).trim(), '');
    }));
}
