// Opens pages of a folder in a real browser; returns their reports and everything that went wrong.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../../../scripts/lib.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder; `headers` may be a function of the path. Requests that `answer` answers and returns true for get no
 * file.
 */
export async function serve(folder, headers = {}, answer = () => false) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (answer(pathname, response, request)) return;
    // Browsers request it by themselves.
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    try {
      const body = await readFile(join(folder, normalize(path)));
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      const more = typeof headers === 'function' ? headers(path) : headers;
      response.writeHead(200, { 'content-type': type, ...more }).end(body);
    } catch {
      response.writeHead(404).end(`no ${path}`);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

let launched;

/** Closes the browser that `visit` has started. */
export async function closeBrowser() {
  await (await launched)?.close();
  launched = undefined;
}

/** Opens a page of a folder as a new shopper, after `before` has run in it; see {@link serve}. */
export async function open(folder, { path = '/', headers = {}, before, answer } = {}) {
  const server = await serve(folder, headers, answer);
  const opened = await openAt(`http://localhost:${server.address().port}${path}`, { before });
  return {
    ...opened,
    async close() {
      await opened.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Opens an address as a new shopper; `probe` waits for what the page leaves in `globalThis.probe`. */
export async function openAt(address, { before = () => {}, timeout = 20_000 } = {}) {
  launched ??= chromium.launch({ executablePath: chromePath(), args: chromeArgs });
  const context = await (await launched).newContext();
  const page = await context.newPage();
  await page.addInitScript(before);
  const console = [];
  const wasm = [];
  const requests = [];
  page.on('console', (message) => console.push(message.text()));
  page.on('pageerror', (error) => console.push(String(error)));
  context.on('request', (request) => requests.push(new URL(request.url()).pathname));
  context.on('response', (response) => {
    if (response.url().endsWith('.wasm')) wasm.push(new URL(response.url()).pathname);
  });
  await page.goto(address, { timeout: 3 * timeout });
  return {
    ...{ page, console, wasm, requests },
    probe: () =>
      page
        .waitForFunction(() => globalThis.probe, null, { timeout })
        .then((handle) => handle.jsonValue())
        .catch((error) => ({ failed: String(error) })),
    close: () => context.close(),
  };
}

/** Visits a page; returns its `globalThis.probe`, the wasm files that it loaded, and everything on its console. */
export async function visit(folder, options) {
  const { probe, console, wasm, close } = await open(folder, options);
  try {
    return { probe: await probe(), console, wasm };
  } finally {
    await close();
  }
}
