// Nothing on a page moves by itself, and nothing holds it up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrending, ready, turnTo, visit } from '../support/visit.mjs';

/** Longest task that a person does not notice, in ms; longer ones are printed. */
const LONG_MS = 50;
/** Longest task that the tests accept, in ms, as machines that run tests are slow and busy. */
const MUCH_TOO_LONG_MS = 150;
const LOADS = 3;

/** Notes shifts that no input explains, and long tasks. */
const observe = ({ context }) =>
  context.addInitScript(() => {
    globalThis.shifts = [];
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput) globalThis.shifts.push(entry.value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.longTasks.push(entry.duration);
    }).observe({ type: 'longtask', buffered: true });
  });

/** Waits until requests are counted, which comes last, all rows are drawn and the browser has nothing left to do. */
async function settled(page) {
  const isDrawn = `document.querySelector('.requests b') && !document.querySelector('[data-drawing]')`;
  while (!(await page.evaluate(`Boolean(${isDrawn})`)))
    await new Promise((resolve) => setTimeout(resolve, 50));
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(resolve)));
      }),
  );
}

const shifted = (page) => page.evaluate('shifts.reduce((sum, value) => sum + value, 0)');
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/**
 * Turns pages without a locator, whose script would be a long task of its own; the longest task by the clock, as the
 * page observes it (0 for none above 50 ms), and the processor's time of the longest: on a busy machine a task waits,
 * too.
 */
async function longest(page, server) {
  const browser = page.context().browser();
  await browser.startTracing(page, {
    categories: ['toplevel', 'devtools.timeline', 'blink.user_timing'],
  });
  await page.goto(`${server.url}/?traced`);
  await settled(page);
  for (const hash of ['#/aisle/dairy', '#/search/bread', '#/cart', '#/']) {
    await page.evaluate(`location.hash = '${hash}'`);
    await settled(page);
  }
  const clock = await page.evaluate(
    'performance.mark("traced"), Math.round(Math.max(0, ...longTasks))',
  );
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const { pid, tid } = traceEvents.find(({ name }) => name === 'traced');
  const processor = traceEvents
    .filter((event) => event.pid === pid && event.tid === tid && event.name.endsWith('RunTask'))
    .map(({ tdur = 0 }) => Math.round(tdur / 1000));
  return { clock, processor: Math.max(...processor) };
}

export function calm(shop, name) {
  for (const [device, context] of [
    ['a desktop', {}],
    ['a phone', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
  ]) {
    test(`no layout shift on ${device}: ${name}`, (t) =>
      visit({ ...shop(), before: observe, context }, async ({ page }) => {
        await ready(page);
        const sums = { 'first visit': await shifted(page) };
        await page.click('#consent-yes');
        for (const nth of [0, 2]) await openTrending(page, nth);
        for (const hash of ['#/', '#/aisle/dairy', '#/search/zzz', '#/cart']) {
          await turnTo(page, hash);
          await settled(page);
          await page.reload();
          await settled(page);
          sums[hash] = await shifted(page);
        }
        t.diagnostic(JSON.stringify(sums));
        for (const [where, sum] of Object.entries(sums)) assert.ok(sum < 0.1, `${where}: ${sum}`);
      }));
  }

  test(`no task holds up a page that loads or turns: ${name}`, async (t) => {
    const found = [];
    for (let load = 0; load < LOADS; load++) {
      await visit({ ...shop(), before: observe }, async ({ page, server }) => {
        found.push(await longest(page, server));
      });
    }
    const figures = found.map(({ clock, processor }) => `${clock} (${processor})`).join(', ');
    const middle = median(found.map(({ processor }) => processor));
    t.diagnostic(
      `longest task of ${LOADS} loads, ms by the clock (of the processor): ${figures}; ${LONG_MS} ms ${middle <= LONG_MS ? 'kept' : 'not kept'}`,
    );
    assert.ok(middle <= MUCH_TOO_LONG_MS, figures);
  });
}
