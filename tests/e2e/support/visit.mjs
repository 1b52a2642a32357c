// A visit to the shop in a real browser, with its console and its requests recorded.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../../../scripts/lib.mjs';
import { serve } from './server.mjs';

let browser;

/** Starts the browser once. */
export async function startBrowser() {
  browser = await chromium.launch({ executablePath: chromePath(), args: chromeArgs });
}

export const stopBrowser = () => browser?.close();

/**
 * Serves `dist`, opens a page on it, runs `body`, and then asserts that the
 * console stayed empty (but for what `mayLog` matches) and that nothing was asked
 * of another server.
 * `settings` are switches as a shopper left them; by default items that were shown do not sink, so that lists can be
 * compared.
 * @typedef {(v: object) => unknown} Step
 * @param {{ dist: string, mayLog?: RegExp, before?: Step, context?: object, settings?: object }} options
 */
export async function visit(
  { dist, mayLog, before, context: contextOptions, settings = { fatigue: 0 } },
  body,
) {
  const server = await serve(dist);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    ...contextOptions,
  });
  context.setDefaultTimeout(20_000);
  await context.addInitScript((left) => {
    try {
      const name = 'vicino-demo-settings';
      if (!localStorage.getItem(name)) localStorage.setItem(name, JSON.stringify(left));
    } catch {}
  }, settings);
  const logged = [];
  const foreign = [];
  context.on('page', (page) => {
    page.on('console', (message) => logged.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => logged.push(`thrown: ${error}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== server.url)
        foreign.push(request.url());
    });
  });
  try {
    await before?.({ context, server });
    const page = await context.newPage();
    await page.goto(`${server.url}/`);
    await body({ page, context, server });
    assert.deepEqual(
      logged.filter((line) => !mayLog?.test(line)),
      [],
      'the console is empty',
    );
    assert.deepEqual(foreign, [], 'no request leaves the origin');
  } finally {
    await context.close();
    await server.close();
  }
}

/** Waits until the model has loaded and counting has begun; with `remembers`, the shopper agrees. */
export async function ready(page, { remembers = false } = {}) {
  await page.locator('.requests b').waitFor();
  await page.locator('.rail[data-rail="trending"] .card[data-id]').first().waitFor();
  if (!remembers) return;
  await page.click('#consent-yes');
  await page.locator('#consent').waitFor({ state: 'hidden' });
}

/** Waits until the rails below are drawn, too. */
export const drawn = (page) => page.locator('#main:not([data-drawing])').waitFor();

/** Ids in a rail, in order; none if it is not shown. */
export async function railIds(page, name) {
  await drawn(page);
  return page
    .locator(`.rail[data-rail="${name}"]:not([hidden]) .card[data-id]`)
    .evaluateAll((cards) => cards.map((card) => card.dataset.id));
}

/** Title of a rail. */
export const titleOf = (page, name) =>
  page.locator(`.rail[data-rail="${name}"]:not([hidden]) h2`).innerText();

/** Ids of every rail that is shown, by name. */
export async function allIds(page) {
  await drawn(page);
  return page
    .locator('.rail:not([hidden])')
    .evaluateAll((rails) =>
      Object.fromEntries(
        rails.map((rail) => [
          rail.dataset.rail,
          [...rail.querySelectorAll('.card[data-id]')].map((card) => card.dataset.id),
        ]),
      ),
    );
}

/** Changes a switch of the open drawer. */
export async function turn(page, name, value) {
  const control = page.locator(`#set-${name}`);
  const kind = await control.evaluate((one) => (one.matches('select') ? 'select' : one.type));
  if (kind === 'select') await control.selectOption(String(value));
  else if (kind === 'checkbox') await control.setChecked(value);
  else await control.fill(String(value));
  await drawn(page);
}

/** Goes to an address within the shop, as a link would. */
export async function turnTo(page, hash) {
  await page.evaluate((to) => {
    if (location.hash === to) return undefined;
    // The page's own listener was added first: when this one is called, the page has switched.
    const turned = new Promise((resolve) => {
      addEventListener('hashchange', () => resolve(), { once: true });
    });
    location.hash = to;
    return turned;
  }, hash);
}

/** Time for which an opened product counts as looked at, in ms. */
export const LOOK_MS = 60_000;

/** Opens the nth product of the trending rail on the home page; returns its id. */
export async function openTrending(page, nth) {
  await turnTo(page, '#/');
  const card = page.locator('.rail[data-rail="trending"] .card[data-id]').nth(nth);
  const id = await card.getAttribute('data-id');
  await card.locator('h3 a').click();
  await page.locator(`.product[data-id="${id}"]`).waitFor();
  // How long one looks at it weighs in lists: for each as long, however fast the machine is.
  await page.evaluate((ms) => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + ms;
  }, LOOK_MS);
  return id;
}

export async function openPanel(page) {
  await page.click('#open-privacy');
  await page.locator('#settings[open] #history-size').waitFor();
}

/** Ids in the panel's history, newest first. */
export const historyIds = (page) =>
  page.locator('#history li').evaluateAll((rows) => rows.map((row) => row.dataset.item));
