// Vite of every version that people have: its server for development and its build, without a configuration.

import { join } from 'node:path';
import { HTML, probe, visitAt, visitFolder, withServer } from './support.mjs';

const VERSIONS = ['5.4.21', '6.4.6', '7.3.8', '8.4.0'];

export const rows = VERSIONS.map((version) => ({
  name: `vite@${version.split('.')[0]}`,
  tool: 'Vite',
  packages: { vite: version },
  async run(project) {
    project.write('index.html', HTML);
    project.write('app.js', probe());
    project.publish('public');
    const dev = (...flags) =>
      withServer(
        project,
        'vite',
        (port) => ['--port', String(port), '--strictPort', ...flags],
        visitAt,
      );
    const found = { dev: await dev() };
    await project.exec('vite', ['build']);
    found.build = await visitFolder(join(project.folder, 'dist'));
    return found;
  },
}));
