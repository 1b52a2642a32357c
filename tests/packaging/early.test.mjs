// What a first list waits for, from the tarball as a static server has it: nothing in turn that can travel side by
// side.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../../scripts/lib.mjs';
import { makeProject, snippet } from './support/project.mjs';

const TYPES = { js: 'text/javascript', wasm: 'application/wasm', html: 'text/html' };
const RECIPE = snippet('docs/recipes.md', '## The first list as early as possible', 'html');
const ICON = '<!doctype html><link rel="icon" href="data:,">';
const SCRIPTS = ['/vicino/index.js', '/vicino/errors.js'];
const DATA = ['/shop.vicino', '/vicino/vicino_bg.wasm'];

let project;
let browser;
before(async () => {
  project = makeProject();
  const dist = join(project.folder, 'node_modules/vicino/dist');
  cpSync(dist, join(project.folder, 'vicino'), { recursive: true });
  browser = await chromium.launch({ executablePath: chromePath(), args: chromeArgs });
});
after(async () => {
  await browser?.close();
  project?.remove();
});

/**
 * Serves `html` and the package, but answers for none of the files of a step before all of them were asked for: where
 * one is asked for only after another has come, nothing is ever listed. Gives what the page says on its console, and
 * what was asked for.
 */
async function inSteps(html, steps) {
  const asked = new Set();
  let check = () => {};
  const server = createServer(async (request, response) => {
    const path = request.url;
    asked.add(path);
    check();
    const step = steps.find((files) => files.includes(path)) ?? [];
    while (!step.every((file) => asked.has(file))) {
      await new Promise((resolve) => {
        const before = check;
        check = () => {
          before();
          resolve();
        };
      });
    }
    const type =
      TYPES[path === '/' ? 'html' : path.split('.').at(-1)] ?? 'application/octet-stream';
    const body = path === '/' ? ICON + html : readFileSync(join(project.folder, path));
    response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const said = [];
    page.on('pageerror', (error) => said.push(error.message));
    const listed = page.waitForEvent('console', { timeout: 20_000 });
    await page.goto(`http://127.0.0.1:${server.address().port}/`, { waitUntil: 'commit' });
    said.push((await listed).text());
    return { said, asked };
  } finally {
    await context.close();
    server.closeAllConnections();
    server.close();
  }
}

test('with the lines of the recipe all that the first list needs is asked for at once', async () => {
  const { said, asked } = await inSteps(RECIPE, [[...SCRIPTS, ...DATA]]);
  assert.deepEqual(said, ['[Object, Object, Object, Object]']);
  assert.deepEqual([...asked].sort(), ['/', ...SCRIPTS, ...DATA].sort());
});

test('without them the model and the module are asked for side by side, and nothing else', async () => {
  const html = RECIPE.replaceAll(/<link .*>\n/g, '');
  const { said, asked } = await inSteps(html, [DATA]);
  assert.deepEqual(said, ['[Object, Object, Object, Object]']);
  assert.deepEqual([...asked].sort(), ['/', ...SCRIPTS, ...DATA].sort());
});

test('the file of an element’s model is asked for beside the script that opens it', async () => {
  const html = `<vicino-rail list="forYou" k="4" src="/shop.vicino"><template><p>{{id}}</p></template></vicino-rail>
    <script type="module">
      import '/vicino/element.js';
      const rail = document.querySelector('vicino-rail');
      new MutationObserver(() => {
        if (rail.getAttribute('state')) console.log(rail.getAttribute('state'));
      }).observe(rail, { attributes: true });
    </script>`;
  const { said } = await inSteps(html, [['/shop.vicino', '/vicino/index.js']]);
  assert.deepEqual(said, ['ready']);
});
