// Serves files from memory over localhost, compressed ahead of time, cached by the browser as a CDN would have it.
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Bytes of a file as it is, as gzip -9, and as brotli 11. */
export async function compress(bytes) {
  const parameters = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [gz, br] = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params: parameters }),
  ]);
  return { raw: bytes.length, gzip: gz.length, brotli: br.length, compressed: br };
}

/** Serves `files`, a map from path to bytes and their brotli form; gives the address and a way to stop. */
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
    const compressed = takesBrotli && file.compressed.length < file.bytes.length * 0.95;
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
