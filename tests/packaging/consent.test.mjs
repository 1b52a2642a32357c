// Consent tools in the order in which their makers' documentation calls them, from the tarball, in a real browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { closeBrowser, open } from './support/page.mjs';
import { makeProject, snippet } from './support/project.mjs';

let project;
before(() => {
  project = makeProject();
  project.write('index.html', '<!doctype html><link rel="icon" href="data:,">');
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

/** Defines what the functions below use in the page. */
function prepare() {
  Object.assign(globalThis, {
    errors: [],
    tools: () => import('/node_modules/vicino/dist/consent.js'),
    load: async (options) => {
      const { Recommender } = await import('/node_modules/vicino/dist/index.js');
      const shop = await Recommender.load('/shop.vicino', options);
      // Every state that ever was, since one that is wrong for a moment is wrong.
      globalThis.states = [];
      shop.consent.subscribe(() => states.push(shop.consent.state));
      globalThis.shop = shop;
      return shop;
    },
    gtag() {
      globalThis.dataLayer ??= [];
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
    state: (wanted) => globalThis.until(() => globalThis.shop.consent.state === wanted),
    /** Ids of what the device has stored. */
    stored: () => globalThis.shop.history.storage !== 'memory' && globalThis.ids(),
    ids: () => [...new Set(globalThis.shop.history.list().map(({ item }) => item))].sort(),
  });
}

/** Opens a page as a new shopper; `use` gets a function that runs another one in it, and one that loads it again. */
async function visit(use) {
  const { page, console, close } = await open(project.folder, { before: prepare });
  try {
    await use(
      (one, argument) => page.evaluate(one, argument),
      () => page.reload(),
      page,
    );
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
}

/** All types, as Google's guide lists them. */
const ALL = [
  ...['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage'],
  ...['functionality_storage', 'personalization_storage', 'security_storage'],
];
const every = (value, more) => ({
  ...Object.fromEntries(ALL.map((name) => [name, value])),
  ...more,
});

/** Starts a page that follows Consent Mode: `before` is pushed before the recommender is there, with its default. */
const followGoogle = async ([commands, options]) => {
  for (const command of commands) gtag('consent', ...command);
  const { fromConsentMode } = await tools();
  const shop = load();
  globalThis.stop = fromConsentMode(shop, globalThis.dataLayer, {
    onError: (error) => errors.push(String(error)),
    ...options,
  });
  await (await shop).record({ item: 'sku-1' });
};

test('Consent Mode: denied by default, granted, kept on the next page, withdrawn', async () => {
  const wait = every('denied', { wait_for_update: 500 });
  await visit(async (run, reload) => {
    await run(followGoogle, [[['default', wait]], {}]);
    assert.equal(await run(() => shop.consent.state), 'memory-only');
    assert.equal(await run(() => stored()), false);
    // The shopper says yes.
    assert.deepEqual(
      await run(async (granted) => {
        gtag('consent', 'update', granted);
        await state('granted');
        return stored();
      }, every('granted')),
      ['sku-1'],
    );
    assert.deepEqual(await run(() => states), ['granted']);
    // On every later page the default comes first, and must not delete what the decision allows.
    await reload();
    await run(followGoogle, [[['default', wait]], {}]);
    assert.deepEqual(
      await run(async (granted) => {
        gtag('consent', 'update', granted);
        await shop.record({ item: 'sku-2' });
        return stored();
      }, every('granted')),
      ['sku-1', 'sku-2'],
    );
    // Withdrawn.
    await run(async (denied) => {
      gtag('consent', 'update', denied);
      await state('denied');
    }, every('denied'));
    assert.deepEqual(await run(() => ids()), []);
    await reload();
    await run(followGoogle, [[['default', wait]], {}]);
    assert.equal(await run(() => shop.consent.state), 'denied');
    assert.deepEqual(await run(() => ids()), []);
    // And given again.
    await run(async (granted) => {
      gtag('consent', 'update', granted);
      await state('granted');
    }, every('granted'));
    assert.deepEqual(await run(() => errors), []);
  });
});

test('Consent Mode: an update that came before the recommender counts, the newest alone', async () => {
  for (const [updates, wanted] of [
    [['granted'], 'granted'],
    [['granted', 'denied'], 'denied'],
    [['denied', 'granted'], 'granted'],
  ]) {
    await visit(async (run) => {
      const commands = updates.map((value) => ['update', { personalization_storage: value }]);
      await run(followGoogle, [[['default', every('denied')], ...commands], {}]);
      await run((wanted) => state(wanted), wanted);
    });
  }
});

test('Consent Mode: another type can stand for the history, and what is no decision changes nothing', async () => {
  await visit(async (run) => {
    await run(followGoogle, [[['default', every('denied')]], { type: 'analytics_storage' }]);
    await run(() => {
      gtag('consent', 'update', { personalization_storage: 'granted' });
      gtag('consent', 'update', { analytics_storage: 'yes' });
      gtag('consent', 'update', { analytics_storage: true });
      gtag('consent', 'update');
      gtag('consent', 'update', null);
      gtag('consent');
      gtag('config', 'update', { analytics_storage: 'granted' });
      dataLayer.push({ event: 'consent', analytics_storage: 'granted' }, null, 'consent', [
        'consent',
      ]);
    });
    await run(() => shop.record({ item: 'sku-3' }));
    assert.equal(await run(() => shop.consent.state), 'memory-only');
    await run(async () => {
      gtag('consent', 'update', { analytics_storage: 'granted' });
      await state('granted');
    });
    // Not heard any more.
    await run(async () => {
      stop();
      gtag('consent', 'update', { analytics_storage: 'denied' });
      await shop.record({ item: 'sku-4' });
    });
    assert.deepEqual(await run(() => stored()), ['sku-1', 'sku-3', 'sku-4']);
  });
});

test('Consent Mode: a default that grants holds until the shopper denies, and not for a region', async () => {
  await visit(async (run, reload) => {
    await run(followGoogle, [[['default', every('granted')]], {}]);
    await run(() => state('granted'));
    await run(async () => {
      gtag('consent', 'update', { personalization_storage: 'denied' });
      await state('denied');
    });
    // The decision stays, whatever the default of the next page.
    await reload();
    await run(followGoogle, [[['default', every('granted')]], {}]);
    await run(() => shop.record({ item: 'sku-5' }));
    assert.equal(await run(() => shop.consent.state), 'denied');
  });
  for (const commands of [
    [['default', every('granted', { region: ['US'] })]],
    [
      ['default', every('granted')],
      ['default', every('denied', { region: ['DE', 'FR'] })],
    ],
    [
      ['default', every('denied', { region: ['DE', 'FR'] })],
      ['default', every('granted')],
    ],
  ]) {
    await visit(async (run) => {
      await run(followGoogle, [commands, {}]);
      await run(async () => {
        gtag('consent', 'update', { personalization_storage: 'denied' });
        await state('denied');
      });
      assert.deepEqual(await run(() => states), ['denied'], JSON.stringify(commands));
    });
  }
});

/**
 * Stands for Shopify's scripts: `loadFeatures` brings the API, and `setTrackingConsent` collects a decision as the
 * documentation says. What a region demands and what the visitor said before is given.
 */
function shopifyLike({ isRequired, said = '' }) {
  const consent = { marketing: said, analytics: said, preferences: said, sale_of_data: '' };
  const allows = (purpose) => (consent[purpose] === '' ? !isRequired : consent[purpose] === 'yes');
  const api = {
    currentVisitorConsent: () => ({ ...consent }),
    preferencesProcessingAllowed: () => allows('preferences'),
    analyticsProcessingAllowed: () => allows('analytics'),
    marketingAllowed: () => allows('marketing'),
    setTrackingConsent(given, done) {
      for (const [purpose, value] of Object.entries(given)) consent[purpose] = value ? 'yes' : 'no';
      document.dispatchEvent(
        new CustomEvent('visitorConsentCollected', {
          detail: {
            marketingAllowed: allows('marketing'),
            analyticsAllowed: allows('analytics'),
            preferencesAllowed: allows('preferences'),
          },
        }),
      );
      done?.();
    },
  };
  globalThis.shopifyApi = api;
  globalThis.Shopify = {
    loadFeatures(features, done) {
      globalThis.asked = features;
      setTimeout(() => {
        globalThis.Shopify.customerPrivacy = api;
        done(false);
      });
    },
  };
}

/** Starts a page that follows Shopify. */
const followShopify = async (options) => {
  const { fromShopify } = await tools();
  const shop = load();
  globalThis.stop = fromShopify(shop, {
    onError: (error) => errors.push(String(error)),
    ...options,
  });
  await (await shop).record({ item: 'sku-1' });
};

const region = { isRequired: true };

test('Shopify: the API is loaded, an undecided visitor stores nothing, yes and no count at once', async () => {
  await visit(async (run, reload) => {
    await run(shopifyLike, region);
    await run(followShopify, {});
    await run(() => until(() => Shopify.customerPrivacy));
    assert.deepEqual(await run(() => asked), [{ name: 'consent-tracking-api', version: '0.1' }]);
    await run(() => shop.record({ item: 'sku-2' }));
    assert.equal(await run(() => shop.consent.state), 'memory-only');
    await run(async () => {
      shopifyApi.setTrackingConsent({ preferences: true, analytics: false, marketing: false });
      await state('granted');
    });
    assert.deepEqual(await run(() => stored()), ['sku-1', 'sku-2']);
    assert.deepEqual(await run(() => states), ['granted']);
    // A later page, where Shopify knows the decision.
    await reload();
    await run(shopifyLike, { ...region, said: 'yes' });
    await run(followShopify, {});
    assert.deepEqual(await run(() => stored()), ['sku-1', 'sku-2']);
    await run(async () => {
      shopifyApi.setTrackingConsent({ preferences: false });
      await state('denied');
    });
    assert.deepEqual(await run(() => ids()), []);
    assert.deepEqual(await run(() => errors), []);
  });
});

test('Shopify: a decision of an earlier page is read when the API is there already, or comes late', async () => {
  for (const [said, wanted] of [
    ['yes', 'granted'],
    ['no', 'denied'],
  ]) {
    // Before, by the theme's own loading after the page was there, and with an event alone.
    for (const how of ['before', 'late', 'event']) {
      await visit(async (run) => {
        if (how === 'before') {
          await run(shopifyLike, { ...region, said });
          await run(() => {
            Shopify.customerPrivacy = shopifyApi;
          });
          await run(followShopify, {});
        } else {
          await run(followShopify, {});
          assert.equal(await run(() => shop.consent.state), 'memory-only');
          await run(shopifyLike, { ...region, said });
          await run((how) => {
            if (how === 'late') {
              Shopify.customerPrivacy = shopifyApi;
              document.dispatchEvent(new Event('shopifyCustomerPrivacyApiLoaded'));
            } else {
              shopifyApi.setTrackingConsent({
                preferences: shopifyApi.currentVisitorConsent().preferences === 'yes',
              });
            }
          }, how);
        }
        await run((wanted) => state(wanted), wanted);
      });
    }
  }
});

test('Shopify: where nobody has to be asked it stores until the visitor says no', async () => {
  await visit(async (run, reload) => {
    await run(shopifyLike, { isRequired: false });
    await run(followShopify, { purpose: 'analytics' });
    await run(() => state('granted'));
    await run(async () => {
      shopifyApi.setTrackingConsent({ analytics: false });
      await state('denied');
    });
    // Shopify has forgotten it, the device has not.
    await reload();
    await run(shopifyLike, { isRequired: false });
    await run(followShopify, { purpose: 'analytics' });
    await run(() => until(() => Shopify.customerPrivacy));
    await run(() => shop.record({ item: 'sku-2' }));
    assert.equal(await run(() => shop.consent.state), 'denied');
    // Not heard any more.
    await run(async () => {
      stop();
      shopifyApi.setTrackingConsent({ analytics: true });
      await shop.record({ item: 'sku-2' });
    });
    assert.equal(await run(() => shop.consent.state), 'denied');
  });
});

test('Shopify: an API that does not load is reported', async () => {
  await visit(async (run) => {
    await run(() => {
      globalThis.Shopify = {
        loadFeatures: (_, done) => setTimeout(() => done(new Error('blocked'))),
      };
    });
    await run(followShopify, {});
    assert.deepEqual(await run(() => until(() => errors.length && errors)), ['Error: blocked']);
    assert.equal(await run(() => shop.consent.state), 'memory-only');
  });
});

test('any other tool: the newest decision counts, and nothing but true is a yes', async () => {
  await visit(async (run) => {
    const codes = await run(async () => {
      const { fromCallback } = await tools();
      let stopped = 0;
      globalThis.stop = fromCallback(load(), (decide) => {
        globalThis.decide = decide;
        return () => stopped++;
      });
      await until(() => globalThis.shop);
      await shop.record({ item: 'sku-1' });
      const codes = ['granted', 'denied', 1, null, undefined, {}, Promise.resolve(false)].map(
        (odd) => {
          try {
            decide(odd);
            return 'none';
          } catch (error) {
            return error.code;
          }
        },
      );
      await shop.record({ item: 'sku-2' });
      codes.push(shop.consent.state);
      for (const isGranted of [true, false, true]) decide(isGranted);
      await state('granted');
      for (const isGranted of [false, true, false]) decide(isGranted);
      await state('denied');
      stop();
      decide(true);
      await shop.record({ item: 'sku-3' });
      return [...codes, shop.consent.state, stopped];
    });
    assert.deepEqual([...new Set(codes.slice(0, 7))], ['option-invalid']);
    assert.deepEqual(codes.slice(7), ['memory-only', 'denied', 1]);
  });
});

test('a withdrawal that cannot be applied is reported, and the next one is tried again', async () => {
  await visit(async (run, _, page) => {
    const uncaught = [];
    page.on('pageerror', (error) => uncaught.push(error.message));
    const heard = await run(async () => {
      const { fromCallback } = await tools();
      const heard = [];
      const onError = ({ message }) => heard.push(message);
      // No recommender: what earlier pages have stored is still there.
      let decide;
      fromCallback(
        Promise.reject(new Error('offline')),
        (one) => {
          decide = one;
        },
        { onError },
      );
      decide(true);
      decide(false);
      await until(() => heard.length === 1);
      // One that fails to delete.
      let fails = 2;
      let state = 'granted';
      const consent = {
        get state() {
          return state;
        },
        async deny() {
          if (fails-- > 0) throw new Error('the disk is broken');
          state = 'denied';
        },
      };
      fromCallback(
        { consent, record() {} },
        (one) => {
          decide = one;
        },
        { onError },
      );
      decide(false);
      await until(() => heard.length === 2);
      decide(false);
      await until(() => heard.length === 3);
      decide(false);
      await until(() => state === 'denied');
      return heard;
    });
    assert.deepEqual(heard, ['offline', 'the disk is broken', 'the disk is broken']);
    assert.deepEqual(uncaught, []);
  });
  // Without `onError` it is an error that nobody has caught.
  const { page, close } = await open(project.folder, { before: prepare });
  try {
    const uncaught = page.waitForEvent('pageerror');
    await page.evaluate(async () => {
      const { fromCallback } = await tools();
      fromCallback(Promise.reject(new Error('offline')), (decide) => decide(false));
    });
    assert.equal((await uncaught).message, 'offline');
  } finally {
    await close();
  }
});

test('wrong arguments are refused', async () => {
  await visit(async (run) => {
    const codes = await run(async () => {
      const { fromCallback, fromConsentMode, fromShopify } = await tools();
      const shop = await load();
      return [
        () => fromCallback(undefined, () => {}),
        () => fromCallback(shop),
        () => fromCallback(shop, () => {}, { onError: 'log' }),
        () => fromShopify({}, {}),
        () => fromShopify(shop, { purpose: 'sale_of_data' }),
        () => fromShopify(shop, null),
        () => fromConsentMode(shop),
        () => fromConsentMode(shop, [], { type: 'personalisation_storage' }),
        () => fromConsentMode(shop, [], { types: [] }),
      ].map((call) => {
        try {
          call();
          return 'none';
        } catch (error) {
          return error.code ?? String(error);
        }
      });
    });
    const invalid = Array(8).fill('option-invalid');
    assert.deepEqual(codes, [...invalid, 'option-unknown']);
  });
});

for (const heading of ['## Google Consent Mode', '## Shopify', '## Any other tool']) {
  test(`the lines under "${heading}" of the documentation run as they are`, async () => {
    const lines = snippet('docs/consent.md', heading, 'js').replaceAll(
      /'vicino(?:\/(\w+))?'/g,
      (_, entry = 'index') => `'/node_modules/vicino/dist/${entry}.js'`,
    );
    project.write('lines.js', `${lines}\nglobalThis.ran = true;`);
    const answer = (path, response) => {
      if (path !== '/lines.html') return false;
      const type = { 'content-type': 'text/html' };
      const head = '<!doctype html><link rel="icon" href="data:,">';
      response.writeHead(200, type).end(`${head}<script type="module" src="lines.js"></script>`);
      return true;
    };
    const { page, console, close } = await open(project.folder, { path: '/lines.html', answer });
    try {
      await page.waitForFunction(() => globalThis.ran, null, { timeout: 20_000 });
      assert.deepEqual(console, []);
    } finally {
      await close();
    }
  });
}
