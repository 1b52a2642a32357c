// Parts of the API reference besides the doc comments: an introduction, an order, examples and errors. Examples run in
// tests/packaging/quick-start.test.mjs, each with a `shop` of its own.

export const INTRODUCTION = `
Every export of every entry of the npm package, with its types. [quick-start.md](quick-start.md) leads from nothing to a
page, [bindings.md](bindings.md) shows the entries in use, and [errors.md](errors.md) explains each error.

Lists are synchronous: they rank data in memory and take about a millisecond. Methods that store data return a promise,
which resolves when the data is stored; lists use the data at once. Unknown options and values that are not allowed throw a
\`VicinoError\` of code \`option-unknown\` or \`option-invalid\`: lists throw at once, while \`load\`, \`record\` and other
methods with a promise reject. After \`free()\`, every call but \`free()\` throws \`freed\`.
`;

/** Order of an entry's exports; the others follow. */
export const GROUPS = {
  vicino: {
    'The recommender': ['Recommender', 'Changed'],
    Loading: ['LoadOptions', 'DeviceOptions', 'ModelSource', 'ModelInfo'],
    Lists: [
      'ListOptions',
      'ForYouOptions',
      'TogetherOptions',
      'TrendingOptions',
      'BecauseOptions',
      'Recommendation',
      'Reason',
      'Sentence',
    ],
    'Filters and predicates': ['Filter', 'Where', 'Candidate'],
    'Rails of a page': ['RailRequest', 'Rail', 'ListName'],
    'The catalogue': ['Catalog', 'CatalogItem'],
    'Events and the history': ['RecordedEvent', 'EventKind', 'History', 'HistoryEvent', 'Storage'],
    'Consent and privacy': ['Consent', 'ConsentState', 'PrivacyReport', 'DeviceReport'],
    'Impressions and counts': ['Placement', 'Metrics', 'MetricCount'],
    'Errors and their codes': ['VicinoError', 'ErrorCode'],
  },
};

/** Notes by name of an entry, an export or a member. */
export const NOTES = {
  'Recommender.load': `
Errors: \`aborted\`, \`http\`, \`network\`, \`not-a-model\`, the \`model-…\` codes, \`unsupported\` and \`wasm\`, besides
those of all options.

\`\`\`js
const loaded = await Recommender.load('/shop.vicino', { historyName: 'my-shop', historyDays: 90 });
console.assert(loaded.model.numItems > 0);
loaded.free();
\`\`\`
`,
  'Recommender.supported': `
If this is \`false\`, \`load\` rejects with \`unsupported\`; calling it first only saves the download.
`,
  'Recommender.record': `
\`\`\`js
await shop.record({ item: 'sku-1' }); // a view, now
await shop.record({ item: 'sku-2', kind: 'cart' });
await shop.record({ item: 'sku-3', rating: 5 });
\`\`\`
`,
  'Recommender.subscribe': `
The listener is called at once, with the change in place: lists that it makes know it. A page that changes much in one
go should make its lists once, after all of it.

\`\`\`js
const heard = [];
const stop = shop.subscribe((changed) => heard.push(changed));
shop.catalog.update([{ id: 'sku-1', inStock: false }]);
await shop.record({ item: 'sku-2' });
stop();
console.assert(heard.join() === 'catalog,history');
\`\`\`
`,
  'Recommender.notInterested': `
\`\`\`js
await shop.notInterested('sku-4');
console.assert(!shop.forYou().some(({ id }) => id === 'sku-4'));
await shop.undoNotInterested('sku-4');
\`\`\`
`,
  'Recommender.recordImpression': `
It is cheap enough to call for every rail of a page; impressions are stored later, in one go.
`,
  'Recommender.forYou': `
\`\`\`js
await shop.record({ item: 'sku-1' });
const items = shop.forYou({ k: 3, explain: true });
console.assert(items.length === 3);
const shares = items[0].reasons.reduce((sum, { share }) => sum + share, 0);
console.assert(Math.abs(shares - 1) < 1e-6 || items[0].reasons.length === 0);
\`\`\`
`,
  'Recommender.related': `
\`\`\`js
shop.catalog.update([{ id: 'sku-2', inStock: false }]);
const items = shop.related('sku-1', { k: 4, where: { inStock: true } });
console.assert(!items.some(({ id }) => id === 'sku-2'));
\`\`\`
`,
  'Recommender.boughtTogether': `
\`\`\`js
const basket = ['sku-1', 'sku-2'];
const items = shop.boughtTogether(basket, { k: 4 });
console.assert(!items.some(({ id }) => basket.includes(id)));
// For a row that is to hold nothing else, however short it is:
const strict = shop.boughtTogether(basket, { k: 4, fallback: 'none' });
console.assert(strict.every(({ score }) => score > 0));
\`\`\`
`,
  'Recommender.becauseYouViewed': `
An item has no rail if only popular items would follow it.

\`\`\`js
await shop.record({ item: 'sku-1' });
const rails = shop.becauseYouViewed({ rails: 2, k: 3 });
console.assert(rails.every(({ anchor, items }) => anchor === 'sku-1' && items.length === 3));
\`\`\`
`,
  'Recommender.page': `
\`\`\`js
await shop.record({ item: 'sku-1' });
const rails = shop.page(
  [
    { name: 'Goes with it', list: 'boughtTogether', item: 'sku-1', k: 2 },
    { name: 'For you', list: 'forYou', k: 3 },
    { name: 'Popular', list: 'trending', k: 3 },
  ],
  { exclude: ['sku-9'] },
);
const ids = rails.flatMap(({ items }) => items.map(({ id }) => id));
console.assert(new Set(ids).size === ids.length);
\`\`\`
`,
  'Recommender.assertNoNetwork': `
The function that it returns throws a \`VicinoError\` of code \`network-used\`.

\`\`\`js
const end = await shop.assertNoNetwork();
await shop.record({ item: 'sku-1' });
shop.forYou();
end();
\`\`\`
`,
  'vicino: ListOptions': `
Items with a score rank before popular items that only fill the list; boosts, diversity and other options work within each
of the two groups. A list has exactly \`k\` items whenever \`k\` are allowed, except \`recentlyViewed\` and \`buyItAgain\`, which
list only items that the shopper viewed or bought.

At the ends: \`factor\` is from 0.000001 (after all others of its group) to 1,000,000 (before them); \`withinDays\` 0 leaves
out only items bought at this moment, \`Infinity\` all purchases in the history; \`k\` 0 is an empty list; \`maxPerCategory\` 1
alternates categories most; an item pinned to a \`position\` of \`k\` or more is listed only if the others run out.

\`\`\`js
const items = shop.trending({
  k: 5,
  where: { not: { category: 'Hats' } },
  boost: [{ where: { brand: 'Acme' }, factor: 1.5 }],
  bury: { tags: { any: ['last-season'] } },
  pin: [{ id: 'sku-7', position: 0 }],
  diversity: 0.3,
  seed: 1,
});
console.assert(items[0].id === 'sku-7');
\`\`\`
`,
  'vicino: Filter': `
An unknown price, brand or category fails a condition on it; an item without tags passes \`none\` only, and an item whose
stock is unknown counts as in stock.

\`\`\`js
shop.catalog.update([
  { id: 'sku-1', price: 20, brand: 'Acme', tags: ['sale'] },
  { id: 'sku-2', price: 80, brand: 'Acme' },
]);
const cheap = shop.trending({ where: { brand: 'Acme', price: { max: 50 } } });
console.assert(cheap.length === 1 && cheap[0].id === 'sku-1');
\`\`\`
`,
  'vicino: Consent': `
\`\`\`js
console.assert(shop.consent.state === 'memory-only');
const stop = shop.consent.subscribe(() => console.assert(shop.consent.state !== 'memory-only'));
await shop.consent.grant();
stop();
await shop.consent.deny();
console.assert(shop.history.list().length === 0);
\`\`\`
`,
  'vicino: Metrics': `
\`\`\`js
const variant = shop.metrics.variant('rail', ['plain', 'diverse']);
const items = shop.forYou({ k: 4, diversity: variant === 'diverse' ? 0.3 : 0 });
shop.recordImpression(items.map(({ id }) => id), { rail: 'home', variant });
shop.recordClick(items[0].id, { rail: 'home', variant });
const counts = await shop.metrics.counts();
console.assert(counts.some(({ clicks }) => clicks === 1));
\`\`\`
`,
  'vicino: History': `
\`\`\`js
await shop.record({ item: 'sku-1' });
const json = shop.history.export();
await shop.history.clear();
await shop.history.import(json);
console.assert(shop.history.list()[0].item === 'sku-1');
\`\`\`
`,
  'vicino/worker': `
The same as \`vicino\` in a worker: every method and property returns a promise, except \`free\` and \`subscribe\`, which act
at once.
`,
  'vicino/ids: normalizeId': `
\`\`\`js
console.assert(normalizeId('="00123" ') === '00123');
console.assert(normalizeId(123) === '123');
console.assert(normalizeId('123.0', { wholeNumbers: true }) === '123');
\`\`\`
`,
  'vicino: ErrorCode': `
[errors.md](errors.md) lists the cause of each code and the remedy.
`,
};
