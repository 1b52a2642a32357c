// Builds js/dist: a script for each entry of the package, their types and the WebAssembly module.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
if (!existsSync('wasm/vicino_bg.wasm')) {
  console.error(
    'js/wasm holds no vicino_bg.wasm; run `npm run build:wasm` in the repository first',
  );
  process.exit(1);
}
const run = (...args) => execFileSync(process.execPath, args, { encoding: 'utf8' });
const tool = (name, path) => fileURLToPath(new URL(path, import.meta.resolve(name)));

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

/**
 * Gives imports and exports short names, which are otherwise a tenth of the download, and returns the
 * long ones with the short: [module, long, short] and [long, short].
 */
function shorten() {
  // wasm-opt only reads a module whose features are switched on.
  const features = ['bulk-memory', 'bulk-memory-opt', 'mutable-globals', 'multivalue', 'sign-ext']
    .concat(['nontrapping-float-to-int', 'reference-types'])
    .map((name) => `--enable-${name}`);
  const names = run(
    tool('binaryen', 'bin/wasm-opt'),
    ...features,
    // The first kilobyte is the far end of the stack.
    '--low-memory-unused',
    // A function with one caller compresses better if it is not inlined.
    ...['--one-caller-inline-max-function-size', '0'],
    // A second and a third look find a little more once the control flow is laid out anew. Functions stay in their
    // order: sorted by their use, calls take fewer bytes, but what is alike stands apart, which compresses worse.
    ...['--flatten', '--rereloop', '-Os', '--flatten', '--rereloop', '-Oz', '-Oz'],
    '--minify-imports-and-exports-and-modules',
    'wasm/vicino_bg.wasm',
    '-o',
    'dist/vicino_bg.wasm',
  );
  return JSON.parse(names);
}

/** Replaces exactly one occurrence, or ends the build: the generated script has changed. */
function replaceOnce(code, pattern, replacement) {
  const count = code.match(new RegExp(pattern.source, `${pattern.flags}g`))?.length ?? 0;
  if (count !== 1) throw new Error(`wasm/vicino.js: ${pattern} matches ${count} times, expected 1`);
  return code.replace(pattern, () => replacement);
}

/** Frees the engine of a model. */
const FREE = `free() {
  const ptr = this.__wbg_ptr;
  this.__wbg_ptr = 0;
  EngineFinalization.unregister(this);
  wasm.__wbg_engine_free(ptr, 0);
}`;

/** Makes wasm-bindgen's script use the short names, and leaves out its loader: load.ts has its own. */
function glue(names) {
  return {
    name: 'glue',
    transform: {
      filter: { id: /wasm\/vicino\.js$/ },
      handler(code) {
        const loader =
          /async function __wbg_load\([\s\S]*export \{ initSync, __wbg_init as default \};/;
        let short = replaceOnce(
          code,
          loader,
          `wasm = guard((await WebAssembly.instantiate(module, __wbg_get_imports())).exports);
          wasm.__wbindgen_start();
          return Engine;
          }`,
        );
        // A function of all of it, so that there can be another instance with a memory of its own.
        short = replaceOnce(
          short,
          /let wasmModule, wasmInstance, wasm;\nfunction __wbg_finalize_init\([\s\S]*?\n}\n/,
          '',
        );
        short = `export default async function (module, guard) {\nlet wasm;\n${replaceOnce(short, /^export class Engine/m, 'class Engine')}`;
        // A workaround for Safari, whose decoder fails after 2 GB; no page reads that many ids.
        short = replaceOnce(
          short,
          /let numBytesDecoded = 0;\nfunction decodeText\([\s\S]*?\n}\n/,
          `const decodeText = (bytes) =>
            (cachedTextDecoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes);\n`,
        );
        // Every browser with the WebAssembly that the library needs has this.
        short = replaceOnce(
          short,
          /\(typeof FinalizationRegistry === 'undefined'\)\s+\? \{.*\}\s+: (?=new FinalizationRegistry)/,
          '',
        );
        // The recommender has its own.
        // Not at import: some environments of tests lack the class.
        short = replaceOnce(
          short,
          /let cachedTextDecoder = .*\ncachedTextDecoder\.decode\(\);\n/,
          'let cachedTextDecoder;\n',
        );
        short = replaceOnce(short, /if \(Symbol\.dispose\) Engine\.prototype.*;\n/, '');
        // One function in place of two: nothing else lets go of the engine.
        short = replaceOnce(short, /__destroy_into_raw\(\) \{[^}]*\}\s*free\(\) \{[^}]*\}/, FREE);
        short = replaceOnce(short, /"\.\/vicino_bg\.js": import0/, 'a: import0');
        for (const [, from, to] of names.imports) {
          short = replaceOnce(short, new RegExp(`(?<=^\\s+)${from}(?=: )`, 'm'), to);
        }
        for (const [from, to] of names.exports) {
          short = short.replace(new RegExp(`\\bwasm\\.${from}\\b`, 'g'), () => `wasm.${to}`);
        }
        // No mappings: it is generated anyway.
        return { code: short, map: { mappings: '' } };
      },
    },
  };
}

run(tool('typescript', '../bin/tsc'), '-p', 'tsconfig.json');
const names = shorten();

/** Scripts of `dist` and the modules that they are built from. */
const ENTRIES = {
  index: 'core/index',
  node: 'core/node',
  errors: 'core/errors',
  worker: 'bindings/worker',
  'worker-client': 'bindings/worker-client',
  inline: 'inline/index',
  'inline-worker': 'inline/worker',
  react: 'bindings/react',
  vue: 'bindings/vue',
  svelte: 'bindings/svelte',
  element: 'bindings/element',
  datalayer: 'datalayer/index',
  consent: 'consent/index',
  delivery: 'delivery/index',
  ids: 'ids/index',
  pages: 'bindings/pages',
  train: 'train/browser',
  'train-node': 'train/node',
  'program-worker': 'program/run-in-worker',
  bin: 'program/bin',
  'run-in-node': 'program/run-in-node',
};
/** Entries that others import; any other module is bundled into each entry that needs it. */
const SHARED = ['index', 'errors', 'worker-client'];
/** Entries that draw rails, which are bundled together: their common modules are one script, `binding-core`. */
const RAILS = ['react', 'vue', 'svelte', 'element'];
/** Entries for what a shop has beside the library, bundled together: they check their options by one script. */
const SHOP = ['delivery', 'datalayer', 'consent'];
/** Entries of the command in Node, bundled together, too. */
const COMMAND = ['train-node', 'bin', 'run-in-node'];
/** Entries that hold files as text. */
const INLINE = ['inline', 'inline-worker'];
/** Entries that load a model: in development a tool takes them with their files inside, whatever it does with files. */
const LOADING = ['index', 'worker-client', 'delivery', ...RAILS];
const FRAMEWORKS = ['react', 'vue'];
const PROGRAM = '@vicino/cli-wasm';

/** Replaces imports of shared entries by imports of their scripts in `dist`. */
function share(entries) {
  return {
    name: 'share',
    resolveId(source, importer) {
      if (!source.startsWith('.') || !importer) return null;
      const module = relative('src', resolve(dirname(importer), source)).replace(/\.js$/, '');
      const name = SHARED.find((one) => ENTRIES[one] === module);
      return name && !entries.includes(name) ? { id: `./${name}.js`, external: true } : null;
    },
  };
}

/** Bundles entries together: modules that several need are scripts of their own. */
async function bundle(entries, { plugins = [share(entries)], define = {}, output = {} } = {}) {
  const built = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `src/${ENTRIES[entry]}.ts`])),
    platform: 'neutral',
    optimization: { inlineConst: true },
    transform: { define },
    // A module that an entry shares with a part that it loads later is in the entry, not in a download of its own.
    preserveEntrySignatures: 'allow-extension',
    external: [/^node:/, ...FRAMEWORKS, PROGRAM],
    plugins: [...plugins, glue(names)],
  });
  await built.write({
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    format: 'esm',
    minify: true,
    // Of a script that is used, remarks on what has no effects if it is not are of no use.
    comments: false,
    sourcemap: true,
    // Servers that render React must know which parts belong to the browser.
    banner: ({ name }) => (name === 'react' ? "'use client';" : ''),
    ...output,
  });
  await built.close();
}

const apart = ['worker', ...RAILS, ...SHOP, ...COMMAND, ...INLINE];
const single = Object.keys(ENTRIES).filter((entry) => !apart.includes(entry));
for (const entries of [RAILS, SHOP, COMMAND, ...single.map((entry) => [entry])])
  await bundle(entries);
// The worker is one script, which needs no other and need not be a module: it can be started from anywhere.
await bundle(['worker'], {
  plugins: [],
  define: { 'import.meta.url': 'location.href' },
  output: { format: 'iife', codeSplitting: false },
});
await bundle(INLINE, {
  define: {
    MODULE: JSON.stringify(readFileSync('dist/vicino_bg.wasm', 'base64')),
    WORKER_SCRIPT: JSON.stringify(
      readFileSync('dist/worker.js', 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, ''),
    ),
  },
});

// Bundlers look for the condition `development`, and those that bundle packages beforehand leave files behind.
mkdirSync('dist/development');
for (const entry of LOADING) {
  const inline = entry === 'worker-client' ? 'inline-worker' : 'inline';
  writeFileSync(
    `dist/development/${entry}.js`,
    `import '../${inline}.js';\nexport * from '../${entry}.js';\n`,
  );
}

// TypeScript looks for the types of an entry beside its script.
for (const [entry, module] of Object.entries(ENTRIES)) {
  const types = readFileSync(`dist/${module}.d.ts`, 'utf8');
  const about = types.match(/^\/\*\*[\s\S]*?@packageDocumentation[\s\S]*?\*\/\n/)?.[0] ?? '';
  writeFileSync(`dist/${entry}.d.ts`, `${about}export * from './${module}.js';\n`);
}

// The shop's own bundler finds the files by these very expressions, which therefore have to survive; and only one
// address of each may be there, or bundlers emit the file twice.
const ADDRESSES = {
  index: [/new URL\([`'"]\.\/vicino_bg\.wasm[`'"],\s*import\.meta\.url\)/],
  node: [/import\.meta\.url\.replace\(/],
  train: [/new URL\([`'"]\.\/program-worker\.js[`'"],\s*import\.meta\.url\)/],
  'worker-client': [
    /new URL\([`'"]\.\/worker\.js[`'"],\s*import\.meta\.url\)/,
    /new URL\([`'"]\.\/vicino_bg\.wasm[`'"],\s*import\.meta\.url\)/,
  ],
};
for (const entry of Object.keys(ENTRIES).filter((entry) => !COMMAND.includes(entry))) {
  const code = readFileSync(`dist/${entry}.js`, 'utf8');
  const expected = ADDRESSES[entry] ?? [];
  const found = code.match(/import\.meta\.url/g) ?? [];
  if (found.length !== expected.length || !expected.every((address) => address.test(code))) {
    throw new Error(
      `dist/${entry}.js names ${found.length} addresses by import.meta.url, expected ${expected.length} as written in build.mjs`,
    );
  }
}
