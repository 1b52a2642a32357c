// The two sites that every engine visits: a page with the package alone, and the demo shop as it is built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/lib.mjs';
import { sampleShop } from '../../e2e/support/fixture.mjs';
import { serve } from '../../e2e/support/server.mjs';

const read = (...path) => readFileSync(join(root, ...path));
const page = (name) => read('tests/engines/page', name).toString();
const html = (body) => ({ status: 200, type: 'text/html; charset=utf-8', body });
const script = (body) => ({ status: 200, type: 'text/javascript; charset=utf-8', body });
const octets = (body) => ({ status: 200, type: 'application/octet-stream', body });

/** The folder of the built shop. */
export function shopFolder() {
  const dist = sampleShop();
  if (!dist) throw new Error('www/dist holds no whole shop: build it with `npm run build`');
  return dist;
}

/** The package as it is built, the page that uses it, and the shop's model. */
export async function servePackage() {
  const server = await serve(join(root, 'js/dist'));
  const whole = page('index.html');
  server.overrides.set('/', html(whole));
  // The policy of a shop that has not heard of WebAssembly.
  server.overrides.set('/strict', html(whole.replace(" 'wasm-unsafe-eval'", '')));
  for (const name of ['watch.js', 'page.js', 'lists.js']) {
    server.overrides.set(`/${name}`, script(page(name)));
  }
  server.overrides.set('/shop.vicino', octets(model()));
  return server;
}

/** The demo shop, with the script that collects complaints put before its own. */
export async function serveShop() {
  const server = await serve(shopFolder());
  const whole = read('www/dist/index.html').toString();
  const watched = whole.replace('<meta name="viewport"', '<script src="./watch.js"></script>$&');
  if (watched === whole) throw new Error('www/dist/index.html: no viewport to put the script at');
  for (const path of ['/', '/index.html']) server.overrides.set(path, html(watched));
  server.overrides.set('/watch.js', script(page('watch.js')));
  return server;
}

/** The shop's model. */
export const model = () => readFileSync(join(shopFolder(), 'shop.vicino'));

/** Returns the errors and warnings of the page since it was opened, requests to other servers included. */
export const complaints = (session) =>
  session.evaluate(() => [
    ...globalThis.complaints,
    ...performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => !name.startsWith(location.origin) && !/^(data|blob):/.test(name)),
  ]);
