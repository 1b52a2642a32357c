// A service worker: keeps one whole version of the shop, or of the page that trains, on the device,
// answers from it, and tells the page about every request of its own.
const version = '__VERSION__';
const entries = '__ENTRIES__';
const prefix = '__PREFIX__';
const cacheName = `${prefix}${version}`;
const known = new Set(entries.map((entry) => new URL(entry.url, self.registration.scope).href));

self.addEventListener('install', (event) => {
  event.waitUntil(keepCopy());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

// Every request is answered here, so that none is missing from the count.
self.addEventListener('fetch', (event) => {
  event.respondWith(answer(event.request));
});

/** All or nothing, each file checked against its hash. */
async function keepCopy() {
  const cache = await caches.open(cacheName);
  await Promise.all(entries.map((entry) => keepFile(cache, entry)));
  await self.skipWaiting();
}

async function keepFile(cache, { url, integrity }) {
  if (await cache.match(url)) return;
  await tellPages(url);
  const response = await fetch(new Request(url, { integrity, cache: 'no-cache' }));
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  await cache.put(url, response);
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(
    names
      .filter((name) => name.startsWith(prefix) && name !== cacheName)
      .map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

async function answer(request) {
  const url = pageFile(request);
  if (request.method === 'GET' && known.has(url)) {
    const cache = await caches.open(cacheName);
    const copy = await cache.match(url);
    if (copy) return copy;
  }
  await tellPages(request.url);
  return fetch(request);
}

/** The file that a request means, without query, folders standing for their index.html. */
function pageFile(request) {
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  if (url.pathname.endsWith('/')) url.pathname += 'index.html';
  return url.href;
}

/** One more request goes to the network from here. */
async function tellPages(url) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const page of pages) page.postMessage({ type: 'vicino-shop-network', url });
}
