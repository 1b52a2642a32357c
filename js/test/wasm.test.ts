// Starting the WebAssembly module from what servers, tools and pages make of its file.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { serve, tiny } from './support.js';

const wasm = readFileSync(new URL('../dist/vicino_bg.wasm', import.meta.url));
const HTML = '<!doctype html><title>The shop</title>';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Loads with a package of its own, since a page starts the module once. */
async function load(given: unknown) {
  vi.resetModules();
  const { Recommender } = await import('../dist/index.js');
  return Recommender.load(tiny(), { wasm: given as never, storage: 'memory' });
}
const problem = async (given: unknown) => {
  const error = await load(given).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'VicinoError', code: 'wasm' });
  return (error as Error).message;
};

test.each([
  'application/wasm',
  'application/wasm; charset=utf-8',
  'application/WASM',
  'application/octet-stream',
  'text/plain',
  undefined,
])('a server may send the module as %s', async (type) => {
  await serve(
    (_, response) => response.writeHead(200, type ? { 'content-type': type } : {}).end(wasm),
    async (origin) => expect((await load(origin)).trending({ k: 3 })).toHaveLength(3),
  );
});

test('a wrapped fetch whose answer cannot be streamed is read as bytes', async () => {
  const headers = { 'content-type': 'application/wasm' };
  const wrapped = async () =>
    new Proxy(new Response(wasm, { headers }), {
      get(response, name) {
        const value = Reflect.get(response, name);
        return typeof value === 'function' ? value.bind(response) : value;
      },
    });
  vi.stubGlobal('fetch', wrapped);
  expect((await load('/a.wasm')).trending({ k: 3 })).toHaveLength(3);
});

test('streaming that fails after it has read is tried again with bytes', async () => {
  vi.spyOn(WebAssembly, 'compileStreaming').mockImplementation(async (source) => {
    await (await source).arrayBuffer();
    throw new TypeError('no streaming today');
  });
  await serve(
    (_, response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(wasm),
    async (origin) => expect((await load(origin)).trending({ k: 3 })).toHaveLength(3),
  );
});

test('an address of another window works like one of this', async () => {
  const foreign = { [Symbol.toStringTag]: 'URL', toString: () => address };
  let address = '';
  await serve(
    (_, response) => response.end(wasm),
    async (origin) => {
      address = origin;
      expect((await load(foreign)).trending({ k: 3 })).toHaveLength(3);
    },
  );
});

/** Makes compiling fail, of all modules or of those longer than the empty one. */
function refuse(why: string, longerThan = 0) {
  const { Module, CompileError } = WebAssembly;
  class Refusing extends Module {
    constructor(bytes: BufferSource) {
      if (bytes.byteLength > longerThan) throw new CompileError(why);
      super(bytes);
    }
  }
  vi.spyOn(WebAssembly, 'Module', 'get').mockReturnValue(Refusing);
}

test('a compiled module runs where none may be compiled', async () => {
  const compiled = await WebAssembly.compile(wasm);
  refuse('Wasm code generation disallowed by embedder');
  expect((await load(compiled)).trending({ k: 3 })).toHaveLength(3);
  await expect(load(wasm)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining("`import wasm from 'vicino/vicino.wasm'`"),
  });
});

test('the message names the cause, and the line of configuration if one is missing', async () => {
  await serve(
    ({ url = '' }, response) => {
      if (url.includes('html')) response.writeHead(200, { 'content-type': 'text/html' }).end(HTML);
      else if (url.includes('gzip')) response.end(gzipSync(wasm));
      else if (url.includes('cut')) response.end(wasm.subarray(0, 5000));
      else if (url.includes('other')) response.end(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      else response.writeHead(url.includes('403') ? 403 : 404).end();
    },
    async (origin) => {
      const exclude = "optimizeDeps: { exclude: ['vicino'] }";
      for (const path of ['html', '404']) {
        const dev = await problem(`${origin}/node_modules/.vite/deps/vicino_bg.wasm?${path}`);
        expect(dev).toContain(exclude);
        const message = await problem(`${origin}/${path}`);
        expect(message).toContain(`${origin}/${path}`);
        expect(message).toContain("import 'vicino/inline'");
        expect(message).not.toContain('optimizeDeps');
        expect(message).not.toContain('policy');
      }
      expect(await problem(`${origin}/403`)).toContain('403');
      expect(await problem(`${origin}/gzip`)).toContain('content-encoding: gzip');
      expect(await problem(`${origin}/cut`)).toContain('damaged');
      expect(await problem(`${origin}/other`)).not.toContain('policy');
    },
  );
  const nobody = await serve(
    () => {},
    async (origin) => origin,
  );
  expect(await problem(nobody)).toContain('connect-src');
  expect(await problem(gzipSync(wasm))).toContain('content-encoding');
});

test('no WebAssembly, an old one and one that is not allowed are told apart', async () => {
  const why = () => load(undefined).catch(({ code, message }) => `${code}: ${message}`);
  refuse('invalid value type', 8);
  expect(await why()).toMatch(/^unsupported: .*too old/);
  vi.restoreAllMocks();
  refuse("Refused to compile WebAssembly because 'unsafe-eval' is not an allowed source of script");
  expect(await why()).toMatch(/^unsupported: .*'wasm-unsafe-eval' in script-src/);
  vi.restoreAllMocks();
  vi.stubGlobal('WebAssembly', undefined);
  expect(await why()).toMatch(/^unsupported: .*no WebAssembly/);
});

test('the inlined module is the file, and every entry uses it, whichever is imported first', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('nothing is to be requested')));
  for (const order of [
    ['inline', 'index'],
    ['index', 'inline'],
  ]) {
    vi.resetModules();
    for (const name of order) await import(`../dist/${name}.js`);
    const { Recommender } = await import('../dist/index.js');
    const shop = await Recommender.load(tiny());
    expect(shop.trending({ k: 3 })).toHaveLength(3);
    expect(shop.history.storage).toBe('memory');
    expect((await import('../dist/inline.js')).Recommender).toBe(Recommender);
    const { platform } = Recommender as unknown as { platform: { wasm(): Promise<Uint8Array> } };
    expect(Buffer.from(await platform.wasm()).equals(wasm)).toBe(true);
  }
});
