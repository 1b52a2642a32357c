// Pages with a strict content security policy, from the tarball as a static server has it.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { closeBrowser, visit } from './support/page.mjs';
import { makeProject, snippet } from './support/project.mjs';

const RECIPE = snippet('docs/recipes.md', '## Content security policy', 'text')
  .trim()
  .replace(/^content-security-policy: /, '')
  .replace(/\s+/g, ' ');
/** Demands Trusted Types, as in the document. */
const TRUSTED = snippet('docs/recipes.md', '## Content security policy', 'text', 1).trim();
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

let project;
before(() => {
  project = makeProject();
  cpSync(join(root, 'tests/packaging/pages/wait.js'), join(project.folder, 'wait.js'));
  const code = readFileSync(join(root, 'tests/packaging/pages/policy.js'), 'utf8');
  project.write(
    'policy.js',
    code.replaceAll(/'vicino\/?(\w*)'/g, (_, entry) => {
      const file = { '': 'index', worker: 'worker-client' }[entry] ?? entry;
      return `'./node_modules/vicino/dist/${file}.js'`;
    }),
  );
  const element = snippet('docs/bindings.md', '## vicino/element', 'html');
  // The script is a file of its own under such a policy, as in every build.
  const body = element.replace(/<script.*<\/script>/s, '');
  project.write(
    'index.html',
    `<!doctype html>${body}<script type="module" src="policy.js"></script>`,
  );
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

const under = (policy) => visit(project.folder, { headers: { 'content-security-policy': policy } });

test('the strict policy of the recipe lets everything work, and nothing breaks it', async () => {
  const { probe, console } = await under(RECIPE);
  assert.deepEqual(probe.violations, []);
  assert.deepEqual(console, []);
  assert.deepEqual(probe.page, { items: 3 });
  assert.deepEqual(probe.worker, { items: 3 });
  assert.equal(probe.state, 'ready');
});

test('a policy without wasm-unsafe-eval gives code unsupported, and the prerendered rail stays', async () => {
  const { probe } = await under(RECIPE.replace("'wasm-unsafe-eval'", ''));
  assert.equal(probe.page.code, 'unsupported');
  assert.equal(probe.worker.code, 'unsupported');
  assert.equal(probe.state, 'unsupported');
  assert.deepEqual(probe.shown, ['sku-5']);
  assert.equal(probe.visible, true);
});

test('a policy without worker-src gives code unsupported for the worker alone', async () => {
  const { probe } = await under(RECIPE.replace(/worker-src [^;]*/, "worker-src 'none'"));
  assert.deepEqual(probe.page, { items: 3 });
  assert.equal(probe.worker.code, 'unsupported');
  assert.match(probe.worker.message, /worker-src/);
});

test('Trusted Types with the policy `vicino` let everything work', async () => {
  const { probe, console } = await under(`${RECIPE}; ${TRUSTED}`);
  assert.deepEqual(probe.page, { items: 3 });
  assert.deepEqual(probe.worker, { items: 3 });
  assert.equal(probe.state, 'ready');
  assert.ok(
    console.every((line) => line.includes('TrustedScriptURL')),
    `${console}`,
  );
});

test('Trusted Types without the policy give a message that names it', async () => {
  const { probe } = await under(`${RECIPE}; ${TRUSTED.replace('vicino', "'none'")}`);
  assert.deepEqual(probe.page, { items: 3 });
  assert.equal(probe.worker.code, 'unsupported');
  assert.match(probe.worker.message, /`trusted-types vicino`/);
});

test('a worker whose script lacks the header of an embedder policy is started by its text', async () => {
  const { probe } = await visit(project.folder, {
    headers: (path) => (path.endsWith('.html') ? ISOLATED : {}),
  });
  assert.deepEqual(probe.page, { items: 3 });
  assert.deepEqual(probe.worker, { items: 3 });
});
