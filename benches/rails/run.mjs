#!/usr/bin/env node
// `npm run bench:rails`: a page of six rails of twelve with filters, on the main thread and in a worker, against one
// round trip.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../../scripts/lib.mjs';
import { NUMBER, PROFILE, parseOptions } from '../../scripts/options.mjs';
import { machine } from '../lib/machine.mjs';
import { build, root, run, say, scratch } from '../lib/processes.mjs';
import { packageFiles, serve } from '../lib/server.mjs';
import { quantile, time } from '../lib/statistics.mjs';

const USAGE = `usage: npm run bench:rails -- [options]

  --model FILE   the model, instead of one of about 100,000 items that is generated and trained (a minute)
  --turns N      pages (300)
  --quick        a small model and few pages: does it run at all?
  --profile NAME Cargo profile of Vicino (release)`;

/** A round trip of a desktop at the 75th percentile (CrUX, see docs/benchmarks.md). */
const ROUND_TRIP_MS = 96;
/** A page may take a fifth of it; fifty impressions less than a frame. */
const PAGE_BAR_MS = ROUND_TRIP_MS / 5;
const FRAME_MS = 1000 / 60;
const EVENTS = 3_500_000;

const { values: settings } = parseOptions('bench:rails', USAGE, {
  model: { type: 'string' },
  turns: { type: 'string', pattern: NUMBER },
  quick: { type: 'boolean', default: false },
  profile: { type: 'string', pattern: PROFILE, default: 'release' },
});
const numTurns = Number(settings.turns ?? (settings.quick ? 4 : 300));
const numEvents = settings.quick ? 20_000 : EVENTS;

/** The model, trained if none was given. */
function model() {
  if (settings.model) return settings.model;
  const { vicino, native } = build(settings);
  const [log, trained] = [`${scratch}/rails.parquet`, `${scratch}/rails.vicino`];
  say(`generating ${numEvents} events, seed 1`);
  run(native, ['generate', String(numEvents), '1', log]);
  say('training');
  run(vicino, ['train', '--no-tune', '--min-shoppers', '1', log, '-o', trained]);
  return trained;
}

const dist = `${root}/js/dist`;
const paths = [
  ['/index.html', `${root}/benches/rails/page.html`],
  ['/page.js', `${root}/benches/rails/page.js`],
  ['/data/shop.vicino', model()],
  ...packageFiles(dist, '/vicino'),
];
// As they are: nothing here depends on how long files travel.
const files = new Map(paths.map(([address, path]) => [address, { bytes: readFileSync(path) }]));
const answer = Buffer.from(JSON.stringify({ items: Array.from({ length: 72 }, (_, at) => at) }));
files.set('/data/answer.json', { bytes: answer });

// The ids by themselves, from the package in Node.
const { Recommender } = await import(`${dist}/node.js`);
const shop = await Recommender.load(files.get('/data/shop.vicino').bytes, { storage: 'memory' });
const ids = shop.trending({ k: 1_000_000 }).map(({ id }) => id);
shop.free();
// Clicks on popular and rare items alike.
const clicked = Array.from({ length: 400 }, (_, at) => ids[(at * at * 7 + at * 31) % ids.length]);

const server = await serve(files);
const browser = await chromium.launch({ executablePath: chromePath(), args: chromeArgs });
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  turns: numTurns,
};
try {
  for (const where of ['main thread', 'worker']) {
    const page = await browser.newPage();
    await page.goto(server.address);
    await page.waitForFunction(() => globalThis.ready);
    say(where);
    results[where] = await page.evaluate((told) => globalThis.measure(told), {
      where,
      ids,
      clicked,
      turns: numTurns,
      pauses: true,
    });
    await page.close();
  }
  const page = await browser.newPage();
  await page.goto(server.address);
  await page.waitForFunction(() => globalThis.ready);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: ROUND_TRIP_MS,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  results.roundTrips = await page.evaluate(
    (turns) => globalThis.roundTrips(turns),
    settings.quick ? 3 : 30,
  );
  results.version = browser.version();
} finally {
  await browser.close();
  await server.stop();
}
const path = `${scratch}/${settings.quick ? 'quick/' : ''}rails.json`;
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);

const of = (values, share) => time(quantile(values, share) / 1e3);
const trip = quantile(results.roundTrips, 0.5);
const { numItems, known, lengths } = results['main thread'];
console.log(
  `${numItems} items, ${known} in the catalogue, ${numTurns} pages of rails of ${lengths.join(' or ')}; Chromium ${results.version}\n`,
);
console.log('| | 50th | 95th | 99th percentile | of one round trip |\n|---|---:|---:|---:|---:|');
const row = (name, values) =>
  console.log(
    `| ${name} | ${[0.5, 0.95, 0.99].map((share) => of(values, share)).join(' | ')} | 1/${(trip / quantile(values, 0.99)).toFixed(1)} |`,
  );
let isWithin = true;
for (const where of ['main thread', 'worker']) {
  const { pages, impressions } = results[where];
  row(`page of six rails, ${where}`, pages);
  row(`50 impressions, ${where}`, impressions);
  isWithin &&= quantile(pages, 0.99) <= PAGE_BAR_MS && quantile(impressions, 0.99) < FRAME_MS;
}
row(`a request, latency of ${ROUND_TRIP_MS} ms`, results.roundTrips);
console.log(`\nCatalogue of ${known} items told: ${time(results['main thread'].updateMs / 1e3)}.`);
console.log(
  `A page within 1/5 of ${ROUND_TRIP_MS} ms and impressions within a frame, at the 99th percentile: ${isWithin ? 'yes' : 'no'}.`,
);
