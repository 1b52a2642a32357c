// Builds js/dist: two scripts, their types and the WebAssembly module.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
if (!existsSync('wasm/vicino_bg.wasm')) {
  console.error('js/wasm holds no vicino_bg.wasm; run `npm run build:wasm` in the repository first');
  process.exit(1);
}
rmSync('dist', { recursive: true, force: true });
const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' });

// `new URL('./vicino_bg.wasm', import.meta.url)` stays as it is: the shop's own bundler finds the file by it.
for (const entry of ['index', 'node']) {
  const bundle = await rolldown({
    input: `src/${entry}.ts`,
    platform: 'neutral',
    external: [/^node:/, ...(entry === 'node' ? ['./index.js'] : [])],
  });
  await bundle.write({ file: `dist/${entry}.js`, format: 'esm', minify: true });
  await bundle.close();
}
cpSync('wasm/vicino_bg.wasm', 'dist/vicino_bg.wasm');

// Only one address of the module may be left, or bundlers emit it twice.
const addresses = readFileSync('dist/index.js', 'utf8').match(/import\.meta\.url/g) ?? [];
if (addresses.length !== 1) {
  console.error(`dist/index.js names ${addresses.length} addresses by import.meta.url, expected 1`);
  process.exit(1);
}
