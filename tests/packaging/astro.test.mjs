// The recipe for a site that is built ahead, with Astro: rails are in the page before any script and stay in place.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { closeBrowser, open } from './support/page.mjs';
import { filesUnder, MODEL, makeProject, snippet } from './support/project.mjs';

let project;
let dist;
before(async () => {
  project = makeProject();
  project.link('astro');
  project.write(
    'src/pages/index.astro',
    snippet('docs/recipes.md', '## Rails in the page before any script', 'astro'),
  );
  const { Recommender } = await import(join(root, 'js/dist/node.js'));
  const shop = await Recommender.load(readFileSync(join(root, MODEL)));
  // As `vicino export --related` writes it.
  const lines = ['sku-0', 'sku-1'].map((id) => ({ id, related: shop.related(id, { k: 4 }) }));
  project.write('src/related.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  process.env.ASTRO_TELEMETRY_DISABLED = '1';
  const { build } = await import('astro');
  await build({ root: project.folder, logLevel: 'error' });
  dist = join(project.folder, 'dist');
  cpSync(join(root, MODEL), join(dist, 'shop.vicino'));
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

const cards = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.card')].map((card) => card.textContent.trim()),
  );

test('the built page has its rail without a script, and one wasm file', async () => {
  const { related } = JSON.parse(project.read('src/related.jsonl').split('\n')[1]);
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  for (const { id } of related) assert.ok(html.includes(`href="/p/${id}"`), id);
  assert.equal(filesUnder(dist).filter((name) => name.endsWith('.wasm')).length, 1);
});

test('when the model comes, the cards that are there stay the same elements and nothing shifts', async () => {
  const { page, console, close } = await open(dist);
  try {
    const before = await cards(page);
    const answer = await page.evaluate(async () => {
      const shifts = [];
      new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
        type: 'layout-shift',
        buffered: true,
      });
      const elements = [...document.querySelectorAll('.card')];
      const rail = document.querySelector('vicino-rail');
      const end = performance.now() + 10_000;
      while (performance.now() < end && rail.getAttribute('state') !== 'ready')
        await new Promise(requestAnimationFrame);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const now = [...document.querySelectorAll('.card')];
      return {
        kept: now.every((card, at) => card === elements[at]),
        num: now.length,
        shifts: shifts.length,
      };
    });
    assert.deepEqual(answer, { kept: true, num: 4, shifts: 0 });
    assert.deepEqual(await cards(page), before);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});
