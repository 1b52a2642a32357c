import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Recommender } from '../dist/node.js';
import { failure, serve, tiny } from './support.js';

test('a model loads from an address, a URL, a Response and bytes', async () => {
  await serve(
    (_, response) => response.end(tiny()),
    async (origin) => {
      const bytes = tiny();
      const { buffer } = bytes;
      for (const source of [origin, new URL(origin), await fetch(origin), bytes, buffer]) {
        const recommender = await Recommender.load(source);
        expect(recommender.model.numItems).toBe(12);
        expect(recommender.model.bytes).toBe(bytes.length);
        expect(recommender.forYou({ k: 3 })).toHaveLength(3);
        recommender.free();
      }
    },
  );
});

test('a view of a larger buffer is read within its bounds', async () => {
  const bytes = tiny();
  const larger = new Uint8Array(bytes.length + 20);
  larger.set(bytes, 7);
  const recommender = await Recommender.load(larger.subarray(7, 7 + bytes.length));
  expect(recommender.model.numItems).toBe(12);
});

test('an HTTP error names address and status', async () => {
  await serve(
    (_, response) => response.writeHead(404).end('<!doctype html><h1>Not found</h1>'),
    async (origin) => {
      const url = `${origin}/shop.vicino`;
      const error = await failure(() => Recommender.load(url));
      expect(error).toMatchObject({ code: 'http', url, status: 404, name: 'VicinoError' });
      expect(error.message).toContain('404');
      const response = await fetch(url);
      expect(await failure(() => Recommender.load(response))).toMatchObject({ code: 'http' });
    },
  );
});

test('HTML instead of a model is called that', async () => {
  await serve(
    (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!DOCTYPE html><html><body>The shop</body></html>'),
    async (origin) => {
      const error = await failure(() => Recommender.load(origin));
      expect(error).toMatchObject({ code: 'not-a-model', url: `${origin}/` });
      expect(error.message).toContain('HTML');
    },
  );
});

test('no server is a network error with its cause', async () => {
  const origin = await serve(
    () => {},
    async (free) => free,
  );
  const error = await failure(() => Recommender.load(`${origin}/shop.vicino`));
  expect(error).toMatchObject({ code: 'network', url: `${origin}/shop.vicino` });
  expect(error.cause).toBeInstanceOf(Error);
});

test('a connection that breaks is a network error', async () => {
  await serve(
    (_, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write('some bytes', () => response.destroy());
    },
    async (origin) => {
      expect(await failure(() => Recommender.load(origin))).toMatchObject({ code: 'network' });
    },
  );
});

test('loading can be given up, before and while it runs', async () => {
  await serve(
    () => {},
    async (origin) => {
      const gone = AbortSignal.abort();
      const aborted = { code: 'aborted', name: 'AbortError' };
      expect(await failure(() => Recommender.load(origin, { signal: gone }))).toMatchObject(
        aborted,
      );
      const controller = new AbortController();
      const loading = failure(() => Recommender.load(origin, { signal: controller.signal }));
      setTimeout(() => controller.abort(new Error('no longer wanted')), 50);
      const error = await loading;
      expect(error).toMatchObject(aborted);
      expect(error.cause).toMatchObject({ message: 'no longer wanted' });
    },
  );
});

test('bad bytes are refused with a code each', async () => {
  const bytes = tiny();
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1;
  const newer = Buffer.from(bytes);
  newer[8] = (newer[8] ?? 0) + 1;
  for (const [code, bad] of [
    ['model-empty', Buffer.alloc(0)],
    ['model-truncated', bytes.subarray(0, bytes.length - 1)],
    ['model-corrupt', flipped],
    ['model-foreign', Buffer.alloc(1000, 1)],
    ['model-newer', newer],
    ['not-a-model', Buffer.from('<html><head></head><body>a page</body></html>')],
  ] as const) {
    expect(await failure(() => Recommender.load(bad)), code).toMatchObject({ code });
  }
});

test('what cannot be a source is refused', async () => {
  const used = new Response(tiny());
  await used.arrayBuffer();
  for (const source of [undefined, null, 7, '', {}, used]) {
    const error = await failure(() => Recommender.load(source as never));
    expect(error.code).toBe('option-invalid');
  }
});

test('a model larger than maxBytes is refused as soon as that is known', async () => {
  const bytes = tiny();
  const maxBytes = bytes.length - 1;
  expect(await failure(() => Recommender.load(bytes, { maxBytes }))).toMatchObject({
    code: 'model-too-large',
  });
  await serve(
    (request, response) => {
      if (request.url === '/model') return response.end(bytes);
      // A body without end; the server hears when the client has had enough.
      const write = () => {
        while (!response.destroyed && response.write(new Uint8Array(100_000)));
      };
      response.on('drain', write);
      write();
    },
    async (origin) => {
      const url = `${origin}/endless`;
      for (const source of [url, await fetch(url)]) {
        expect(await failure(() => Recommender.load(source))).toMatchObject({
          code: 'model-too-large',
          message: `${url}: larger than 8388608 bytes, which the option \`maxBytes\` allows`,
        });
      }
      expect((await failure(() => Recommender.load(`${origin}/model`, { maxBytes }))).code).toBe(
        'model-too-large',
      );
      const enough = await Recommender.load(`${origin}/model`, { maxBytes: bytes.length });
      expect(enough.model.numItems).toBe(12);
    },
  );
});

test('a promise of an answer is awaited', async () => {
  await serve(
    (_, response) => response.end(tiny()),
    async (origin) => {
      expect((await Recommender.load(fetch(origin))).model.numItems).toBe(12);
    },
  );
});

test('what came packed is called that', async () => {
  const error = await failure(() => Recommender.load(new Uint8Array(gzipSync(tiny()))));
  expect(error.code).toBe('model-foreign');
  expect(error.message).toContain('gzip');
});

test('without memory an error says so, what was loaded goes on, and a new instance works', () => {
  const answer = spawnSync(
    process.execPath,
    ['--wasm-max-mem-pages=24', new URL('memory.mjs', import.meta.url).pathname],
    { encoding: 'utf8' },
  );
  expect(answer.stderr).toBe('');
  expect(JSON.parse(answer.stdout)).toEqual({
    first: 12,
    loaded: ['memory', 'VicinoError', true],
    listed: 12,
    updated: 1,
    again: 12,
    list: 'memory',
    after: [3, 12, 1],
    other: 12,
  });
});
