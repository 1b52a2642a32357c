// Servers: the main entry with a model from a file, in every runtime.
import { join } from 'node:path';
import { snippet } from '../packaging/support/project.mjs';

const CHECK = `
await shop.record({ item: 'sku-1' });
if (rail.length !== 4 || shop.forYou({ k: 3 }).length !== 3) throw new Error('too few items');
if (shop.history.storage !== 'memory') throw new Error('the history is not in memory');
const { Recommender: Inline } = await import('vicino/inline');
if (Inline !== Recommender) throw new Error('two copies of the package');
console.log('passes');
`;

const runtime = (name, tool, packages, program, args = []) => ({
  ...{ name, tool, packages },
  async run(project) {
    project.publish('.');
    project.write('server.js', snippet('docs/bindings.md', '## Node and servers', 'js') + CHECK);
    const said = await project.exec(program, [...args, 'server.js']);
    return { run: { main: said.includes('passes') ? 'passes' : said.slice(0, 300) } };
  },
});

export const rows = [
  runtime('node@20', 'Node', { node: '20.9.0' }, 'node'),
  runtime('node@22', 'Node', { node: '22.23.3' }, 'node'),
  runtime('deno@2', 'Deno', { deno: '2.9.6' }, 'deno', ['run', '--allow-read', '--allow-env']),
  runtime('bun@1', 'Bun', { bun: '1.4.5' }, 'bun'),
  {
    name: 'workerd@4',
    tool: 'workerd, by Miniflare',
    packages: { miniflare: '4.20260730.0', esbuild: '0.28.2' },
    needs: "`import wasm from 'vicino/vicino.wasm'`, `{ wasm }`",
    async run(project) {
      project.publish('.');
      project.write(
        'worker.js',
        snippet('docs/bindings.md', '### Where only deployed modules run', 'js'),
      );
      await project.exec('esbuild', [
        'worker.js',
        ...['--bundle', '--format=esm', '--conditions=workerd,browser', '--outdir=dist'],
        ...['--loader:.wasm=copy', '--loader:.vicino=copy', '--asset-names=[name]'],
      ]);
      project.write(
        'run.mjs',
        `import { Miniflare } from 'miniflare';
         import { readdirSync, readFileSync } from 'node:fs';
         const modules = readdirSync('dist').map((path) => ({
           path,
           type: path.endsWith('.js') ? 'ESModule' : path.endsWith('.wasm') ? 'CompiledWasm' : 'Data',
           contents: readFileSync('dist/' + path),
         })).sort((a) => (a.path === 'worker.js' ? -1 : 1));
         const worker = new Miniflare({ modules, modulesRoot: '.', compatibilityDate: '2026-01-01' });
         const answer = await worker.dispatchFetch('http://localhost/?item=sku-1');
         console.log(await answer.text());
         await worker.dispose();`,
      );
      const { stdout, stderr } = await project.node([join(project.folder, 'run.mjs')]);
      const items = JSON.parse(stdout.trim().split('\n').at(-1) || '[]');
      return { run: { main: items.length === 4 ? 'passes' : `${stdout}${stderr}`.slice(0, 300) } };
    },
  },
];
