// The real npm tarball in the hands of those who will use it: Vite, webpack, a plain script, Node and TypeScript.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/lib.mjs';
import { visit } from './support/page.mjs';
import { filesUnder, makeProject } from './support/project.mjs';

const require = createRequire(join(root, 'js/package.json'));
let project;
before(() => {
  project = makeProject();
});
after(() => project?.remove());

const PAGE =
  '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';

function assertRanked({ probe, console, wasm }) {
  assert.deepEqual(console, []);
  assert.equal(probe.failed, undefined);
  assert.equal(probe.forYou.length, 3);
  // The snippet looked at sku-1 and then cleared the history.
  assert.equal(new Set(probe.forYou.map(({ id }) => id)).size, 3);
  assert.ok(probe.together.every(({ id }) => !['sku-1', 'sku-2'].includes(id)));
  assert.equal(probe.storage, 'indexeddb');
  assert.equal(wasm.length, 1, `wasm files loaded: ${wasm}`);
}

const wasmFiles = (folder) => filesUnder(folder).filter((name) => name.endsWith('.wasm'));

test('the tarball holds what it needs and nothing else', () => {
  const files = filesUnder(join(project.folder, 'node_modules/vicino')).sort();
  const unexpected = files.filter(
    (name) =>
      !/^(package\.json|README\.md|LICENSE-(MIT|APACHE)|dist\/[a-z_]+\.(js|d\.ts|wasm))$/.test(
        name,
      ),
  );
  assert.deepEqual(unexpected, []);
  for (const name of [
    'README.md',
    'LICENSE-MIT',
    'LICENSE-APACHE',
    'dist/index.js',
    'dist/index.d.ts',
  ]) {
    assert.ok(files.includes(name), `${name} is missing`);
  }
});

test('Vite builds it with one wasm file, and the page ranks', async () => {
  project.write('index.html', PAGE);
  const { build } = await import(
    pathToFileURL(createRequire(join(root, 'www/package.json')).resolve('vite')).href
  );
  await build({ root: project.folder, logLevel: 'error', build: { target: 'esnext' } });
  const dist = join(project.folder, 'dist');
  cpSync(join(project.folder, 'shop.vicino'), join(dist, 'shop.vicino'));
  assert.equal(wasmFiles(dist).length, 1);
  assertRanked(await visit(dist));
});

test('webpack builds it with one wasm file, and the page ranks', async () => {
  const webpack = require('webpack');
  const output = join(project.folder, 'webpack');
  mkdirSync(output, { recursive: true });
  const stats = await new Promise((resolve, reject) => {
    const config = {
      mode: 'production',
      context: project.folder,
      entry: './main.js',
      output: { path: output, filename: 'main.js' },
    };
    webpack(config, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  assert.deepEqual(stats.toJson().errors, []);
  project.write('webpack/index.html', PAGE);
  cpSync(join(project.folder, 'shop.vicino'), join(output, 'shop.vicino'));
  assert.equal(wasmFiles(output).length, 1);
  assertRanked(await visit(output));
});

test('a plain script from a static server ranks without a build', async () => {
  const code = readFileSync(join(project.folder, 'main.js'), 'utf8');
  const plain = code.replace("from 'vicino'", "from './node_modules/vicino/dist/index.js'");
  assert.notEqual(plain, code);
  project.write('index.html', PAGE.replace('main.js', 'plain.js'));
  project.write('plain.js', plain);
  assertRanked(await visit(project.folder));
});

test('Node ranks from bytes, without a browser', () => {
  project.write(
    'node.js',
    `import { readFileSync } from 'node:fs';
     import { Recommender } from 'vicino';
     const shop = await Recommender.load(readFileSync('shop.vicino'));
     await shop.record({ item: 'sku-1' });
     console.log(JSON.stringify([shop.history.storage, shop.forYou({ k: 3 }).map(({ id }) => id)]));
     shop.free();`,
  );
  const printed = execFileSync(process.execPath, ['node.js'], {
    cwd: project.folder,
    encoding: 'utf8',
  });
  const [storage, ids] = JSON.parse(printed);
  assert.equal(storage, 'memory');
  assert.equal(ids.length, 3);
  assert.ok(!ids.includes('sku-1'));
});

for (const moduleResolution of ['bundler', 'node16']) {
  test(`TypeScript finds the types with moduleResolution ${moduleResolution}, and no wrong option passes`, () => {
    project.write(
      'types.ts',
      `import { Recommender, type Recommendation } from 'vicino';
       export async function list(bytes: Uint8Array): Promise<Recommendation[]> {
         const shop = await Recommender.load(bytes, { storage: 'memory' });
         // @ts-expect-error: there is no such option
         shop.forYou({ limit: 3 });
         return shop.related('sku-1', { k: 3, where: ({ category }) => category !== 'Shoes' });
       }`,
    );
    const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');
    const module = moduleResolution === 'bundler' ? 'esnext' : 'node16';
    const flags = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--types',
      '',
    ];
    const args = [
      tsc,
      ...flags,
      '--module',
      module,
      '--moduleResolution',
      moduleResolution,
      'types.ts',
    ];
    try {
      execFileSync(process.execPath, args, { cwd: project.folder, encoding: 'utf8' });
    } catch (error) {
      assert.fail(error.stdout);
    }
  });
}
