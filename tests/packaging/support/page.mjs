// Opens a folder in a real browser and hands back what its page said, and all that went wrong.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../../../scripts/lib.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

async function serve(folder) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : pathname;
    try {
      const body = await readFile(join(folder, normalize(path)));
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type }).end(body);
    } catch {
      response.writeHead(404).end(`no ${path}`);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What the page left in \`globalThis.probe\`, the wasm files it loaded, and everything on its console. */
export async function visit(folder) {
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath: chromePath(), args: chromeArgs });
  try {
    const page = await browser.newPage();
    const console = [];
    const wasm = [];
    page.on('console', (message) => console.push(message.text()));
    page.on('pageerror', (error) => console.push(String(error)));
    page.on('response', (response) => {
      if (response.url().endsWith('.wasm')) wasm.push(new URL(response.url()).pathname);
    });
    await page.goto(`http://localhost:${server.address().port}/`);
    const probe = await page
      .waitForFunction(() => globalThis.probe, null, { timeout: 20_000 })
      .then((handle) => handle.jsonValue())
      .catch((error) => ({ failed: String(error) }));
    return { probe, console, wasm };
  } finally {
    await browser.close();
    server.close();
  }
}
