// The packed package in projects like a shop's: bundled by Vite and by webpack, unbundled, in Node, and typed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { visit } from './support/page.mjs';
import { addModel, files, model, pack, remove, root, scratch } from './support/scratch.mjs';

const require = createRequire(join(root, 'js/package.json'));

/** Ranks, and leaves what the page needs to show in `window.result`. */
const SHOP = `
import { Recommender, VicinoError } from 'vicino';

const recommender = await Recommender.load(new URL('shop.vicino', document.baseURI));
await recommender.history.clear();
await recommender.record({ item: 'sku-0' });
window.result = {
  list: recommender.forYou({ k: 5 }).map(({ id }) => id),
  storage: recommender.history.storage,
  code: await Recommender.load(new Uint8Array()).catch((e) => e instanceof VicinoError && e.code),
};
`;

const HTML = (script) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,">${script}</head><body></body></html>`;

function checkPage({ result, messages, requests }, expected) {
  assert.deepEqual(messages, [], 'the console is empty');
  assert.deepEqual(result, { list: expected, storage: 'indexeddb', code: 'model-empty' });
  const modules = requests.filter((path) => path.endsWith('.wasm'));
  assert.equal(modules.length, 1, `one .wasm is fetched: ${modules}`);
}

/** What Node ranks is what every page must. */
async function expectedList() {
  const { Recommender } = await import('../../js/dist/node.js');
  const recommender = await Recommender.load(readFileSync(model));
  await recommender.record({ item: 'sku-0' });
  return recommender.forYou({ k: 5 }).map(({ id }) => id);
}

test('the package holds what it needs and nothing else', () => {
  const paths = pack().files;
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'dist/node.js', 'dist/vicino_bg.wasm']) {
    assert.ok(paths.includes(path), path);
  }
  for (const path of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'package.json']) {
    assert.ok(paths.includes(path), path);
  }
  const others = paths.filter((path) => !/^(dist\/|README\.md|LICENSE-|package\.json)/.test(path));
  assert.deepEqual(others, []);
});

test('Vite bundles it: one .wasm, a list, an empty console', async () => {
  const { build } = await import(require.resolve('vite'));
  const folder = scratch({
    'index.html': HTML('<script type="module" src="/shop.js"></script>'),
    'shop.js': SHOP,
  });
  try {
    await build({ root: folder, logLevel: 'error', configFile: false, build: { target: 'es2022' } });
    const dist = join(folder, 'dist');
    addModel(dist);
    assert.equal(files(dist).filter((path) => path.endsWith('.wasm')).length, 1);
    checkPage(await visit(dist), await expectedList());
  } finally {
    remove(folder);
  }
});

test('webpack 5 bundles it: one .wasm, a list, an empty console', async () => {
  const webpack = require('webpack');
  const folder = scratch({ 'shop.js': SHOP });
  try {
    const dist = join(folder, 'dist');
    const compiler = webpack({ mode: 'production', context: folder, entry: './shop.js', output: { path: dist } });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, done) => (error ? reject(error) : resolve(done)));
    });
    await new Promise((resolve) => compiler.close(resolve));
    assert.deepEqual(stats.toJson().errors, []);
    assert.deepEqual(stats.toJson().warnings, []);
    writeFileSync(join(dist, 'index.html'), HTML('<script defer src="main.js"></script>'));
    addModel(dist);
    assert.equal(files(dist).filter((path) => path.endsWith('.wasm')).length, 1);
    checkPage(await visit(dist), await expectedList());
  } finally {
    remove(folder);
  }
});

test('a page without a bundler imports it from a static server', async () => {
  const inline = SHOP.replace("'vicino'", "'./node_modules/vicino/dist/index.js'");
  const folder = scratch({ 'index.html': HTML(`<script type="module">${inline}</script>`) });
  try {
    addModel(folder);
    checkPage(await visit(folder), await expectedList());
    // A server that does not know the type of the module works as well, and as quietly.
    const types = { '.wasm': 'application/octet-stream' };
    checkPage(await visit(folder, { types }), await expectedList());
  } finally {
    remove(folder);
  }
});

test('Node imports it and ranks from bytes', async () => {
  const folder = scratch({
    'rank.mjs': `
      import { readFile } from 'node:fs/promises';
      import { createRequire } from 'node:module';
      import { Recommender } from 'vicino';
      const recommender = await Recommender.load(await readFile(process.argv[2]));
      await recommender.record({ item: 'sku-0' });
      const wasm = createRequire(import.meta.url).resolve('vicino/vicino.wasm');
      const list = recommender.forYou({ k: 5 }).map(({ id }) => id);
      console.log(JSON.stringify({ list, storage: recommender.history.storage, wasm }));
    `,
  });
  try {
    const output = execFileSync('node', ['rank.mjs', model], { cwd: folder, encoding: 'utf8' });
    const { list, storage, wasm } = JSON.parse(output);
    assert.deepEqual(list, await expectedList());
    assert.equal(storage, 'memory');
    assert.match(wasm, /vicino_bg\.wasm$/);
  } finally {
    remove(folder);
  }
});

test('TypeScript finds its types, in strict projects of both kinds', () => {
  const folder = scratch({
    'shop.ts': `
      import { type Recommendation, Recommender, VicinoError } from 'vicino';
      export async function rank(url: string): Promise<Recommendation[]> {
        const recommender = await Recommender.load(url, { historyLimit: 50 });
        await recommender.record({ item: 'a', kind: 'purchase' });
        recommender.history.subscribe(() => {});
        // @ts-expect-error: no such option
        recommender.trending({ repeats: true });
        // @ts-expect-error: no such kind
        await recommender.record({ item: 'a', kind: 'look' });
        recommender[Symbol.dispose]();
        return recommender.forYou({ where: ({ category }) => category !== 'Hats', explain: true });
      }
      export const code = (error: VicinoError): string => error.code;
    `,
  });
  const check = (module, moduleResolution) => {
    const options = { module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], types: [] };
    const compilerOptions = { ...options, strict: true, noEmit: true, skipLibCheck: false };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['shop.ts'] }));
    const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');
    execFileSync('node', [tsc, '-p', folder], { encoding: 'utf8' });
  };
  try {
    check('esnext', 'bundler');
    check('nodenext', 'nodenext');
  } catch (error) {
    assert.fail(`${error.message}\n${error.stdout}`);
  } finally {
    remove(folder);
  }
});
