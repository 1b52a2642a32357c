// Frameworks: pages that they render on a server or build, with the entries in the browser and the main entry on the
// server.
import { join } from 'node:path';
import { snippet } from '../packaging/support/project.mjs';
import { probe, visitAt, visitFolder, withServer } from './support.mjs';

/** Node that the newest of them ask for. */
const NODE = { node: '22.23.3' };

/** Visits the page in the browser, and one that a server has rendered, which says how many items it has listed. */
async function both(address, server = '/server') {
  const found = await visitAt(address);
  const html = await fetch(address + server).then((answer) => answer.text());
  const items = /listed:(?:<!-- -->)?(\d+)/.exec(html)?.[1];
  const why = () =>
    html.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { ...found, server: items === '4' ? 'passes' : `the page says ${why().slice(0, 300)}` };
}

const next = (bundler) => ({
  name: `next@16-${bundler}`,
  tool: `Next, ${bundler === 'webpack' ? 'webpack' : 'Turbopack'}`,
  packages: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
  needs: 'on the server `vicino/inline`',
  async run(project) {
    project.publish('public');
    project.publish('.');
    project.write(
      'app/layout.jsx',
      'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
    );
    project.write('app/probe.js', probe());
    project.write(
      'app/client.jsx',
      `'use client';
       import { useEffect } from 'react';
       export default function Client() {
         useEffect(() => void import('./probe.js'), []);
         return null;
       }`,
    );
    project.write(
      'app/page.jsx',
      "import Client from './client.jsx';\nexport default () => <Client />;",
    );
    project.write(
      'app/server/page.jsx',
      snippet('docs/bindings.md', '### In a server component of Next', 'jsx'),
    );
    const flag = bundler === 'webpack' ? ['--webpack'] : [];
    const found = {};
    found.dev = await withServer(
      project,
      'next',
      (port) => ['dev', '-p', String(port), ...flag],
      both,
    );
    await project.exec('next', ['build', ...flag]);
    found.build = await withServer(project, 'next', (port) => ['start', '-p', String(port)], both);
    return found;
  },
});

const SERVER_LOADING = `import { readFile } from 'node:fs/promises';
import { Recommender } from 'vicino/inline';
const loading = readFile('shop.vicino').then((bytes) => Recommender.load(bytes));`;
const SERVER_LIST = `${SERVER_LOADING}\nconst shop = await loading;`;

const astro = (version) => ({
  name: `astro@${version.split('.')[0]}`,
  tool: 'Astro',
  packages: { astro: version, ...NODE },
  async run(project) {
    project.publish('public');
    project.publish('.');
    project.write('src/probe.js', probe());
    project.write(
      'src/pages/index.astro',
      `<html lang="en"><head><link rel="icon" href="data:," /></head><body><script>import '../probe.js';</script></body></html>`,
    );
    project.write(
      'src/pages/server/index.astro',
      `---\n${SERVER_LIST}\n---\n<p>listed:{shop.related('sku-1', { k: 4 }).length}</p>`,
    );
    const found = {};
    found.dev = await withServer(
      project,
      'astro',
      (port) => ['dev', '--port', String(port), '--host', '127.0.0.1'],
      (address) => both(address, '/server/'),
    );
    await project.exec('astro', ['build']);
    const dist = join(project.folder, 'dist');
    found.build = {
      ...(await visitFolder(dist)),
      server: project.read('dist/server/index.html').includes('listed:4') ? 'passes' : 'fails',
    };
    return found;
  },
});

export const rows = [
  next('turbopack'),
  next('webpack'),
  {
    name: 'nuxt@4',
    tool: 'Nuxt',
    packages: { nuxt: '4.5.2', ...NODE },
    needs: 'on the server `vicino/inline`',
    async run(project) {
      project.publish('public');
      project.publish('.');
      project.write(
        'nuxt.config.ts',
        'export default defineNuxtConfig({ compatibilityDate: "2026-01-01" });',
      );
      project.write('app/probe.js', probe());
      // Without pages: the router of this version did not build with the Vite that npm gave it.
      project.write(
        'app/app.vue',
        `<script setup>onMounted(() => import('./probe.js'));</script><template><p>shop</p></template>`,
      );
      project.write(
        'server/routes/server.ts',
        `${SERVER_LOADING}
         export default defineEventHandler(async () => {
           const shop = await loading;
           return \`listed:\${shop.related('sku-1', { k: 4 }).length}\`;
         });`,
      );
      const found = {};
      found.dev = await withServer(
        project,
        'nuxt',
        (port) => ['dev', '--port', String(port), '--no-fork'],
        both,
      );
      await project.exec('nuxt', ['build']);
      found.build = await withServer(project, 'node', () => ['.output/server/index.mjs'], both);
      return found;
    },
  },
  {
    name: 'sveltekit@3',
    tool: 'SvelteKit',
    packages: {
      '@sveltejs/kit': '3.2.0',
      '@sveltejs/vite-plugin-svelte': '7.3.1',
      '@sveltejs/adapter-node': '6.0.1',
      svelte: '5.57.3',
      vite: '8.4.0',
      ...NODE,
    },
    async run(project) {
      project.publish('static');
      project.publish('.');
      project.write(
        'vite.config.js',
        `import adapter from '@sveltejs/adapter-node';
         import { sveltekit } from '@sveltejs/kit/vite';
         export default { plugins: [sveltekit({ adapter: adapter() })] };`,
      );
      project.write(
        'src/app.html',
        '<!doctype html><html><head><link rel="icon" href="data:,">%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
      );
      project.write('src/probe.js', probe());
      project.write(
        'src/routes/+page.svelte',
        `<script>import { onMount } from 'svelte'; onMount(() => void import('../probe.js'));</script>`,
      );
      project.write(
        'src/routes/server/+server.js',
        `${SERVER_LIST}
         export const GET = () => new Response(\`listed:\${shop.related('sku-1', { k: 4 }).length}\`);`,
      );
      const found = {};
      found.dev = await withServer(
        project,
        'vite',
        (port) => ['dev', '--port', String(port)],
        both,
      );
      await project.exec('vite', ['build']);
      found.build = await withServer(project, 'node', () => ['build/index.js'], both);
      return found;
    },
  },
  astro('7.3.5'),
  {
    name: 'angular@22',
    tool: 'Angular, `@angular/build:application`',
    packages: {
      '@angular/cli': '22.2.7',
      '@angular/build': '22.2.7',
      '@angular/core': '22.2.6',
      '@angular/common': '22.2.6',
      '@angular/compiler': '22.2.6',
      '@angular/compiler-cli': '22.2.6',
      '@angular/platform-browser': '22.2.6',
      typescript: '~6.0.0',
      rxjs: '7.8.2',
      ...NODE,
    },
    needs: "`import 'vicino/inline'`, `'vicino/inline/worker'`",
    async run(project) {
      project.publish('public');
      project.write(
        'src/index.html',
        '<!doctype html><html><head><base href="/"><link rel="icon" href="data:,"></head><body></body></html>',
      );
      project.write('src/main.ts', "import './probe.js';\n");
      project.write('src/probe.js', probe(true));
      const options = {
        ...{ browser: 'src/main.ts', index: 'src/index.html', tsConfig: 'tsconfig.json' },
        ...{ assets: [{ glob: '**/*', input: 'public' }], outputPath: 'dist', budgets: [] },
      };
      const build = { builder: '@angular/build:application', options };
      const serve = {
        builder: '@angular/build:dev-server',
        options: { buildTarget: 'shop:build' },
      };
      project.write(
        'angular.json',
        JSON.stringify({
          version: 1,
          projects: { shop: { projectType: 'application', root: '', architect: { build, serve } } },
        }),
      );
      const compilerOptions = { target: 'ES2022', module: 'preserve', moduleResolution: 'bundler' };
      project.write(
        'tsconfig.json',
        JSON.stringify({
          compilerOptions: {
            ...compilerOptions,
            allowJs: true,
            lib: ['ES2022', 'dom'],
            skipLibCheck: true,
          },
          files: ['src/main.ts'],
        }),
      );
      const found = {};
      found.dev = await withServer(
        project,
        'ng',
        (port) => ['serve', '--port', String(port), '--no-live-reload'],
        visitAt,
      );
      await project.exec('ng', ['build']);
      found.build = await visitFolder(join(project.folder, 'dist/browser'));
      return found;
    },
  },
];
