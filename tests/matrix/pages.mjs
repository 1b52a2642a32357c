// Pages without a bundler, under what sites set for themselves.
import { serve } from '../packaging/support/page.mjs';
import { snippet } from '../packaging/support/project.mjs';
import { probe, visitFolder } from './support.mjs';

const NONCE = 'c2hvcA';
const recipe = (which) =>
  snippet('docs/recipes.md', '## Content security policy', 'text', which)
    .trim()
    .replace(/^content-security-policy: /, '')
    .replaceAll(/\s+/g, ' ');

const OWN = '/node_modules/vicino/dist';

/** The import map of the recipe for CDNs, with the files of the package at an address. */
function ownFiles(files = OWN) {
  const html = snippet('docs/recipes.md', '## From a CDN', 'html');
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)[1];
  return JSON.parse(map.replaceAll(/https:.*?\/dist/g, files)).imports;
}

/** Writes the page, which names the entries by an import map. */
function page(project, imports = ownFiles()) {
  project.write(
    'app.js',
    probe().replaceAll(/'vicino\/(delivery|element|errors)'/g, "'vicino/$1.js'"),
  );
  project.publish('.');
  project.write(
    'index.html',
    `<!doctype html><link rel="icon" href="data:,">
     <script type="importmap" nonce="${NONCE}">${JSON.stringify({ imports })}</script>
     <script type="module" nonce="${NONCE}" src="/app.js"></script>`,
  );
}

const under = (name, tool, headers, needs) => ({
  ...{ name, tool, needs, packages: {} },
  async run(project) {
    page(project);
    return { page: await visitFolder(project.folder, { headers }) };
  },
});
const policy = (text) => ({ 'content-security-policy': text });

export const rows = [
  under('plain', 'a script from the same server', {}),
  {
    name: 'cdn',
    tool: 'a script from another origin (a CDN)',
    packages: {},
    needs: '`access-control-allow-origin`, which CDNs send',
    async run(project) {
      const cdn = await serve(project.folder, { 'access-control-allow-origin': '*' });
      try {
        page(project, ownFiles(`http://127.0.0.1:${cdn.address().port}${OWN}`));
        return { page: await visitFolder(project.folder) };
      } finally {
        cdn.closeAllConnections();
        cdn.close();
      }
    },
  },
  under(
    'csp-nonce',
    "content security policy with a nonce and `'strict-dynamic'`",
    policy(recipe(0).replace("script-src 'self'", `script-src 'nonce-${NONCE}' 'strict-dynamic'`)),
    '[the policy](recipes.md#content-security-policy)',
  ),
  under('trusted-types', 'Trusted Types', policy(recipe(1)), '`trusted-types vicino`'),
  under('isolated', 'cross-origin isolation (COOP and COEP), on pages and scripts', {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  }),
  under('isolated-page', 'cross-origin isolation, on pages only', (path) =>
    path.endsWith('.html')
      ? {
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        }
      : {},
  ),
  {
    name: 'sandbox',
    tool: 'a frame with `sandbox="allow-scripts"`',
    packages: {},
    needs: '`access-control-allow-origin` on scripts and models',
    async run(project) {
      page(project);
      project.write(
        'app.js',
        `${project.read('app.js')}
         while (!globalThis.probe) await new Promise((resolve) => setTimeout(resolve, 20));
         parent.postMessage(globalThis.probe, '*');`,
      );
      project.write(
        'outside.html',
        `<!doctype html><link rel="icon" href="data:,">
         <script>addEventListener('message', ({ data }) => { globalThis.probe = data; });</script>
         <iframe sandbox="allow-scripts" src="/index.html"></iframe>`,
      );
      const headers = { 'access-control-allow-origin': '*' };
      return { page: await visitFolder(project.folder, { path: '/outside.html', headers }) };
    },
  },
];
