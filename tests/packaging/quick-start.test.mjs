// docs/quick-start.md as it is written, and the examples of docs/api.md and js/README.md: with the real tarball, in a
// real browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { viteBuild } from './support/bundle.mjs';
import { PROGRAM } from './support/command.mjs';
import { closeBrowser, open } from './support/page.mjs';
import { makeProject } from './support/project.mjs';

const SECTIONS = ['1. Install', '2. Train', '3. Show rails', '4. Record events'];
SECTIONS.push('5. Ask for consent, then store', '6. Stock and prices');
SECTIONS.push('7. Title, price and picture', '8. The same in React');

/** The blocks of a document: under which heading, in which language, what. */
function blocksOf(name) {
  const blocks = [];
  let heading = '';
  let block;
  for (const line of readFileSync(join(root, name), 'utf8').split('\n')) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence && block) block = undefined;
    else if (fence) {
      block = { heading, language: fence[1], lines: [] };
      blocks.push(block);
    } else if (block) block.lines.push(line);
    else if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
  }
  return blocks.map(({ lines, ...rest }) => ({ ...rest, code: lines.join('\n') }));
}

const blocks = blocksOf('docs/quick-start.md');
/** The block of a section in a language; it is an error if there is not exactly one. */
function block(section, language) {
  const found = blocks.filter((one) => one.heading === section && one.language === language);
  assert.equal(found.length, 1, `blocks of ${language} under "${section}"`);
  return found[0].code;
}

/**
 * Rows like those of the document: shoppers who go from a product to one of the next three of its six, and may buy it.
 */
function* moreEvents() {
  const start = Date.UTC(2026, 9, 1);
  let state = 1;
  const random = (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let shopper = 10; shopper < 400; shopper++) {
    const shelf = random(4) * 6;
    let item = random(6);
    for (let step = 0; step < 5; step++) {
      const time = new Date(start + shopper * 3_600_000 + step * 90_000).toISOString();
      const kind = ['view', 'view', 'cart', 'purchase'][random(4)];
      yield `${time},${kind},u${shopper},sku-${shelf + item + 1}`;
      item = (item + 1 + random(3)) % 6;
    }
  }
}

let project;
before(() => {
  // Packs the package and installs it as in section 1, with the tarball in place of the registry.
  project = makeProject();
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

test('the quick start has no block that this test does not run', () => {
  const known = blocks.map(({ heading, language }) => `${heading}: ${language}`);
  const [install, train, page, record, consent, stock, cards, react] = SECTIONS;
  assert.deepEqual(known, [
    `${install}: sh`,
    `${train}: csv`,
    `${train}: sh`,
    `${page}: html`,
    `${record}: js`,
    `${consent}: html`,
    `${consent}: js`,
    `${stock}: js`,
    `${cards}: json`,
    `${cards}: js`,
    `${react}: jsx`,
  ]);
  assert.equal(block(install, 'sh'), 'npm install vicino');
});

test('the command trains on rows like those shown', () => {
  assert.ok(existsSync(PROGRAM), `${PROGRAM} is not there; cargo build --release`);
  project.write('events.csv', `${[block('2. Train', 'csv'), ...moreEvents()].join('\n')}\n`);
  execFileSync('bash', ['-euc', block('2. Train', 'sh')], {
    cwd: project.folder,
    env: { ...process.env, VICINO_BINARY: PROGRAM },
    stdio: 'pipe',
  });
});

const rails = (page) =>
  page.evaluate(() =>
    ['related', 'for-you'].map((id) =>
      [...document.getElementById(id).children].map(({ textContent }) => textContent),
    ),
  );
const waitFor = (page, text) => page.waitForFunction(text, null, { timeout: 20_000 });

test('the page fills both rails, without a product twice and without a word on the console', async () => {
  project.write('index.html', block('3. Show rails', 'html'));
  const { page, console, close } = await open(project.folder);
  try {
    await waitFor(page, "document.querySelectorAll('li').length === 8").catch(() => {});
    const [related, forYou] = await rails(page);
    assert.deepEqual(console, []);
    assert.deepEqual([related.length, forYou.length], [4, 4]);
    assert.equal(new Set([...related, ...forYou]).size, 8);
    assert.ok(!related.includes('sku-1'));
    const shelf = related.filter((id) => Number(id.slice(4)) <= 6);
    assert.equal(shelf.length, 4, `products of another shelf: ${related}`);
  } finally {
    await close();
  }
});

test('the whole page records, keeps what was agreed to, and leaves out what is sold out', async () => {
  const scripts = ['4. Record events', '5. Ask for consent, then store', '6. Stock and prices'];
  const script = scripts.map((section) => block(section, 'js')).join('\n');
  const html = block('3. Show rails', 'html')
    .replace(
      '</script>\n<h2>',
      `</script>\n${block('5. Ask for consent, then store', 'html')}\n<h2>`,
    )
    .replace(/<\/script>$/, `${script}\nglobalThis.shop = shop;\n</script>`);
  project.write('whole/index.html', html.replace('./node_modules', '../node_modules'));
  project.write('whole/shop.vicino', readFileSync(join(project.folder, 'shop.vicino')));
  const { page, console, close } = await open(project.folder, { path: '/whole/' });
  try {
    await waitFor(page, 'globalThis.shop');
    const shown = await rails(page);
    assert.deepEqual(
      shown.map(({ length }) => length),
      [4, 4],
    );
    assert.ok(!shown.flat().includes('sku-3'));
    const state = () => page.evaluate(() => globalThis.shop.consent.state);
    const events = () => page.evaluate(() => globalThis.shop.history.list());
    assert.equal(await state(), 'memory-only');
    const [seen, ...none] = await events();
    assert.deepEqual([seen.item, none], ['sku-1', []]);

    await page.click('#yes');
    await waitFor(page, "shop.consent.state === 'granted'");
    // Waits until earlier events are stored.
    await page.evaluate(() => globalThis.shop.history.remove('none'));
    await page.reload();
    await waitFor(page, 'globalThis.shop');
    assert.deepEqual((await events()).at(-1), seen);

    await page.click('#no');
    await waitFor(page, "shop.consent.state === 'denied'");
    assert.deepEqual(await events(), []);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('cards show the title, the price and the picture of the shop', async () => {
  project.write('products.json', block('7. Title, price and picture', 'json'));
  const plain = /^ *const card = .*\n/m;
  const html = block('3. Show rails', 'html');
  assert.match(html, plain);
  project.write(
    'cards.html',
    html.replace(plain, () => `${block('7. Title, price and picture', 'js')}\n`),
  );
  const { page, console, close } = await open(project.folder, { path: '/cards.html' });
  try {
    await waitFor(page, "document.querySelectorAll('li a img').length === 8");
    const shown = (await rails(page)).flat().map((text) => text.trim());
    assert.ok(shown.includes('Cotton shirt 19.9'), `${shown}`);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('the example in React shows a rail', async () => {
  for (const name of ['react', 'react-dom']) project.link(name);
  project.write('App.jsx', block('8. The same in React', 'jsx'));
  project.write(
    'react.jsx',
    `import { createRoot } from 'react-dom/client';
     import App from './App.jsx';
     createRoot(document.querySelector('#app')).render(<App products={{}} />);`,
  );
  project.write(
    'react.html',
    '<!doctype html><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="./react.jsx"></script>',
  );
  const built = await viteBuild(project.folder, ['react.html'], 'react');
  project.write('react/shop.vicino', readFileSync(join(project.folder, 'shop.vicino')));
  const { page, console, close } = await open(built, { path: '/react.html' });
  try {
    await waitFor(page, "document.querySelectorAll('li[data-vicino-id] a').length === 4");
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('what npm shows of the package runs', async () => {
  const [load, consent] = blocksOf('js/README.md').filter(({ language }) => language === 'js');
  const code = `${load.code}\n${consent.code}`.replace(
    "'vicino'",
    "'../node_modules/vicino/dist/index.js'",
  );
  project.write('npm/main.js', `${code}\nglobalThis.probe = shop.consent.state;`);
  project.write(
    'npm/index.html',
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>',
  );
  const { probe, console, close } = await open(project.folder, { path: '/npm/' });
  try {
    assert.equal(await probe(), 'denied');
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('the examples of the API reference run, and what they claim is so', async () => {
  const examples = blocksOf('docs/api.md').filter(({ language }) => language === 'js');
  assert.ok(examples.length > 5, `${examples.length} examples`);
  const cases = examples.map(
    ({ heading, code }) => `await run(${JSON.stringify(heading)}, async (shop) => {\n${code}\n});`,
  );
  project.write(
    'api/main.js',
    `import { Recommender } from '../node_modules/vicino/dist/index.js';
     import { normalizeId } from '../node_modules/vicino/dist/ids.js';
     const failed = [];
     let now = '';
     console.assert = (holds) => { if (!holds) failed.push(now + ': an assertion does not hold'); };
     const bytes = await (await fetch('/shop.vicino')).arrayBuffer();
     async function run(name, example) {
       now = name;
       const shop = await Recommender.load(bytes, { storage: 'memory' });
       try { await example(shop); } catch (error) { failed.push(name + ': ' + error); }
     }
     ${cases.join('\n')}
     globalThis.probe = { failed };`,
  );
  project.write(
    'api/index.html',
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>',
  );
  const { probe, console, close } = await open(project.folder, { path: '/api/' });
  try {
    assert.deepEqual((await probe()).failed, []);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});
