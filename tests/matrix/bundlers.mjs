// Bundlers: what each builds by its own command, with a configuration only where the documentation asks for one.
import { join } from 'node:path';
import { HTML, probe, visitAt, visitFolder, withServer } from './support.mjs';

const INLINE = "`import 'vicino/inline'`, `'vicino/inline/worker'`";

/** Writes the page and its script; `folder` is what the tool builds into. */
function page(project, { isInline = false, folder = 'dist' } = {}) {
  project.write('app.js', probe(isInline));
  project.write(`${folder}/index.html`, HTML);
  project.publish(folder);
}

const likeWebpack = (name, tool, packages, command, serveArgs) => ({
  ...{ name, tool, packages },
  async run(project) {
    page(project);
    project.write(
      `${command}.config.cjs`,
      `module.exports = {
         entry: './app.js',
         output: { path: require('node:path').resolve('dist'), filename: 'app.js' },
         devServer: { static: 'dist' },
       };`,
    );
    const config = ['--config', `./${command}.config.cjs`];
    const dev = await withServer(
      project,
      command,
      (port) => [...serveArgs, ...config, '--mode', 'development', '--port', String(port)],
      visitAt,
    );
    await project.exec(command, ['build', ...config, '--mode', 'production']);
    return { dev, build: await visitFolder(join(project.folder, 'dist')) };
  },
});

export const rows = [
  likeWebpack(
    'webpack@5',
    'webpack',
    { webpack: '5.113.0', 'webpack-cli': '7.3.1', 'webpack-dev-server': '6.1.0' },
    'webpack',
    ['serve'],
  ),
  likeWebpack(
    'rspack@2',
    'Rspack',
    { '@rspack/core': '2.3.4', '@rspack/cli': '2.2.8', '@rspack/dev-server': '2.1.0' },
    'rspack',
    ['serve'],
  ),
  {
    name: 'rollup@4',
    tool: 'Rollup',
    packages: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3' },
    needs: INLINE,
    async run(project) {
      page(project, { isInline: true });
      const resolve = ['--plugin', 'node-resolve={browser:true}'];
      await project.exec('rollup', ['app.js', '--dir', 'dist', '--format', 'es', ...resolve]);
      return { build: await visitFolder(join(project.folder, 'dist')) };
    },
  },
  ...[['esm', '--splitting'], ['iife']].map(([format, ...flags]) => ({
    name: `esbuild@0.28-${format}`,
    tool: `esbuild, \`--format=${format}\``,
    packages: { esbuild: '0.28.2' },
    needs: INLINE,
    async run(project) {
      page(project, { isInline: true });
      const options = ['--bundle', '--minify', `--format=${format}`, '--outdir=dist', ...flags];
      await project.exec('esbuild', ['app.js', ...options]);
      return { build: await visitFolder(join(project.folder, 'dist')) };
    },
  })),
  {
    name: 'parcel@2',
    tool: 'Parcel',
    packages: { parcel: '2.16.4' },
    needs: '`"@parcel/resolver-default": { "packageExports": true }` in package.json',
    project: { more: { '@parcel/resolver-default': { packageExports: true } } },
    async run(project) {
      project.write('app.js', probe());
      project.write('index.html', HTML);
      const dev = await withServer(
        project,
        'parcel',
        (port) => ['index.html', '--port', String(port), '--no-hmr', '--dist-dir', 'dev'],
        async (address) => {
          project.publish('dev');
          return visitAt(address);
        },
      );
      await project.exec('parcel', ['build', 'index.html']);
      project.publish('dist');
      return { dev, build: await visitFolder(join(project.folder, 'dist')) };
    },
  },
];
