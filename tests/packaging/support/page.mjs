// Opens a folder in the browser from a static server, and tells all that happened.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../../../scripts/lib.mjs';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

async function serve(folder, types) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname));
    try {
      const body = await readFile(join(folder, path.endsWith('/') ? `${path}index.html` : path));
      const type = types[extname(path) || '.html'] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/**
 * Opens `folder` and waits for the page to set `window.result`; gives that, what the console said, and the
 * paths that were asked for. `types` overrides content types by file extension.
 */
export async function visit(folder, { types = {}, path = '/' } = {}) {
  const server = await serve(folder, { ...TYPES, ...types });
  const browser = await chromium.launch({
    executablePath: chromePath(),
    args: chromeArgs.filter((arg) => arg !== '--headless'),
  });
  try {
    const page = await browser.newPage();
    const messages = [];
    const requests = [];
    page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => messages.push(`uncaught: ${error.message}`));
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
    await page
      .waitForFunction(() => 'result' in window, undefined, { timeout: 15_000 })
      .catch((error) => {
        throw new Error(`${error.message}\nconsole: ${messages.join('\n')}`);
      });
    const result = await page.evaluate(() => window.result);
    return { result, messages, requests };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
