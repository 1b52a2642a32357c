// Builds js/dist: two scripts, their types and the WebAssembly module.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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
    // A second look finds a little more once the control flow is laid out anew.
    '--flatten',
    '--rereloop',
    '-Oz',
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
          `export default async function ({ module_or_path }) {
            __wbg_finalize_init(await WebAssembly.instantiate(module_or_path, __wbg_get_imports()));
          }`,
        );
        short = replaceOnce(short, /"\.\/vicino_bg\.js": import0/, 'a: import0');
        for (const [, from, to] of names.imports) {
          short = replaceOnce(short, new RegExp(`(?<=^\\s+)${from}(?=: )`, 'm'), to);
        }
        for (const [from, to] of names.exports) {
          short = short.replace(new RegExp(`\\bwasm\\.${from}\\b`, 'g'), () => `wasm.${to}`);
        }
        return short;
      },
    },
  };
}

run(tool('typescript', '../bin/tsc'), '-p', 'tsconfig.json');
const names = shorten();
// `new URL('./vicino_bg.wasm', import.meta.url)` stays as it is: the shop's own bundler finds the file by it.
for (const entry of ['index', 'node']) {
  const bundle = await rolldown({
    input: `src/${entry}.ts`,
    platform: 'neutral',
    external: [/^node:/, ...(entry === 'node' ? ['./index.js'] : [])],
    plugins: [glue(names)],
  });
  await bundle.write({ dir: 'dist', entryFileNames: '[name].js', format: 'esm', minify: true });
  await bundle.close();
}

// Only one address of the module may be left, or bundlers emit it twice.
const addresses = readFileSync('dist/index.js', 'utf8').match(/import\.meta\.url/g) ?? [];
if (addresses.length !== 1) {
  throw new Error(
    `dist/index.js names ${addresses.length} addresses by import.meta.url, expected 1`,
  );
}
