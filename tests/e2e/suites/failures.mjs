import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { railIds, turnTo, visit } from '../support/visit.mjs';

export function failures(shop) {
  const model = () => readFileSync(join(shop().dist, 'shop.vicino'));
  const flipped = () => {
    const bytes = model();
    bytes[bytes.length >> 1] ^= 0x10;
    return bytes;
  };
  const octets = (body) => ({ status: 200, type: 'application/octet-stream', body });
  const cases = [
    [
      'is missing',
      () => ({ status: 404, type: 'text/plain', body: 'not found' }),
      /model file is missing[\s\S]*404[\s\S]*npm start/,
    ],
    [
      'is a web page',
      () => ({ status: 200, type: 'text/html', body: '<!doctype html><title>Shop</title>' }),
      /web page instead of the model[\s\S]*npm start/,
    ],
    [
      'is cut off',
      () => octets(model().subarray(0, 1000)),
      /model file is damaged[\s\S]*npm start/,
    ],
    ['has a flipped bit', () => octets(flipped()), /model file is damaged[\s\S]*npm start/],
    ['is empty', () => octets(Buffer.alloc(0)), /model file is damaged[\s\S]*npm start/],
  ];
  for (const [what, answer, message] of cases) {
    test(`a model that ${what} is named with what to do, and the shelves stay open`, () =>
      visit(
        {
          ...shop(),
          mayLog: /Failed to load resource|Failed to find a valid digest/,
          before: ({ server }) => server.overrides.set('/shop.vicino', answer()),
        },
        async ({ page, server }) => {
          const notice = page.locator('#notice [role="alert"]');
          await notice.waitFor();
          assert.match(await notice.innerText(), message);
          assert.deepEqual(await railIds(page, 'trending'), []);
          await turnTo(page, '#/aisle/dairy');
          assert.ok((await page.locator('.grid .card').count()) > 0);
          await turnTo(page, '#/');

          server.overrides.delete('/shop.vicino');
          await page.getByRole('button', { name: 'Try again' }).click();
          await page.locator('.rail[data-rail="trending"] .card[data-id]').first().waitFor();
          assert.equal(await notice.count(), 0, 'the message goes when it is mended');
        },
      ));
  }

  test('without a catalogue the page says what to do', () =>
    visit(
      {
        ...shop(),
        mayLog: /Failed to load resource/,
        before: ({ server }) =>
          server.overrides.set('/catalogue.json', { status: 404, type: 'text/plain', body: '' }),
      },
      async ({ page }) => {
        await page.locator('main [role="alert"]').waitFor();
        assert.match(
          await page.locator('main').innerText(),
          /no catalogue[\s\S]*404[\s\S]*npm start/,
        );
      },
    ));

  test('without a report its page says what to do', () =>
    visit(
      {
        ...shop(),
        // The last is the driver's own message about the worker that it blocks.
        mayLog: /Failed to load resource|blocked by Playwright/,
        context: { serviceWorkers: 'block' },
        before: ({ server }) =>
          server.overrides.set('/report.json', { status: 404, type: 'text/plain', body: '' }),
      },
      async ({ page, server }) => {
        await page.goto(`${server.url}/eda/`);
        await page.locator('main [role="alert"]').waitFor();
        assert.match(
          await page.locator('main').innerText(),
          /report is missing[\s\S]*404[\s\S]*npm start/,
        );
      },
    ));

  test('an address that leads nowhere says so', () =>
    visit(shop(), async ({ page }) => {
      await page.locator('.hero').waitFor();
      for (const hash of ['#/product/1', '#/aisle/moon', '#/aisle/dairy/moon', '#/x%']) {
        await turnTo(page, hash);
        assert.match(await page.locator('h1').innerText(), /Not found/, hash);
      }
    }));
}
