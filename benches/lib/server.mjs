// Serves files from memory over localhost, compressed ahead of time, cached by the browser as a CDN would have it.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, posix } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Scripts that a script imports at once, and those that it may import later. */
const STATIC_IMPORT = /\b(?:from|import)\s*["'`](\.[^"'`]+)["'`]/g;
const DYNAMIC_IMPORT = /\bimport\(\s*["'`](\.[^"'`]+)["'`]/g;

/** Lists the files of a built package that a page may request: `[address, path]` of each script and module. */
export function packageFiles(dist, address) {
  return readdirSync(dist)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .map((name) => [`${address}/${name}`, `${dist}/${name}`]);
}

/**
 * The addresses of a script and of all that it imports, those that load later only if told so; `read` gives a script's
 * text.
 */
export async function scriptsFrom(start, read, { later = false } = {}) {
  const found = new Set([start]);
  // A set that grows while it is walked is walked to its end.
  for (const address of found) {
    const text = await read(address);
    for (const pattern of later ? [STATIC_IMPORT, DYNAMIC_IMPORT] : [STATIC_IMPORT]) {
      for (const [, to] of text.matchAll(pattern))
        found.add(posix.join(posix.dirname(address), to));
    }
  }
  return [...found];
}

/**
 * The files at `paths`, `[address, path]` each, as `serve` wants them; all are compressed at once: large ones take
 * long.
 */
export async function loadFiles(paths) {
  return new Map(
    await Promise.all(
      paths.map(async ([address, path]) => [address, await compress(readFileSync(path))]),
    ),
  );
}

/** Bytes, their brotli 11 form, and sizes of them as they are, as gzip -9 and as brotli. */
async function compress(bytes) {
  const parameters = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [gz, br] = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params: parameters }),
  ]);
  const size = { raw: bytes.length, gzip: gz.length, brotli: br.length };
  return { bytes, compressed: br, size };
}

/** Serves `files`, a map from address to bytes, with a brotli form if there is one; returns the address and `close`. */
export async function serve(files) {
  const server = createServer((request, response) => {
    const asked = new URL(request.url, 'http://localhost').pathname;
    const path = asked === '/' ? '/index.html' : asked;
    const file = files.get(path);
    if (!file) {
      response.writeHead(404).end(`no ${path}`);
      return;
    }
    const takesBrotli = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    // As on a CDN: what does not shrink travels as it is.
    const isSmaller = file.compressed && file.compressed.length < file.bytes.length * 0.95;
    const compressed = takesBrotli && isSmaller;
    const body = compressed ? file.compressed : file.bytes;
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-length': body.length,
      ...(compressed ? { 'content-encoding': 'br' } : {}),
      'cache-control': path.endsWith('.html') ? 'no-store' : 'public, max-age=31536000, immutable',
      // An isolated page has a clock of 5 µs instead of 100.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://localhost:${server.address().port}/`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
