// The data layer of Google Analytics 4 in both directions, from the tarball, in a real browser.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closeBrowser, open } from './support/page.mjs';
import { makeProject, snippet } from './support/project.mjs';

const DIST = '/node_modules/vicino/dist';

let project;
before(() => {
  project = makeProject();
  // As two scripts of a page that were bundled apart.
  cpSync(join(project.folder, DIST), join(project.folder, 'copy'), { recursive: true });
  project.write('index.html', '<!doctype html><link rel="icon" href="data:,">');
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

/** Defines what the functions below use in the page. */
function prepare() {
  const path = '/node_modules/vicino/dist';
  Object.assign(globalThis, {
    load: async (options, path_ = path) => {
      const { Recommender } = await import(`${path_}/index.js`);
      return Recommender.load('/shop.vicino', options);
    },
    dataLayer: [],
    item: (item_id) => ({ item_id, price: 3 }),
    push: (event, ecommerce) => globalThis.dataLayer.push({ event, ecommerce }),
    gtag() {
      // biome-ignore lint/complexity/noArguments: as Google's own snippet does
      globalThis.dataLayer.push(arguments);
    },
    until: async (check) => {
      for (;;) {
        const value = await check();
        if (value) return value;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    /** Resolves once everything that was read before is recorded, since events are recorded in order. */
    settled: async (shop) => {
      const mark = { item_id: 'sku-11' };
      globalThis.dataLayer.push({ event: 'view_item', ecommerce: { items: [mark] } });
      await globalThis.until(async () =>
        (await shop.history.list()).some(({ item }) => item === 'sku-11'),
      );
      await shop.history.remove('sku-11');
    },
    events: async (shop) =>
      (await shop.history.list()).map(({ item, kind }) => `${kind} ${item}`).sort(),
    counts: async (shop) =>
      (await shop.metrics.counts())
        .map(({ rail, impressions, clicks }) => [rail, impressions, clicks])
        .sort(),
  });
}

/** Runs a function in a new page; what is on its console is a failure. */
async function run(use, argument) {
  const { page, console, close } = await open(project.folder, { before: prepare });
  try {
    const answer = await page.evaluate(use, argument);
    assert.deepEqual(console, []);
    return answer;
  } finally {
    await close();
  }
}

test('what was read is not read again after a stop and a start', async () => {
  const { events, counts, isNative } = await run(async () => {
    const { fromDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    push('view_item', { items: [item('sku-1')] });
    push('purchase', { items: [item('sku-2')] });
    push('view_item_list', { item_list_id: 'home', items: [item('sku-3'), item('sku-4')] });
    push('select_item', { item_list_id: 'home', items: [item('sku-3')] });
    let stop = fromDataLayer(shop, dataLayer);
    stop();
    const isNative = dataLayer.push === Array.prototype.push;
    // While nobody reads.
    gtag('event', 'add_to_cart', { items: [item('sku-3')] });
    for (let times = 3; times > 0; times--) {
      stop = fromDataLayer(shop, dataLayer);
      stop();
    }
    fromDataLayer(shop, dataLayer);
    push('view_item', { items: [item('sku-5')] });
    await settled(shop);
    return { events: await events(shop), counts: await counts(shop), isNative };
  });
  assert.deepEqual(events, ['cart sku-3', 'purchase sku-2', 'view sku-1', 'view sku-5']);
  // Two shown and one clicked; the purchase did not come from a rail, and has a row of its own.
  assert.deepEqual(counts, [
    ['', 0, 0],
    ['home', 2, 1],
  ]);
  assert.equal(isNative, true);
});

test('two readers, also of two copies of the package, count an event once', async () => {
  for (const second of ['/node_modules/vicino/dist', '/copy']) {
    const all = await run(async (path) => {
      const one = await import('/node_modules/vicino/dist/datalayer.js');
      const two = await import(`${path}/datalayer.js`);
      const shops = [await load(), await load({}, path)];
      push('view_item', { items: [item('sku-1')] });
      const stop = one.fromDataLayer(shops[0], dataLayer);
      two.fromDataLayer(shops[1], dataLayer);
      push('view_item', { items: [item('sku-2')] });
      await settled(shops[0]);
      stop();
      push('view_item', { items: [item('sku-3')] });
      await settled(shops[1]);
      return Promise.all(shops.map(events));
    }, second);
    assert.deepEqual(all, [['view sku-1', 'view sku-2'], ['view sku-3']]);
  }
});

test('one entry pushed twice is two events', async () => {
  const found = await run(async () => {
    const { fromDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    fromDataLayer(shop, dataLayer);
    const entry = {
      event: 'select_item',
      ecommerce: { item_list_id: 'top', items: [item('sku-1')] },
    };
    dataLayer.push(entry);
    dataLayer.push(entry, entry);
    await settled(shop);
    return counts(shop);
  });
  assert.deepEqual(found, [['top', 0, 3]]);
});

test('a tag manager that wraps push and cuts the array changes nothing', async () => {
  const found = await run(async () => {
    const { fromDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    let stop = fromDataLayer(shop, dataLayer);
    const { push: before } = dataLayer;
    dataLayer.push = (...entries) => {
      const answer = before.apply(dataLayer, entries);
      while (dataLayer.length > 3) dataLayer.shift();
      return answer;
    };
    const select = (id) => push('select_item', { item_list_id: 'top', items: [item(id)] });
    for (const id of ['sku-1', 'sku-2', 'sku-3', 'sku-4']) select(id);
    stop();
    select('sku-5');
    stop = fromDataLayer(shop, dataLayer);
    select('sku-6');
    await settled(shop);
    return counts(shop);
  });
  assert.deepEqual(found, [['top', 0, 6]]);
});

test('events for a recommender that did not load or was freed go to the next one', async () => {
  const found = await run(async () => {
    const { fromDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const failing = Promise.reject(new Error('offline'));
    failing.catch(() => {});
    push('view_item', { items: [item('sku-1')] });
    fromDataLayer(failing, dataLayer);
    const freed = await load();
    freed.free();
    fromDataLayer(freed, dataLayer);
    push('purchase', { transaction_id: 'T-1', items: [item('sku-2')] });
    // Until both have failed; what they have read waits.
    await new Promise((resolve) => setTimeout(resolve));
    const shop = await load();
    fromDataLayer(shop, dataLayer);
    await settled(shop);
    return events(shop);
  });
  assert.deepEqual(found, ['purchase sku-2', 'view sku-1']);
});

test('a purchase counts once, with an order number or without, also when its page is loaded again', async () => {
  const { page, console, close } = await open(project.folder, { before: prepare });
  const confirm = (orders, junk) =>
    page.evaluate(
      async ([orders, junk]) => {
        const { fromDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
        const shop = await load();
        await shop.consent.grant();
        if (junk !== undefined) {
          for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, junk);
        }
        globalThis.shop = shop;
        fromDataLayer(shop, dataLayer);
        for (const order of orders) push('purchase', order);
        for (const order of orders) push('purchase', structuredClone(order));
        await settled(shop);
        return events(shop);
      },
      [orders, junk],
    );
  try {
    const items = (...ids) => ids.map((item_id) => ({ item_id, quantity: 1 }));
    const orders = [
      { transaction_id: 'T-1', items: items('sku-1') },
      { transaction_id: 7, items: items('sku-1') },
      { items: items('sku-2', 'sku-3') },
      { transaction_id: '', items: items('sku-4') },
    ];
    const once = [1, 1, 2, 3, 4].map((number) => `purchase sku-${number}`);
    assert.deepEqual(await confirm(orders), once);
    await page.reload();
    assert.deepEqual(await confirm(orders), once);
    const other = { items: items('sku-2') };
    assert.deepEqual(await confirm([other]), [...once, 'purchase sku-2'].sort());
    for (const junk of ['5', 'null', '{}', '{']) {
      await page.reload();
      // What is not a list of orders counts as none.
      assert.equal((await confirm([other], junk)).length > 6, true, junk);
    }
    // Withdrawn: the numbers of the orders go as well.
    const left = await page.evaluate(async () => {
      const before = Object.keys(sessionStorage).length;
      await shop.consent.deny();
      await until(() => Object.keys(sessionStorage).length === 0);
      return before;
    });
    assert.equal(left, 1);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('without consent no order is stored', async () => {
  const found = await run(async () => {
    const { fromDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    fromDataLayer(shop, dataLayer);
    push('purchase', { transaction_id: 'T-1', items: [item('sku-1')] });
    await settled(shop);
    return [await events(shop), { ...sessionStorage }];
  });
  assert.deepEqual(found, [['purchase sku-1'], {}]);
});

test('what a rail shows and what is clicked in it is pushed with list and place', async () => {
  const { entries, rail, later } = await run(async () => {
    const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    const stop = toDataLayer(shop, dataLayer, {
      item: (id) => ({ item_name: `Name of ${id}`, price: 9.5, currency: 'EUR' }),
      listName: (rail) => ({ top: 'Popular' })[rail] ?? rail,
    });
    const [{ items }] = shop.page([{ name: 'top', list: 'trending', k: 4 }]);
    const ids = items.map(({ id }) => id);
    // In view are the third and the second; the third is followed.
    shop.recordImpression([ids[2], ids[1]], { rail: 'top' });
    shop.recordClick(ids[2], { rail: 'top' });
    // A list of its own, all in view.
    shop.recordImpression(['sku-7', 'sku-8'], { rail: 'mine' });
    shop.recordClick('sku-8', { rail: 'mine' });
    // Shown in no rail.
    shop.recordClick('sku-9');
    stop();
    const entries = structuredClone(dataLayer);
    shop.recordImpression(ids, { rail: 'top' });
    shop.page([{ name: 'top', list: 'trending', k: 4 }]);
    return { entries, rail: ids, later: dataLayer.length - entries.length };
  });
  const list = { item_list_id: 'top', item_list_name: 'Popular' };
  const of = (item_id, more) => ({
    ...{ item_id, item_name: `Name of ${item_id}`, price: 9.5, currency: 'EUR' },
    ...more,
  });
  const third = of(rail[2], { ...list, index: 2 });
  const mine = { item_list_id: 'mine', item_list_name: 'mine' };
  const clear = { ecommerce: null };
  assert.deepEqual(entries, [
    clear,
    {
      event: 'view_item_list',
      ecommerce: { ...list, items: [third, of(rail[1], { ...list, index: 1 })] },
    },
    clear,
    { event: 'select_item', ecommerce: { ...list, items: [third] } },
    clear,
    {
      event: 'view_item_list',
      ecommerce: {
        ...mine,
        items: [of('sku-7', { ...mine, index: 0 }), of('sku-8', { ...mine, index: 1 })],
      },
    },
    clear,
    {
      event: 'select_item',
      ecommerce: { ...mine, items: [of('sku-8', { ...mine, index: 1 })] },
    },
    clear,
    { event: 'select_item', ecommerce: { items: [of('sku-9')] } },
  ]);
  assert.equal(later, 0);
});

test("for Google's tag without a tag manager the entries are arguments", async () => {
  const found = await run(async () => {
    const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    toDataLayer(Promise.resolve(shop), dataLayer, { format: 'gtag' });
    await until(() => Object.hasOwn(shop, 'recordClick'));
    shop.recordClick('sku-1', { rail: 'top' });
    return dataLayer.map((entry) => [Object.prototype.toString.call(entry), [...entry]]);
  });
  const list = { item_list_id: 'top', item_list_name: 'top' };
  assert.deepEqual(found, [
    [
      '[object Arguments]',
      ['event', 'select_item', { ...list, items: [{ item_id: 'sku-1', ...list }] }],
    ],
  ]);
});

test('the list of a click goes with the item into the cart and the order, and overwrites nothing', async () => {
  const found = await run(async () => {
    const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    toDataLayer(shop, dataLayer);
    shop.recordImpression(['sku-1', 'sku-2'], { rail: 'top' });
    shop.recordClick('sku-2', { rail: 'top' });
    const from = dataLayer.length;
    const cart = [item('sku-2'), item('sku-3'), null, { ...item('sku-2'), item_list_id: 'own' }];
    const data = { currency: 'EUR', items: cart };
    push('add_to_cart', data);
    gtag('event', 'purchase', { transaction_id: 'T-1', items: cart.slice(0, 2) });
    push('add_to_cart', { item_list_name: 'Own', items: [item('sku-2')] });
    push('view_item', { items: [item('sku-2')] });
    // Data before its event, and of another list.
    dataLayer.push({ ecommerce: { items: [item('sku-2')] } }, { event: 'add_to_cart' });
    dataLayer.push(Object.freeze({ event: 'add_to_cart', ecommerce: { items: [item('sku-2')] } }));
    push('select_item', { items: [{ ...item('sku-3'), item_list_name: 'Search', index: 4 }] });
    push('add_to_cart', { items: [item('sku-3'), { item_id: 3 }] });
    const [added, bought, ...others] = structuredClone(
      dataLayer.slice(from).map((entry) => (entry[0] ? [...entry] : entry)),
    );
    return { added, bought, others, untouched: JSON.stringify(data) };
  });
  const list = { item_list_id: 'top', item_list_name: 'top', index: 1 };
  const plain = (item_id) => ({ item_id, price: 3 });
  assert.deepEqual(found.added.ecommerce, {
    currency: 'EUR',
    items: [
      { ...plain('sku-2'), ...list },
      plain('sku-3'),
      null,
      { ...plain('sku-2'), item_list_id: 'own' },
    ],
  });
  assert.deepEqual(found.bought, [
    'event',
    'purchase',
    { transaction_id: 'T-1', items: [{ ...plain('sku-2'), ...list }, plain('sku-3')] },
  ]);
  assert.deepEqual(found.others, [
    { event: 'add_to_cart', ecommerce: { item_list_name: 'Own', items: [plain('sku-2')] } },
    { event: 'view_item', ecommerce: { items: [plain('sku-2')] } },
    { ecommerce: { items: [{ ...plain('sku-2'), ...list }] } },
    { event: 'add_to_cart' },
    { event: 'add_to_cart', ecommerce: { items: [plain('sku-2')] } },
    {
      event: 'select_item',
      ecommerce: { items: [{ ...plain('sku-3'), item_list_name: 'Search', index: 4 }] },
    },
    {
      event: 'add_to_cart',
      ecommerce: {
        items: [{ ...plain('sku-3'), item_list_name: 'Search', index: 4 }, { item_id: 3 }],
      },
    },
  ]);
  // The page's own objects stay as they are.
  const cart = [plain('sku-2'), plain('sku-3'), null, { ...plain('sku-2'), item_list_id: 'own' }];
  assert.equal(found.untouched, JSON.stringify({ currency: 'EUR', items: cart }));
});

test('the list of a click is known on the next page if the device may remember it', async () => {
  for (const consent of ['granted', 'memory-only']) {
    const { page, console, close } = await open(project.folder, { before: prepare });
    try {
      await page.evaluate(async (consent) => {
        const shop = await load({ consent });
        shop.recordClick('sku-2', { rail: 'top' });
        await shop.record({ item: 'sku-2' });
      }, consent);
      await page.reload();
      const [found] = await page.evaluate(async (consent) => {
        const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
        const shop = await load({ consent });
        toDataLayer(shop, dataLayer, {
          item: (id) => ({ item_id: `feed_${id}` }),
          listName: () => 'Popular',
        });
        await new Promise((resolve) => setTimeout(resolve));
        push('add_to_cart', { items: [item('feed_sku-2')] });
        return dataLayer[0].ecommerce.items;
      }, consent);
      const list = { item_list_id: 'top', item_list_name: 'Popular' };
      const plain = { item_id: 'feed_sku-2', price: 3 };
      assert.deepEqual(found, consent === 'granted' ? { ...list, ...plain } : plain);
      assert.deepEqual(console, []);
    } finally {
      await close();
    }
  }
});

test('both directions on one data layer count and push everything once', async () => {
  for (const copy of ['/node_modules/vicino/dist', '/copy']) {
    const found = await run(async (path) => {
      const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
      const { fromDataLayer } = await import(`${path}/datalayer.js`);
      const shop = await load();
      const stops = [fromDataLayer(shop, dataLayer), toDataLayer(shop, dataLayer)];
      // A second one, as when a page draws its parts again.
      toDataLayer(shop, dataLayer);
      push('view_item_list', { item_list_id: 'shelf', items: [item('sku-1'), item('sku-2')] });
      push('select_item', { item_list_id: 'shelf', items: [item('sku-1')] });
      shop.recordImpression(['sku-3'], { rail: 'top' });
      shop.recordClick('sku-3', { rail: 'top' });
      await settled(shop);
      const names = dataLayer.map(({ event }) => event).filter((name) => name !== 'view_item');
      for (const stop of stops) stop();
      // The other one is still there.
      shop.recordClick('sku-3', { rail: 'top' });
      const after = dataLayer.filter(({ event }) => event === 'select_item').length;
      // What was pushed here is not for a reader that comes later.
      fromDataLayer(shop, dataLayer);
      await settled(shop);
      return { counts: await counts(shop), names: names.filter(Boolean), after };
    }, copy);
    assert.deepEqual(found.counts, [
      ['shelf', 2, 1],
      ['top', 1, 2],
    ]);
    assert.deepEqual(found.names, [
      'view_item_list',
      'select_item',
      'view_item_list',
      'select_item',
    ]);
    assert.equal(found.after, 3);
  }
});

test('a recommender in a worker pushes the same', async () => {
  const [found, rail] = await run(async () => {
    const { load } = await import('/node_modules/vicino/dist/worker-client.js');
    const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load('/shop.vicino');
    toDataLayer(shop, dataLayer);
    const [{ items }] = await shop.page([{ name: 'top', list: 'trending', k: 3 }]);
    await shop.recordImpression([items[2].id], { rail: 'top' });
    await shop.recordClick(items[2].id, { rail: 'top' });
    return [dataLayer.filter(({ event }) => event), items.map(({ id }) => id)];
  });
  const list = { item_list_id: 'top', item_list_name: 'top' };
  const items = [{ item_id: rail[2], ...list, index: 2 }];
  assert.deepEqual(
    found,
    ['view_item_list', 'select_item'].map((event) => ({ event, ecommerce: { ...list, items } })),
  );
});

test('a rail of the element pushes what was in view and what is clicked', async () => {
  const { page, console, close } = await open(project.folder, { before: prepare });
  try {
    const found = await page.evaluate(async () => {
      const { setRecommender } = await import('/node_modules/vicino/dist/element.js');
      const { toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
      const shop = await load();
      toDataLayer(shop, dataLayer);
      setRecommender(shop);
      document.body.innerHTML = `<vicino-rail list="related" item="sku-1" k="3" name="others">
        <template><p><a href="#{{id}}">{{id}}</a></p></template></vicino-rail>`;
      const links = await until(() => {
        const all = document.querySelectorAll('[data-vicino-id] a');
        return all.length === 3 && all;
      });
      const shown = () => dataLayer.filter(({ event }) => event === 'view_item_list');
      await until(() => shown().flatMap(({ ecommerce }) => ecommerce.items).length === 3);
      links[1].click();
      return {
        ids: [...links].map(({ textContent }) => textContent),
        shown: shown().flatMap(({ ecommerce }) => ecommerce.items),
        clicked: dataLayer.filter(({ event }) => event === 'select_item'),
      };
    });
    const list = { item_list_id: 'others', item_list_name: 'others' };
    const items = found.ids.map((item_id, index) => ({ item_id, ...list, index }));
    assert.deepEqual(
      found.shown.sort((a, b) => a.index - b.index),
      items,
    );
    assert.deepEqual(found.clicked, [
      { event: 'select_item', ecommerce: { ...list, items: [items[1]] } },
    ]);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('the lines of the documentation push what they say', async () => {
  const lines = [0, 1]
    .map((which) => snippet('docs/bindings.md', '## vicino/datalayer', 'js', which))
    .join('')
    .replaceAll(/'vicino(?:\/(\w+))?'/g, (_, entry = 'index') => `'${DIST}/${entry}.js'`);
  project.write(
    'lines.js',
    `${lines}
     shop.recordClick('sku-1', { rail: 'related' });
     end();
     stop();
     globalThis.probe = dataLayer.filter(({ event }) => event);`,
  );
  project.write(
    'lines.html',
    `<!doctype html><link rel="icon" href="data:,"><p data-vicino-id="sku-1" title="Red shoe">sku-1</p>
     <script type="module" src="lines.js"></script>`,
  );
  const { probe, console, close } = await open(project.folder, { path: '/lines.html' });
  const found = await probe().finally(close);
  const list = { item_list_id: 'related', item_list_name: 'Others looked at' };
  const items = [{ item_id: 'sku-1', item_name: 'Red shoe', currency: 'EUR', ...list }];
  assert.deepEqual(found, [{ event: 'select_item', ecommerce: { ...list, items } }]);
  assert.deepEqual(console, []);
});

test('wrong arguments are refused, and nothing that is pushed throws', async () => {
  const codes = await run(async () => {
    const { fromDataLayer, toDataLayer } = await import('/node_modules/vicino/dist/datalayer.js');
    const shop = await load();
    const code = (call) => {
      try {
        call();
        return 'none';
      } catch (error) {
        return error.code ?? String(error);
      }
    };
    const codes = [fromDataLayer, toDataLayer].flatMap((use) => [
      code(() => use(undefined, dataLayer)),
      code(() => use({}, dataLayer)),
      code(() => use(shop, undefined)),
      code(() => use(shop, {})),
      code(() => use(shop, Object.freeze([]))),
      code(() => use(shop, dataLayer, null)),
      code(() => use(shop, dataLayer, { ids: String })),
    ]);
    codes.push(code(() => fromDataLayer(shop, dataLayer, { id: 'sku' })));
    codes.push(code(() => toDataLayer(shop, dataLayer, { item: {} })));
    codes.push(code(() => toDataLayer(shop, dataLayer, { listName: 'top' })));
    codes.push(code(() => toDataLayer(shop, dataLayer, { format: 'gtm4' })));
    fromDataLayer(shop, dataLayer);
    toDataLayer(shop, dataLayer);
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    );
    for (const odd of [
      null,
      undefined,
      1,
      'event',
      [],
      ['event'],
      trap,
      { event: trap },
      { ecommerce: trap },
    ]) {
      codes.push(code(() => dataLayer.push(odd)));
      for (const event of ['view_item', 'purchase', 'add_to_cart', 'select_item']) {
        codes.push(code(() => push(event, odd)));
        codes.push(code(() => push(event, { items: odd })));
        codes.push(code(() => push(event, { items: [odd] })));
        codes.push(code(() => gtag('event', event, odd)));
      }
    }
    return codes;
  });
  const invalid = 'option-invalid';
  const each = [invalid, invalid, invalid, invalid, invalid, invalid, 'option-unknown'];
  assert.deepEqual(codes.slice(0, 18), [...each, ...each, invalid, invalid, invalid, invalid]);
  assert.deepEqual([...new Set(codes.slice(18))], ['none']);
});
