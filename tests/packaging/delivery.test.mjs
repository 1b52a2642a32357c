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

/** Writes what `vicino manifest` writes for files of `models/`: the current one, the one before, and who signed. */
function writeManifest(current, { previous, privateKey, damaged = false } = {}) {
  const named = (name) => {
    const bytes = readFileSync(join(project.folder, 'models', name));
    const digest = createHash('sha256').update(bytes).digest();
    return { url: name, bytes: bytes.length, sha256: `sha256-${digest.toString('base64')}` };
  };
  const model = named(current);
  const digest = Buffer.from(model.sha256.slice(7), 'base64').toString('hex');
  if (damaged) {
    model.url = `damaged-${current}`;
    const bytes = readFileSync(join(project.folder, 'models', current));
    bytes[bytes.length >> 1] ^= 1;
    project.write(`models/${model.url}`, bytes);
  }
  const signature = privateKey && {
    algorithm: 'Ed25519',
    publicKey: rawKey(privateKey),
    value: sign(null, Buffer.from(`vicino-model-v1\n${digest}`), privateKey).toString('base64'),
  };
  const manifest = {
    ...{ format: 'vicino-manifest', version: 1, model, signature },
    ...(previous && { previous: named(previous) }),
  };
  project.write('models/manifest.json', JSON.stringify(manifest));
}

/** Opens a shopper's profile; each visit returns the probe of the page and the files of `models/` that it requested. */
async function shopper(settings = {}) {
  const { page, probe, requests, console, close } = await open(project.folder, {
    path: `/?${encodeURIComponent(JSON.stringify(settings))}`,
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
      await page.goto(
        `${new URL('/', page.url())}?${encodeURIComponent(JSON.stringify(settings))}`,
      );
      return said();
    },
  };
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

test('a first visit takes the model before where the current one is damaged', async () => {
  writeManifest('new.vicino', { previous: 'old.vicino', damaged: true });
  const { said, close } = await shopper();
  const answer = await said().finally(close);
  assert.equal(answer.before, 12);
  assert.equal(answer.said[0].code, 'model-unverified');
});

test('with a key only what it has signed is taken', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawKey(privateKey);
  const visit = async () => {
    const { said, close } = await shopper({ publicKey });
    return said().finally(close);
  };
  writeManifest('old.vicino', { privateKey });
  assert.equal((await visit()).before, 12);
  writeManifest('old.vicino');
  assert.equal((await visit()).rejected.code, 'model-unverified');
  writeManifest('old.vicino', { privateKey: generateKeyPairSync('ed25519').privateKey });
  assert.equal((await visit()).rejected.code, 'model-unverified');
  // Somebody else's signature under our key's name.
  writeManifest('old.vicino', { privateKey });
  const manifest = JSON.parse(project.read('models/manifest.json'));
  const value = sign(null, Buffer.from('else'), privateKey).toString('base64');
  manifest.signature.value = value;
  project.write('models/manifest.json', JSON.stringify(manifest));
  assert.equal((await visit()).rejected.code, 'model-unverified');
});

test('what is not a manifest is refused, and so is a missing one', async () => {
  project.write('models/manifest.json', '{"format":"vicino-manifest","version":2}');
  const one = await shopper();
  assert.equal((await one.said().finally(one.close)).rejected.code, 'manifest-invalid');
});
