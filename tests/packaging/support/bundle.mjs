// Builds pages with the tools that shops build with, in the scratch project.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The compilers of Vue and Svelte without the comforts of their plugins. */
async function compilers() {
  const vue = await import('vue/compiler-sfc');
  const { compile } = await import('svelte/compiler');
  return {
    name: 'compilers',
    transform: {
      filter: { id: /\.(vue|svelte)$/ },
      handler(code, id) {
        if (id.endsWith('.svelte')) {
          return {
            code: compile(code, { filename: id, generate: 'client' }).js.code,
            moduleType: 'js',
          };
        }
        const { descriptor } = vue.parse(code, { filename: id });
        const script = vue.compileScript(descriptor, { id, inlineTemplate: true });
        return { code: script.content, moduleType: 'js' };
      },
    },
  };
}

/** Builds HTML pages of the project with Vite. */
export async function viteBuild(folder, pages, outDir, { alias = {} } = {}) {
  const { build } = await import('vite');
  await build({
    root: folder,
    logLevel: 'error',
    plugins: [await compilers()],
    resolve: { alias },
    build: {
      target: 'esnext',
      outDir,
      emptyOutDir: true,
      rollupOptions: { input: pages.map((page) => join(folder, page)) },
    },
  });
  return join(folder, outDir);
}

/** Builds scripts of the project with webpack, each to a script of its name. */
export async function webpackBuild(folder, entry, outDir) {
  const { default: webpack } = await import('webpack');
  const path = join(folder, outDir);
  mkdirSync(path, { recursive: true });
  const config = {
    mode: 'production',
    context: folder,
    entry,
    output: { path, filename: '[name].js' },
    performance: { hints: false },
  };
  const stats = await new Promise((resolve, reject) => {
    webpack(config, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  const { errors, warnings } = stats.toJson();
  const problems = [...errors, ...warnings].map(({ message }) => message);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return path;
}
