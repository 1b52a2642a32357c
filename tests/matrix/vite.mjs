// Vite of every version that people have: its server for development and its build, without a configuration.

import { join } from 'node:path';
import { HTML, probe, visitAt, visitFolder, withServer } from './support.mjs';

const VERSIONS = ['5.4.21', '6.4.6', '7.3.8', '8.4.0'];

export const rows = VERSIONS.map((version) => ({
  name: `vite@${version.split('.')[0]}`,
  tool: 'Vite',
  needs: version.startsWith('8')
    ? undefined
    : { 'dev, `--mode production`': "`optimizeDeps: { exclude: ['vicino'] }`" },
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
    // In another mode the condition `development` is not set; the message has the line that helps.
    const refused = await dev('--mode', 'production');
    const [, line] = /`(optimizeDeps: .*?)` in/.exec(refused.main) ?? [];
    project.write('vite.config.js', `export default { ${line ?? ''} };`);
    found['dev, `--mode production`'] = line ? await dev('--mode', 'production') : refused;
    await project.exec('vite', ['build']);
    found.build = await visitFolder(join(project.folder, 'dist'));
    return found;
  },
}));
