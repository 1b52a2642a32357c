import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { contentPolicy } from './build/content-policy.ts';
import { documentation } from './build/documentation.ts';
import { offlineCopy } from './build/offline-copy.ts';
import { pendingPages } from './build/pending-pages.ts';
import { preloadModule } from './build/preload.ts';

const shop = { shop: resolve(import.meta.dirname, 'index.html') };
/** Pages that read files, whose modules take long to build. */
const pages = {
  eda: resolve(import.meta.dirname, 'eda/index.html'),
  model: resolve(import.meta.dirname, 'eda/model/index.html'),
  train: resolve(import.meta.dirname, 'train/index.html'),
};
/** Address of the source code, as the npm package names it. */
function repository(): string | null {
  const file = resolve(import.meta.dirname, '../js/package.json');
  const { repository } = JSON.parse(readFileSync(file, 'utf8')) as {
    repository?: string | { url: string };
  };
  const url = typeof repository === 'string' ? repository : repository?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '') ?? null;
}

const isShopAlone = process.env.VICINO_PAGES === 'shop';

export default defineConfig({
  // Relative, so that the built shop works from any folder of any static server.
  base: './',
  // Four pages, and no address that falls back to one of them: what is missing is a 404.
  appType: 'mpa',
  // Tests build the same shop around a small generated data set.
  publicDir: process.env.VICINO_SHOP_DATA ?? 'public',
  define: { __REPOSITORY__: JSON.stringify(repository()) },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: process.env.VICINO_SHOP_OUT ?? 'dist',
    emptyOutDir: true,
    // No data: URLs for the wasm, so that it streams while it compiles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: isShopAlone ? shop : { ...shop, ...pages },
    },
  },
  worker: { format: 'es' },
  plugins: [
    preloadModule(),
    contentPolicy(),
    documentation(),
    offlineCopy(),
    // Last, so that no copy keeps a page that only waits.
    ...(isShopAlone ? [pendingPages(Object.values(pages))] : []),
  ],
});
