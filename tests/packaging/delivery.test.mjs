// Models by manifest, from the tarball as a static server has it: first visits, updates, damage and signatures.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { closeBrowser, open } from './support/page.mjs';
import { MODEL, makeProject } from './support/project.mjs';

/** Of another number of items. */
const NEWER_MODEL = 'tests/golden/2.0-complete.vicino';

let project;
before(() => {
  project = makeProject();
  const code = readFileSync(join(root, 'tests/packaging/pages/delivery.js'), 'utf8');
  const path = './node_modules/vicino/dist/delivery.js';
  project.write('delivery.js', code.replace("'vicino/delivery'", `'${path}'`));
  cpSync(join(root, 'tests/packaging/pages/wait.js'), join(project.folder, 'wait.js'));
  const page =
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="delivery.js"></script>';
  project.write('index.html', page);
  project.write('models/old.vicino', readFileSync(join(root, MODEL)));
  project.write('models/new.vicino', readFileSync(join(root, NEWER_MODEL)));
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

const rawKey = (key) =>
  Buffer.from(key.export({ format: 'jwk' }).x, 'base64url').toString('base64');

const read = (name) => readFileSync(join(project.folder, 'models', name));

/** Names a file as a manifest does, with the bytes that it is to have. */
function named(url, { created = '2026-11-24T16:20:11Z', bytes = read(url) } = {}) {
  const digest = createHash('sha256').update(bytes).digest('base64');
  return { url, bytes: bytes.length, sha256: `sha256-${digest}`, created };
}

/** Signs a model as docs/delivery.md says. */
function signed({ sha256, created }, privateKey) {
  const digest = Buffer.from(sha256.slice('sha256-'.length), 'base64').toString('hex');
  const message = Buffer.from(`vicino-model-v1\n${digest}\n${created}`);
  const value = sign(null, message, privateKey).toString('base64');
  return { algorithm: 'Ed25519', publicKey: rawKey(privateKey), value };
}

/** Writes what `vicino manifest` writes for files of `models/`: the current one, the one before, and who signed. */
function writeManifest(current, { previous, privateKey, damaged, created, name } = {}) {
  const model = named(current, { created });
  if (damaged) {
    model.url = `damaged-${current}`;
    const bytes = read(current);
    bytes[bytes.length >> 1] ^= 1;
    project.write(`models/${model.url}`, bytes);
  }
  const before = previous && named(previous, { created: '2026-11-17T16:20:11Z' });
  if (before && privateKey) before.signature = signed(before, privateKey);
  const manifest = {
    ...{ format: 'vicino-manifest', version: 1, model },
    ...(before && { previous: before }),
    ...(privateKey && { signature: signed(model, privateKey) }),
  };
  project.write(`models/${name ?? 'manifest.json'}`, JSON.stringify(manifest));
}

/** Opens a shopper's profile; each visit returns the probe of the page and the files of `models/` that it requested. */
async function shopper(settings = {}, options = {}) {
  const address = (settings) => `/?${encodeURIComponent(JSON.stringify(settings))}`;
  const { page, probe, requests, console, close } = await open(project.folder, {
    path: address(settings),
    ...options,
  });
  const said = async () => {
    const answer = await probe();
    assert.equal(answer.failed, undefined);
    assert.deepEqual(console, []);
    const asked = requests.splice(0).filter((path) => path.startsWith('/models/'));
    return { ...answer, asked: asked.map((path) => path.slice('/models/'.length)) };
  };
  return {
    ...{ page, close, said },
    async again(settings = {}) {
      await page.goto(new URL(address(settings), page.url()).href);
      return said();
    },
  };
}

/** Makes one visit as a new shopper. */
async function visitOnce(settings, options) {
  const { said, close } = await shopper(settings, options);
  return said().finally(close);
}

test('a later page starts with what is kept, and takes a newer model in place', async () => {
  writeManifest('old.vicino');
  const { again, said, page, close } = await shopper();
  try {
    const first = await said();
    assert.equal(first.before, 12);
    assert.deepEqual(first.asked, ['manifest.json', 'old.vicino']);
    const second = await again();
    assert.equal(second.before, 12);
    assert.deepEqual(second.asked, []);

    writeManifest('new.vicino', { previous: 'old.vicino', damaged: true });
    const refused = await again({ checkHours: 0, wait: 'error' });
    assert.equal(refused.said[0].code, 'model-unverified');
    assert.deepEqual([refused.before, refused.after, refused.rail], [12, 12, 3]);

    writeManifest('new.vicino', { previous: 'old.vicino' });
    const updated = await again({ checkHours: 0, wait: 'update' });
    assert.equal(updated.before, 12);
    assert.notEqual(updated.after, 12);
    assert.deepEqual(updated.history, ['sku-1']);
    const later = await again();
    assert.deepEqual([later.before, later.asked], [updated.after, []]);

    // The browser's copy of the new one gets damaged: the one before is still there.
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) {
          if (url.endsWith('new.vicino')) await cache.put(url, new Response('junk'));
        }
      }
    });
    const back = await again({ wait: 'update' });
    assert.deepEqual([back.before, back.after], [12, updated.after]);
  } finally {
    await close();
  }
});

for (const privateKey of [undefined, generateKeyPairSync('ed25519').privateKey]) {
  const how = privateKey ? 'signed' : 'not signed';
  test(`a first visit takes the model before where the current one is damaged, ${how}`, async () => {
    writeManifest('new.vicino', { previous: 'old.vicino', damaged: true, privateKey });
    const answer = await visitOnce(privateKey && { publicKey: rawKey(privateKey) });
    assert.equal(answer.before, 12);
    assert.equal(answer.said[0].code, 'model-unverified');
  });
}

test('with a key only what it has signed is taken', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const visit = () => visitOnce({ publicKey: rawKey(privateKey) });
  writeManifest('old.vicino', { privateKey });
  assert.equal((await visit()).before, 12);
  const change = async (apply) => {
    writeManifest('old.vicino', { privateKey });
    const manifest = JSON.parse(project.read('models/manifest.json'));
    apply(manifest);
    project.write('models/manifest.json', JSON.stringify(manifest));
    const { rejected, asked } = await visit();
    assert.equal(rejected?.code, 'model-unverified');
    // Nothing is downloaded that must not be used.
    assert.deepEqual(asked, ['manifest.json']);
  };
  await change((manifest) => delete manifest.signature);
  const other = generateKeyPairSync('ed25519').privateKey;
  await change((manifest) => {
    manifest.signature = signed(manifest.model, other);
  });
  await change(({ signature }) => {
    signature.value = sign(null, Buffer.from('else'), privateKey).toString('base64');
  });
  // A newer time, to pass an old model off as the newest.
  await change(({ model }) => {
    model.created = '2026-11-25T16:20:11Z';
  });
  for (const signature of [null, 7, {}, { publicKey: rawKey(privateKey), value: [] }]) {
    await change((manifest) => Object.assign(manifest, { signature }));
  }
});

test('a model older than one taken before is refused if the page says so, and else taken', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const settings = { publicKey: rawKey(privateKey), checkHours: 0 };
  const write = (name, day) =>
    writeManifest(name, { privateKey, created: `2026-11-${day}T00:00:00Z` });
  write('new.vicino', 20);
  const { again, said, page, close } = await shopper({ ...settings, refuseOlder: true });
  try {
    const newest = (await said()).before;
    assert.notEqual(newest, 12);
    write('old.vicino', 19);
    const refused = await again({ ...settings, refuseOlder: true, wait: 'error' });
    assert.equal(refused.said[0].code, 'model-unverified');
    assert.match(refused.said[0].message, /2026-11-19/);
    assert.deepEqual([refused.after, refused.asked], [newest, ['manifest.json']]);
    // Gone back on purpose: the owner signs the old file as the current one of today.
    write('old.vicino', 21);
    const back = await again({ ...settings, refuseOlder: true, wait: 'update' });
    assert.deepEqual([back.before, back.after], [newest, 12]);
    // The browser has lost the model, but not when the newest one was made.
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) {
          if (url.endsWith('.vicino')) await cache.delete(url);
        }
      }
    });
    write('new.vicino', 20);
    assert.equal(
      (await again({ ...settings, refuseOlder: true })).rejected.code,
      'model-unverified',
    );
    assert.equal((await again(settings)).before, newest);
  } finally {
    await close();
  }
});

test('a wrong answer that the cache would keep for good is asked for again', async () => {
  writeManifest('old.vicino');
  for (const wrong of ['<!doctype html>log in', read('old.vicino').subarray(1)]) {
    let asked = 0;
    const answer = (path, response) => {
      if (path !== '/models/old.vicino') return false;
      const headers = { 'cache-control': 'public, max-age=31536000, immutable' };
      response.writeHead(200, headers).end(asked++ ? read('old.vicino') : wrong);
      return true;
    };
    const { said, again, page, close } = await shopper({}, { answer });
    try {
      assert.equal((await said()).before, 12);
      assert.equal(asked, 2);
      // The right answer has replaced the wrong one in the browser's own cache, too.
      await page.evaluate(async () => {
        for (const name of await caches.keys()) await caches.delete(name);
      });
      assert.equal((await again()).before, 12);
      assert.equal(asked, 2);
    } finally {
      await close();
    }
  }
});

test('a server that is always wrong is asked twice, and no more', async () => {
  writeManifest('old.vicino');
  let asked = 0;
  const answer = (path, response) => {
    if (path !== '/models/old.vicino') return false;
    asked++;
    response.writeHead(200).end('wrong');
    return true;
  };
  assert.equal((await visitOnce({}, { answer })).rejected.code, 'model-unverified');
  assert.equal(asked, 2);
});

for (const [name, code] of [
  ['old.vicino', 'model-unverified'],
  ['manifest.json', 'manifest-invalid'],
]) {
  test(`an answer without end for ${name} is not read to the end`, async () => {
    writeManifest('old.vicino');
    const chunk = Buffer.alloc(65_536, ' ');
    const ends = [];
    const answer = (path, response) => {
      if (path !== `/models/${name}`) return false;
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', write);
      ends.push(new Promise((resolve) => response.on('close', resolve)));
      write();
      return true;
    };
    assert.equal((await visitOnce({}, { answer })).rejected.code, code);
    assert.equal(ends.length, 2);
    // Closed by the browser, while the server would have gone on.
    await Promise.all(ends);
  });
}

test('what earlier pages have kept is not believed before it is checked', async () => {
  writeManifest('old.vicino');
  const { again, said, page, close } = await shopper();
  const keep = (value) =>
    page.evaluate(async (value) => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) {
          if (url.endsWith('manifest.json')) await cache.put(url, new Response(value));
        }
      }
    }, value);
  try {
    await said();
    const model = named('old.vicino');
    for (const odd of [
      ...['{}', '5', 'null', '[]', '"text"', 'no JSON', '{"models":null}', '{"models":{}}'],
      JSON.stringify({ checkedMs: 'soon', newestMs: {}, models: [null, 7, {}, { url: 'x' }] }),
      JSON.stringify({ models: [{ ...model, url: 'http://[' }] }),
      JSON.stringify({ models: [{ ...model, url: `${page.url()}models/`, sha256: 5 }] }),
    ]) {
      await keep(odd);
      const visited = await again();
      assert.equal(visited.before, 12, odd);
      assert.equal(visited.asked[0], 'manifest.json', odd);
      // What the page has written in its place is good.
      assert.deepEqual((await again()).asked, [], odd);
    }
    // A clock that was ten years ahead has noted the last check.
    const url = new URL('models/old.vicino', page.url()).href;
    const checkedMs = Date.now() + 3650 * 864e5;
    await keep(JSON.stringify({ checkedMs, newestMs: checkedMs, models: [{ ...model, url }] }));
    writeManifest('new.vicino');
    const updated = await again({ wait: 'update', refuseOlder: true });
    assert.equal(updated.before, 12);
    assert.notEqual(updated.after, 12);
  } finally {
    await close();
  }
});

test('two manifests of one origin keep their models side by side', async () => {
  writeManifest('old.vicino', { name: 'de.json' });
  writeManifest('new.vicino', { name: 'fr.json' });
  const [de, fr] = [{ manifest: './models/de.json' }, { manifest: './models/fr.json' }];
  const { again, said, close } = await shopper(de);
  try {
    await said();
    const french = await again(fr);
    assert.deepEqual(french.asked, ['fr.json', 'new.vicino']);
    for (const [settings, numItems] of [
      [de, 12],
      [fr, french.before],
      [de, 12],
    ]) {
      const visited = await again(settings);
      assert.deepEqual([visited.before, visited.asked], [numItems, []]);
    }
  } finally {
    await close();
  }
});

test('a frame without an origin, which may keep nothing, loads the model all the same', async () => {
  writeManifest('old.vicino');
  project.write(
    'frame.html',
    `<!doctype html><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" src="/"></iframe>`,
  );
  const headers = { 'access-control-allow-origin': '*' };
  const { page, console, close } = await open(project.folder, { path: '/frame.html', headers });
  try {
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await frame.waitForFunction(() => globalThis.probe, null, { timeout: 20_000 });
    const probe = await frame.evaluate(() => globalThis.probe);
    assert.deepEqual([probe.rejected, probe.before], [undefined, 12]);
    assert.deepEqual(console, []);
  } finally {
    await close();
  }
});

test('what is not a manifest is refused', async () => {
  const good = () => {
    writeManifest('old.vicino', { previous: 'new.vicino' });
    return JSON.parse(project.read('models/manifest.json'));
  };
  const changed = (change) => {
    const manifest = good();
    change(manifest);
    return JSON.stringify(manifest);
  };
  for (const text of [
    ...['', '{', 'null', '5', '[]', '"text"', '{}', '<!doctype html>'],
    changed((manifest) => Object.assign(manifest, { version: 2 })),
    changed((manifest) => Object.assign(manifest, { model: null })),
    changed(({ model }) => Object.assign(model, { url: 'http://[' })),
    changed(({ previous }) => Object.assign(previous, { url: 'http://[' })),
    changed(({ previous }) => delete previous.url),
    changed((manifest) => Object.assign(manifest, { previous: 'new.vicino' })),
    changed(({ model }) => Object.assign(model, { bytes: -1 })),
    changed(({ model }) => Object.assign(model, { bytes: 1e300 })),
    changed(({ model }) => Object.assign(model, { sha256: null })),
  ]) {
    project.write('models/manifest.json', text);
    const { rejected, asked } = await visitOnce();
    assert.equal(rejected?.code, 'manifest-invalid', text);
    // A wrong answer may be one of a cache.
    assert.deepEqual(asked, ['manifest.json', 'manifest.json']);
  }
});

test('options are checked before anything is asked for', async () => {
  writeManifest('old.vicino');
  for (const [settings, code] of [
    [{ publicKey: null }, 'option-invalid'],
    [{ publicKey: 'short' }, 'option-invalid'],
    [{ checkHours: '24' }, 'option-invalid'],
    [{ checkHours: -1 }, 'option-invalid'],
    [{ refuseOlder: 'yes' }, 'option-invalid'],
    [{ load: 'load' }, 'option-invalid'],
    [{ manifest: 'http://[' }, 'option-invalid'],
  ]) {
    const { rejected, asked } = await visitOnce(settings);
    assert.deepEqual([rejected?.code, asked], [code, []], JSON.stringify(settings));
  }
  const { rejected } = await visitOnce({ refuseOlders: true });
  assert.equal(rejected.code, 'option-unknown');
  // A misspelt name of the page's own constant must not switch the check off.
  const { page, close } = await open(project.folder, { path: '/wait.js' });
  const codes = await page
    .evaluate(async () => {
      const { loadManifest } = await import('/node_modules/vicino/dist/delivery.js');
      const load = (options) =>
        loadManifest('/models/manifest.json', options).then(
          () => 'loaded',
          ({ code }) => code,
        );
      return [await load({ publicKey: undefined }), await load(null)];
    })
    .finally(close);
  assert.deepEqual(codes, ['option-invalid', 'option-invalid']);
});

test('a model that is larger than the page allows is not asked for', async () => {
  writeManifest('old.vicino');
  const { rejected, asked } = await visitOnce({ maxBytes: read('old.vicino').length - 1 });
  assert.deepEqual([rejected?.code, asked], ['model-too-large', ['manifest.json']]);
  assert.equal((await visitOnce({ maxBytes: read('old.vicino').length })).before, 12);
});

test('without the script that checks signatures nothing is taken', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const address = encodeURIComponent(JSON.stringify({ publicKey: rawKey(privateKey) }));
  let isMissing = false;
  const answer = (path, response) => {
    if (!isMissing || !path.endsWith('/signature.js')) return false;
    response.writeHead(503).end();
    return true;
  };
  const { page, probe, close } = await open(project.folder, { path: `/?${address}`, answer });
  try {
    writeManifest('old.vicino', { privateKey });
    await page.reload();
    assert.equal((await probe()).before, 12);
    // Neither what the network has nor what earlier pages have kept.
    isMissing = true;
    await page.reload();
    assert.equal((await probe()).rejected.code, 'script');
  } finally {
    await close();
  }
});
