// The package's other entries as the documentation shows them, built by bundlers and run in a real browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root, until } from '../../scripts/lib.mjs';
import { viteBuild, webpackBuild } from './support/bundle.mjs';
import { closeBrowser, open as openPage, visit } from './support/page.mjs';
import { filesUnder, MODEL, makeProject, snippet } from './support/project.mjs';

const BINDINGS = 'docs/bindings.md';
const pages = join(root, 'tests/packaging/pages');

/** A model of 16 products, of which three have variants. */
const VARIANTS_MODEL = 'tests/golden/2.0-variants.vicino';

let project;
let built;
before(async () => {
  project = makeProject();
  for (const name of ['react', 'react-dom', 'vue', 'svelte', 'astro']) project.link(name);
  for (const name of readdirSync(pages)) {
    project.write(name, readFileSync(join(pages, name), 'utf8'));
  }
  project.write('App.jsx', snippet(BINDINGS, '## vicino/react', 'jsx'));
  project.write('App.vue', snippet(BINDINGS, '## vicino/vue', 'vue'));
  project.write('vue-main.js', `${snippet(BINDINGS, '## vicino/vue', 'js')}\nimport './list.js';`);
  project.write('App.svelte', snippet(BINDINGS, '## vicino/svelte', 'svelte'));
  project.write(
    'worker-main.js',
    `${snippet(BINDINGS, '## vicino/worker', 'js')}
     import { check } from './worker-probe.js';
     check(Recommender, shop, rail);`,
  );
  project.write(
    'datalayer-main.js',
    `(window.dataLayer = []).push({ event: 'view_item', ecommerce: { items: [{ item_id: 'sku-1' }] } });
     const { check } = await import('./datalayer-probe.js');
     const { shop, stop } = await import('./datalayer-snippet.js');
     check(shop, stop);`,
  );
  project.write(
    'datalayer-snippet.js',
    `${snippet(BINDINGS, '## vicino/datalayer', 'js')}\nexport { shop, stop };`,
  );
  const put = (text, what, instead) => {
    assert.ok(text.includes(what), text);
    return text.replace(what, () => instead);
  };
  const page = (body) => `<!doctype html><link rel="icon" href="data:,">${body}`;
  const app = (script, inside = '') =>
    page(`<div id="app">${inside}</div><script type="module" src="./${script}"></script>`);
  project.write('react.html', app('react-main.jsx'));
  project.write('hydrate.html', app('hydrate.jsx', await renderedOnServer()));
  project.write('vue.html', app('vue-main.js'));
  project.write('svelte.html', app('svelte-main.js'));
  project.write('worker.html', app('worker-main.js'));
  project.write('datalayer.html', app('datalayer-main.js'));
  const element = snippet(BINDINGS, '## vicino/element', 'html');
  const script = '<script type="module" src="./element-probe.js"></script>';
  project.write('element.html', page(element + script));
  const variants = put(element, 'src="/shop.vicino"', 'src="/variants.vicino"')
    .replace('list="related" item="sku-1"', 'list="trending"')
    .replace('k="4"', 'k="20"');
  const variantsScript = '<script type="module" src="./variants-probe.js"></script>';
  project.write('variants.html', page(variants + variantsScript));
  const names = ['react', 'hydrate', 'vue', 'svelte', 'worker', 'datalayer', 'element', 'variants'];
  for (const name of ['react', 'vue', 'svelte', 'element']) {
    const far = (html) => page(`<div style="height: 9000px"></div>${html}`);
    if (name === 'element') {
      project.write('far-element.html', far(element));
      project.write('eager-element.html', far(put(element, 'src=', 'loading="eager" src=')));
    } else {
      const [main, source] = {
        react: ['react-main.jsx', 'App.jsx'],
        vue: ['vue-main.js', 'vue-main.js'],
        svelte: ['svelte-main.js', 'App.svelte'],
      }[name];
      const [plain, now] = {
        react: ['<VicinoProvider', '<VicinoProvider lazy={false}'],
        vue: ['{ source:', '{ lazy: false, source:'],
        svelte: ['{ source:', '{ lazy: false, source:'],
      }[name];
      project.write(`eager-${source}`, put(project.read(source), plain, now));
      if (main !== source) {
        project.write(`eager-${main}`, put(project.read(main), `./${source}`, `./eager-${source}`));
      }
      const at = (script) =>
        far(`<div id="app"></div><script type="module" src="./${script}"></script>`);
      project.write(`far-${name}.html`, at(main));
      project.write(`eager-${name}.html`, at(`eager-${main}`));
    }
    names.push(`far-${name}`, `eager-${name}`);
  }
  built = await viteBuild(
    project.folder,
    names.map((name) => `${name}.html`),
    'vite',
  );
  cpSync(join(root, MODEL), join(built, 'shop.vicino'));
  cpSync(join(root, VARIANTS_MODEL), join(built, 'variants.vicino'));
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

/** The rail of `Hydrated.jsx` as a server renders it, with items that it has listed itself. */
async function renderedOnServer() {
  project.write(
    'server.jsx',
    `import { readFileSync, writeFileSync } from 'node:fs';
     import { renderToString } from 'react-dom/server';
     import { Recommender } from 'vicino';
     import Hydrated from './Hydrated.jsx';
     const shop = await Recommender.load(readFileSync('shop.vicino'));
     const initialItems = shop.related('sku-1', { k: 4 });
     writeFileSync('related.json', JSON.stringify(initialItems));
     console.log(renderToString(<Hydrated initialItems={initialItems} />));`,
  );
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(project.folder, 'server.jsx')],
    outfile: join(project.folder, 'server.js'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
  });
  return execFileSync(process.execPath, ['server.js'], { cwd: project.folder, encoding: 'utf8' });
}

const open = (name, options) => visit(built, { path: `/${name}.html`, ...options });

/** Returns the probe of a page; fails if the page failed. */
function fine({ probe, console }, expectedOnConsole = []) {
  assert.equal(probe.failed, undefined);
  assert.deepEqual(console, expectedOnConsole);
  return probe;
}

const related = () =>
  JSON.parse(readFileSync(join(project.folder, 'related.json'), 'utf8')).map(({ id }) => id);

test('one wasm file serves pages and workers', () => {
  const wasm = filesUnder(built).filter((name) => name.endsWith('.wasm'));
  assert.equal(wasm.length, 1, wasm.join());
});

for (const name of ['react', 'vue', 'svelte']) {
  test(`the ${name} snippet of the documentation renders its rail`, async () => {
    const { ids, href } = fine(await open(name));
    assert.deepEqual(ids, related());
    assert.equal(href, `/p/${ids[0]}`);
  });
}

test('a rail shows one variant of each product', async () => {
  const { ids } = fine(await open('variants'));
  assert.equal(ids.length, 16);
  // The variants of item 7004 are `grey` and `7004-0` to `7004-2`; `grey` sells best.
  assert.deepEqual(
    ids.filter((id) => /^7004|grey/.test(id)),
    ['grey'],
  );
  assert.deepEqual(
    ids.filter((id) => /^7003/.test(id)),
    ['7003'],
  );
});

function assertHydrated(probe) {
  assert.deepEqual(probe.mistakes, []);
  assert.equal(probe.shifts, 0);
  assert.equal(probe.kept, true);
  assert.deepEqual(probe.hydrated, related());
  assert.equal(probe.later.length, 4);
  assert.deepEqual([probe.shown.rail, probe.shown.variant], ['related', 'a']);
}

test('React hydrates what a server rendered without a jump, and ranks again when the shopper acts', async () => {
  assertHydrated(fine(await open('hydrate')));
});

test('React 18 does the same', async () => {
  const own = join(root, 'tests/packaging/node_modules');
  const alias = { react: join(own, 'react'), 'react-dom': join(own, 'react-dom') };
  const dist = await viteBuild(project.folder, ['hydrate.html'], 'vite-18', { alias });
  cpSync(join(root, MODEL), join(dist, 'shop.vicino'));
  const scripts = filesUnder(dist).filter((name) => name.endsWith('.js'));
  assert.ok(scripts.some((name) => readFileSync(join(dist, name), 'utf8').includes('18.3.1')));
  assertHydrated(fine(await visit(dist, { path: '/hydrate.html' })));
});

function assertWorks(visited, hasWasmFile = true) {
  const probe = fine(visited, ['history', 'catalog', ...visited.console.slice(2)]);
  assert.equal(visited.wasm.length > 0, hasWasmFile);
  assert.equal(probe.rail.length, 3);
  assert.equal(probe.trending.length, 3);
  assert.equal(probe.numItems, 12);
  assert.equal(probe.storage, 'memory');
  assert.deepEqual(probe.history, ['sku-2', 'sku-1']);
  assert.deepEqual(probe.updated, { known: 1, unknown: 1 });
  assert.deepEqual(
    probe.heard.filter((part, at, all) => part !== all[at - 1]),
    ['catalog', 'history'],
  );
  assert.equal(probe.detached, 0);
  assert.deepEqual(probe.pages, ['a']);
  assert.equal(probe.predicate.code, 'option-invalid');
  assert.match(probe.predicate.message, /function cannot be sent/);
  assert.equal(probe.unknown.code, 'option-unknown');
  assert.equal(probe.unknown.name, 'VicinoError');
  assert.match(probe.unknown.message, /unknown option `limit`/);
  assert.equal(probe.isOurs, true);
  assert.equal(probe.missing.code, 'http');
  assert.equal(probe.missing.status, 404);
  assert.deepEqual([probe.aborted.name, probe.aborted.code], ['AbortError', 'aborted']);
  assert.equal(probe.freed.code, 'freed');
  assert.deepEqual(
    probe.sent.map(({ rail, impressions, carts }) => [rail, impressions, carts]),
    // What went into the cart did not come from a rail.
    [
      ['', 0, 1],
      ['top', 2, 0],
    ],
  );
  // What was counted stays.
  assert.deepEqual(probe.slips, ['option-unknown', ...Array(7).fill('option-invalid'), 1]);
  assert.deepEqual([probe.kept.name, probe.kept.message], ['TypeError', 'offline']);
}

test('the worker that Vite builds answers like the main entry', async () => {
  assertWorks(await open('worker'));
});

test('the worker that webpack builds answers like the main entry', async () => {
  const dist = await webpackBuild(project.folder, { main: './worker-main.js' }, 'webpack');
  project.write('webpack/index.html', project.read('worker.html').replace('worker-main', 'main'));
  cpSync(join(root, MODEL), join(dist, 'shop.vicino'));
  assert.equal(filesUnder(dist).filter((name) => name.endsWith('.wasm')).length, 1);
  assertWorks(await visit(dist));
});

test('the worker that esbuild builds into the page’s script answers like the main entry', async () => {
  const { build } = await import('esbuild');
  const outdir = join(project.folder, 'esbuild');
  project.write(
    'inline-main.js',
    project.read('worker-main.js').replace('vicino/worker', 'vicino/inline/worker'),
  );
  await build({
    absWorkingDir: project.folder,
    entryPoints: { main: './inline-main.js' },
    ...{ outdir, bundle: true, format: 'esm', splitting: true },
  });
  project.write('esbuild/index.html', project.read('worker.html').replace('worker-main', 'main'));
  cpSync(join(root, MODEL), join(outdir, 'shop.vicino'));
  assertWorks(await visit(outdir), false);
});

test('the element shows its rail, keeps what was there, says what happens and goes by keys', async () => {
  const probe = fine(await open('element'));
  assert.equal(probe.state, 'ready');
  assert.equal(probe.list, 'related');
  assert.equal(probe.reflected, '2');
  assert.equal(probe.heading, 'Others looked at');
  assert.equal(probe.label, 'Others looked at');
  assert.deepEqual(probe.roles, ['listitem']);
  assert.equal(probe.keptPrerendered, true);
  assert.deepEqual(probe.first, related());
  assert.deepEqual(probe.two, related().slice(0, 2));
  assert.deepEqual([probe.last, probe.third], [true, true]);
  assert.equal(probe.href, `/p/${encodeURIComponent(probe.first[2])}`);
  const [click] = probe.events.filter(([type]) => type === 'vicino-click');
  assert.deepEqual(click[1], { rail: 'related', ids: [probe.first[1]], position: 1 });
  const shown = probe.events.filter(([type]) => type === 'vicino-impression');
  assert.deepEqual(shown.flatMap(([, { ids }]) => ids).sort(), [...probe.first].sort());
});

/**
 * Opens a page whose rail is far below the view and which is idle when the test says so; gives what `use` makes of it.
 */
async function openFar(name, use) {
  const far = await openPage(built, {
    path: `/${name}.html`,
    before: () => {
      globalThis.idle = [];
      globalThis.requestIdleCallback = (run) => globalThis.idle.push(run);
    },
  });
  try {
    const isListed = () => document.querySelectorAll('[data-vicino-id] a').length === 4;
    await use({
      page: far.page,
      loads: () => far.requests.filter((path) => /\.(vicino|wasm)$/.test(path)),
      listed: () => far.page.waitForFunction(isListed, null, { timeout: 20_000 }),
    });
    assert.deepEqual(far.console, []);
  } finally {
    await far.close();
  }
}

/** Resolves when the page waits to be idle and has checked which elements are in view. */
const waits = (page) =>
  until(page, async () => {
    if (!globalThis.idle.length) return false;
    for (let frames = 3; frames > 0; frames--) await new Promise(requestAnimationFrame);
    return true;
  });

for (const name of ['react', 'vue', 'svelte', 'element']) {
  test(`a rail of ${name} far below the view asks for nothing until one scrolls near`, () =>
    openFar(`far-${name}`, async ({ page, loads, listed }) => {
      await waits(page);
      assert.deepEqual(loads(), []);
      // Near is a screen away.
      await page.evaluate(() => scrollTo(0, 9000 - 1.5 * innerHeight));
      await listed();
      assert.equal(loads().length, 2);
    }));

  test(`a rail of ${name} far below the view loads when the page is idle`, () =>
    openFar(`far-${name}`, async ({ page, loads, listed }) => {
      await waits(page);
      assert.deepEqual(loads(), []);
      await page.evaluate(() => {
        for (const run of globalThis.idle) run();
      });
      await listed();
    }));

  test(`a rail of ${name} that is not to wait loads wherever it is`, () =>
    openFar(`eager-${name}`, ({ listed }) => listed()));
}

test('the data layer of Google Analytics 4 becomes events, once each', async () => {
  const probe = fine(await open('datalayer'));
  assert.deepEqual(probe.events, [
    'cart sku-2',
    'purchase sku-4',
    'purchase sku-5',
    'view 8',
    'view sku-1',
    'view sku-3',
  ]);
  assert.equal(probe.later, 6);
  const [home] = probe.counts.filter(({ rail }) => rail === 'home');
  assert.deepEqual([home.impressions, home.clicks], [2, 1]);
  assert.equal(probe.pushed, 22);
  assert.equal(probe.isNative, true);
});
