// examples/train-at-build: sites of Vite and Astro that train their model when they are built, once for each log.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { madeUpLog } from '../../scripts/made-up-log.mjs';
import { PROGRAM } from './support/command.mjs';
import { closeBrowser, open } from './support/page.mjs';
import { filesUnder, makeProject } from './support/project.mjs';

const EXAMPLE = join(root, 'examples/train-at-build');
const projects = [];
const home = process.cwd();

before(() => {
  // The program of this machine; that of WebAssembly trains the same, which command.test.mjs knows.
  process.env.VICINO_BINARY = PROGRAM;
  process.env.ASTRO_TELEMETRY_DISABLED = '1';
});
after(async () => {
  process.chdir(home);
  await closeBrowser();
  for (const project of projects) project.remove();
});

/** A project with the files of an example, in whose folder this process is then. */
function site(name) {
  const project = makeProject();
  projects.push(project);
  project.link(name);
  cpSync(join(EXAMPLE, name), project.folder, { recursive: true });
  cpSync(join(EXAMPLE, 'model.js'), join(project.folder, 'model.js'));
  project.write('events.csv', madeUpLog());
  process.chdir(project.folder);
  return project;
}

const kept = () => readdirSync('node_modules/.cache/vicino').sort();
const cards = (page) =>
  page.evaluate(() => [...document.querySelectorAll('vicino-rail a')].map((a) => a.textContent));

/** The products that the rail of a built site lists in a browser, once the model is there. */
async function listed(dist) {
  const { page, console, close } = await open(dist);
  try {
    await page.waitForSelector('vicino-rail[state="ready"]', { state: 'attached' });
    assert.deepEqual(console, []);
    return await cards(page);
  } finally {
    await close();
  }
}

async function assertTrainedOnce(project, build) {
  await build();
  const dist = join(project.folder, 'dist');
  const [model] = kept();
  assert.deepEqual(
    readFileSync(join(dist, 'shop.vicino')),
    readFileSync(join('node_modules/.cache/vicino', model)),
  );
  assert.ok(!filesUnder(dist).some((name) => name.endsWith('.csv')));
  const ids = await listed(dist);
  assert.equal(ids.length, 4);

  // A program that is not there shows that the second build starts none.
  process.env.VICINO_BINARY = '/no/such/vicino';
  try {
    await build();
  } finally {
    process.env.VICINO_BINARY = PROGRAM;
  }
  assert.deepEqual(kept(), [model]);
  appendFileSync('events.csv', madeUpLog(50).split('\n').slice(1).join('\n'));
  await build();
  assert.equal(kept().length, 2);
  return ids;
}

test('Vite trains once for a log, and the page ranks with the model', async () => {
  const project = site('vite');
  const { build } = await import('vite');
  await assertTrainedOnce(project, () => build({ root: project.folder, logLevel: 'error' }));
});

test('Astro trains once for a log, and the page lists the same before and after its script', async () => {
  const project = site('astro');
  const { build } = await import('astro');
  let html;
  const ids = await assertTrainedOnce(project, async () => {
    await build({ root: project.folder, logLevel: 'error' });
    html ??= readFileSync('dist/index.html', 'utf8');
  });
  assert.deepEqual(
    [...html.matchAll(/data-vicino-id="([^"]+)"/g)].map(([, id]) => id),
    ids,
  );
});
