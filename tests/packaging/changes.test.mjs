// Rails of every binding follow what changes in the recommender, and the recommender survives what frameworks do with
// it: built by Vite from the tarball, in a real browser.
import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { viteBuild } from './support/bundle.mjs';
import { closeBrowser, visit } from './support/page.mjs';
import { MODEL, makeProject } from './support/project.mjs';

const COMPONENT = `<script>
  import { rail } from 'vicino/svelte';
  let { shop, options } = $props();
  const items = rail(shop, 'forYou', options);
</script>
{#each $items as { id } (id)}<p data-vicino-id={id}></p>{/each}`;
const BINDINGS = ['react', 'vue', 'svelte', 'element'];

let project;
let built;
before(async () => {
  project = makeProject();
  for (const name of ['react', 'react-dom', 'vue', 'svelte', 'alpinejs', 'pinia']) {
    project.link(name);
  }
  const pages = join(root, 'tests/packaging/pages');
  for (const name of readdirSync(pages)) cpSync(join(pages, name), join(project.folder, name));
  project.write('Follow.svelte', COMPONENT);
  const scripts = {
    ...Object.fromEntries(
      BINDINGS.map((name) => [name, `follow-${name}.js${name === 'react' ? 'x' : ''}`]),
    ),
    strict: 'strict.jsx',
    proxies: 'proxies.js',
  };
  for (const [name, script] of Object.entries(scripts)) {
    project.write(
      `${name}.html`,
      `<!doctype html><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="./${script}"></script>`,
    );
  }
  built = await viteBuild(
    project.folder,
    Object.keys(scripts).map((name) => `${name}.html`),
    'vite',
  );
  cpSync(join(root, MODEL), join(built, 'shop.vicino'));
  cpSync(join(root, 'tests/golden/2.0-variants.vicino'), join(built, 'variants.vicino'));
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

/** Returns the probe of a page that has left nothing on its console. */
async function probe(path) {
  const { probe, console } = await visit(built, { path });
  assert.deepEqual(console, []);
  assert.equal(probe.failed, undefined);
  return probe;
}

for (const name of BINDINGS) {
  for (const where of ['', '?worker']) {
    test(`a rail of ${name} follows stock, history, consent and model ${where}`, async () => {
      const { first, sold, cleared, viewed, denied, renewed } = await probe(
        `/${name}.html${where}`,
      );
      const [top, second] = first;
      assert.equal(first.length, 4);
      assert.equal(sold.length, 4);
      assert.ok(!sold.includes(top));
      assert.deepEqual(cleared, first);
      assert.ok(!viewed.includes(second));
      assert.deepEqual(denied, first);
      assert.ok(!renewed.some((id) => id.startsWith('sku-')));
    });
  }
}

test('a Response is a source under strict mode, which mounts everything twice', async () => {
  const { ids } = await probe('/strict.html');
  assert.equal(ids.length, 4);
});

for (const where of ['', '?worker']) {
  test(`Vue, Pinia and Alpine may keep a recommender in their state ${where}`, async () => {
    const found = await probe(`/proxies.html${where}`);
    for (const name of ['ref', 'reactive', 'deep', 'pinia', 'alpine']) {
      assert.deepEqual(found[name], [3, 12, 'memory-only'], name);
    }
  });
}
