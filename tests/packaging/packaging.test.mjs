// The real npm tarball in the hands of those who will use it: bundlers, a plain script, Node and TypeScript.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { withAddresses } from '../../scripts/packages.mjs';
import { viteBuild, webpackBuild } from './support/bundle.mjs';
import { closeBrowser, visit } from './support/page.mjs';
import { filesUnder, makeProject, snippet } from './support/project.mjs';

const require = createRequire(join(root, 'js/package.json'));
let project;
before(() => {
  project = makeProject();
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

const PAGE =
  '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';

function assertRanked({ probe, console, wasm }, files = 1) {
  assert.deepEqual(console, []);
  assert.equal(probe.failed, undefined);
  assert.equal(probe.forYou.length, 3);
  // The snippet looked at sku-1 and then cleared the history.
  assert.equal(new Set(probe.forYou.map(({ id }) => id)).size, 3);
  assert.ok(probe.together.every(({ id }) => !['sku-1', 'sku-2'].includes(id)));
  assert.equal(wasm.length, files, `wasm files loaded: ${wasm}`);
}

/** Entries that can be imported anywhere, after `vicino`. */
const ENTRIES = [
  '',
  '/worker',
  '/react',
  '/vue',
  '/svelte',
  '/element',
  '/datalayer',
  '/consent',
  '/delivery',
].concat(['/ids', '/pages', '/inline', '/inline/worker', '/errors']);

const wasmFiles = (folder) => filesUnder(folder).filter((name) => name.endsWith('.wasm'));
/** Fails if the command, or what looks for it, is part of what a page loads. */
function assertNoCommand(folder) {
  for (const name of filesUnder(folder)) {
    const bytes = readFileSync(join(folder, name), 'latin1');
    for (const mark of ['@vicino/cli', 'VICINO_BINARY', 'wasi_snapshot_preview1'])
      assert.ok(!bytes.includes(mark), `${name} has ${mark}`);
  }
}
const withModel = (folder) => {
  cpSync(join(project.folder, 'shop.vicino'), join(folder, 'shop.vicino'));
  return folder;
};

test('the tarball holds what it needs and nothing else', () => {
  const files = filesUnder(join(project.folder, 'node_modules/vicino')).sort();
  const unexpected = files.filter(
    (name) =>
      !/^(package\.json|README\.md|LICENSE-(MIT|APACHE)|dist\/([a-z]+\/)?[a-z_-]+\.(js|js\.map|d\.ts|wasm))$/.test(
        name,
      ),
  );
  assert.deepEqual(unexpected, []);
  const { exports } = JSON.parse(readFileSync(join(root, 'js/package.json'), 'utf8'));
  const named = JSON.stringify(exports).match(/(?<=\.\/)dist\/[^"]+/g);
  for (const name of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', ...named]) {
    assert.ok(files.includes(name), `${name} is missing`);
  }
});

test('what npm shows links to files that there are, in the repository once it is named', () => {
  const readme = readFileSync(join(root, 'js/README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(\.\.\/([^)#]+)/g)].map(([, path]) => path);
  assert.ok(links.length > 5, `${links}`);
  for (const path of links) assert.ok(existsSync(join(root, path)), path);
  const repository = { type: 'git', url: 'git+https://code.example/shops/vicino.git' };
  const addressed = withAddresses({ version: '1.2.3', repository }, readme);
  assert.equal(addressed.manifest.homepage, 'https://code.example/shops/vicino#readme');
  assert.equal(addressed.manifest.bugs, 'https://code.example/shops/vicino/issues');
  assert.doesNotMatch(addressed.readme, /\]\((?!https:)/);
  assert.ok(addressed.readme.includes(`https://code.example/shops/vicino/blob/v1.2.3/${links[0]}`));
});

test('publint finds nothing to say', async () => {
  const { publint } = await import('publint');
  const { messages } = await publint({
    pkgDir: join(project.folder, 'node_modules/vicino'),
    pack: false,
    strict: true,
  });
  assert.deepEqual(messages, []);
});

test('types and code resolve to each other for every entry, for those who use ES modules', async () => {
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
  const pkg = createPackageFromTarballData(new Uint8Array(readFileSync(project.tarball)));
  const { problems } = await checkPackage(pkg, {
    entrypoints: Object.keys(
      JSON.parse(readFileSync(join(root, 'js/package.json'), 'utf8')).exports,
    ).filter((name) => !/\.(json|wasm)$|worker-script/.test(name)),
  });
  // `require` is not for a package of ES modules, and what resolves without `exports` has types only.
  const ours = problems.filter(
    ({ kind, resolutionKind }) =>
      kind !== 'CJSResolvesToESM' &&
      resolutionKind !== 'node16-cjs' &&
      !(resolutionKind === 'node10' && kind === 'UntypedResolution'),
  );
  assert.deepEqual(ours, []);
});

test('Vite builds it with one wasm file, and the page ranks', async () => {
  project.write('index.html', PAGE);
  const dist = withModel(await viteBuild(project.folder, ['index.html'], 'vite'));
  assert.equal(wasmFiles(dist).length, 1);
  assertNoCommand(dist);
  assertRanked(await visit(dist));
});

test('webpack builds it with one wasm file, and the page ranks', async () => {
  const dist = withModel(await webpackBuild(project.folder, { main: './main.js' }, 'webpack'));
  project.write('webpack/index.html', PAGE);
  assert.equal(wasmFiles(dist).length, 1);
  assertNoCommand(dist);
  assertRanked(await visit(dist));
});

test('esbuild builds it with the module in the script, and the page ranks', async () => {
  const { build } = await import('esbuild');
  const outdir = join(project.folder, 'esbuild');
  const options = { bundle: true, format: 'esm', minify: true, splitting: true };
  project.write(
    'inline-main.js',
    `${snippet('docs/bindings.md', '## vicino/inline', 'js')}${project.read('main.js')}`,
  );
  const entryPoints = { main: join(project.folder, 'inline-main.js') };
  const { errors, warnings } = await build({ ...options, entryPoints, outdir });
  assert.deepEqual([errors, warnings], [[], []]);
  project.write('esbuild/index.html', PAGE);
  assertNoCommand(outdir);
  assertRanked(await visit(withModel(outdir)), 0);
});

test('a plain script from a static server ranks without a build', async () => {
  const code = readFileSync(join(project.folder, 'main.js'), 'utf8');
  const plain = code.replace("from 'vicino'", "from './node_modules/vicino/dist/index.js'");
  assert.notEqual(plain, code);
  project.write('plain/index.html', '');
  project.write('plain.html', PAGE.replace('main.js', 'plain.js'));
  project.write('plain.js', plain);
  assertRanked(await visit(project.folder, { path: '/plain.html' }));
});

test('Node ranks from bytes, without a browser', () => {
  project.write(
    'node.js',
    `${snippet('docs/bindings.md', '## Node and servers', 'js')}
     await shop.record({ item: 'sku-1' });
     const ids = (list) => list.map(({ id }) => id);
     console.log(JSON.stringify([shop.history.storage, ids(rail), ids(shop.forYou({ k: 3 }))]));
     shop.free();`,
  );
  const printed = execFileSync(process.execPath, ['node.js'], {
    cwd: project.folder,
    encoding: 'utf8',
  });
  const [storage, rail, ids] = JSON.parse(printed);
  assert.equal(storage, 'memory');
  assert.equal(rail.length, 4);
  assert.equal(ids.length, 3);
  assert.ok(!ids.includes('sku-1'));
});

test('every entry can be imported on a server', () => {
  for (const name of ['react', 'vue']) project.link(name);
  project.write('imports.js', ENTRIES.map((entry) => `await import('vicino${entry}');`).join('\n'));
  execFileSync(process.execPath, ['imports.js'], { cwd: project.folder });
});

test('importing does no work that needs a browser, in any order', () => {
  for (const name of ['react', 'vue']) project.link(name);
  // What a language has, as opposed to what browsers and Node add.
  const language =
    /^(Object|Function|Array|Number|String|Boolean|Symbol|.*Error|Promise|.*Map|.*Set|WeakRef)$/;
  const more =
    /^(Proxy|Reflect|JSON|Math|Date|RegExp|.*Array|.*Buffer|DataView|globalThis|FinalizationRegistry)$/;
  const rest =
    /^(BigInt|Iterator|Intl|Atomics|undefined|NaN|Infinity|parse.*|is.*|(en|de)code.*|process|console)$/;
  project.write(
    'bare.js',
    `const [, , order] = process.argv;
     for (const name of Object.getOwnPropertyNames(globalThis)) {
       if (![${language}, ${more}, ${rest}].some((known) => known.test(name))) delete globalThis[name];
     }
     const entries = ${JSON.stringify(ENTRIES)};
     if (order === 'back') entries.reverse();
     for (const entry of entries) await import('vicino' + entry);
     const left = ['TextDecoder', 'TextEncoder', 'URL', 'fetch', 'WebAssembly', 'Worker'].filter((name) => globalThis[name]);
     console.log(JSON.stringify(left));`,
  );
  for (const order of ['forth', 'back']) {
    for (const flags of [[], ['--conditions=browser']]) {
      const printed = execFileSync(process.execPath, [...flags, 'bare.js', order], {
        cwd: project.folder,
        encoding: 'utf8',
      });
      assert.deepEqual(JSON.parse(printed), []);
    }
  }
});

test('the error alone is a small script', async () => {
  const { build } = await import('esbuild');
  project.write(
    'error.js',
    "import { VicinoError } from 'vicino/errors';\nconsole.log(VicinoError);",
  );
  const built = await build({
    ...{
      entryPoints: [join(project.folder, 'error.js')],
      bundle: true,
      minify: true,
      write: false,
    },
    format: 'esm',
  });
  const [{ contents }] = built.outputFiles;
  assert.ok(contents.length < 1000, `${contents.length} bytes`);
});

for (const moduleResolution of ['bundler', 'node16']) {
  test(`TypeScript finds the types with moduleResolution ${moduleResolution}, and no wrong option passes`, () => {
    for (const name of ['react', '@types/react', 'vue']) project.link(name);
    project.write('types.ts', readFileSync(join(root, 'tests/packaging/types.ts'), 'utf8'));
    const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');
    const module = moduleResolution === 'bundler' ? 'esnext' : 'node16';
    const flags = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom'];
    const options = ['--types', '', '--module', module, '--moduleResolution', moduleResolution];
    try {
      execFileSync(process.execPath, [tsc, ...flags, ...options, 'types.ts'], {
        cwd: project.folder,
        encoding: 'utf8',
      });
    } catch (error) {
      assert.fail(error.stdout);
    }
  });
}
