// Says in the shop's page that it will ask for the WebAssembly module, whose name has a hash: it travels with the
// scripts.
import type { Plugin } from 'vite';

export function preloadModule(): Plugin {
  return {
    name: 'preload-module',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { path, bundle = {} }) {
        const modules = Object.keys(bundle).filter((name) => /\bvicino_bg-[^/]*\.wasm$/.test(name));
        if (path !== '/index.html') return [];
        if (modules.length !== 1) throw new Error(`expected one module, found ${modules}`);
        const attrs = { rel: 'preload', href: `./${modules[0]}`, as: 'fetch', crossorigin: true };
        return [{ tag: 'link', attrs, injectTo: 'head' }];
      },
    },
  };
}
