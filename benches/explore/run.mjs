#!/usr/bin/env node
// `npm run bench:explore`: exploring Complete Journey, against a hand-written polars script and a profiler of tables.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { madeUpLog } from '../../scripts/made-up-log.mjs';
import { NUMBER, PROFILE, parseOptions } from '../../scripts/options.mjs';
import { machine } from '../lib/machine.mjs';
import { build, root, run, say, scratch } from '../lib/processes.mjs';
import { median, size, time, times } from '../lib/statistics.mjs';

const USAGE = `usage: npm run bench:explore -- [options]

  --repeats N     runs of each (5), alternating; the profiler runs once
  --profile NAME  Cargo profile of Vicino (release)
  --binary FILE   measures this command instead of building one
  --quick         a made-up log, without the peers: does it run at all?

environment:
  VICINO_CACHE    where the peers and Complete Journey are kept (a folder in the user's cache)`;

process.on('uncaughtException', (error) => {
  console.error(`bench: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exit(1);
});

const settings = parse();
const cache =
  process.env.VICINO_CACHE ?? `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/vicino`;
const data = `${cache}/complete-journey`;
const { log: events, feed: products, title } = settings.quick ? madeUp() : completeJourney();
const python = settings.quick ? 'python3' : preparePeers();
const vicino = settings.binary ?? build(settings).vicino;
const stopwatch = `${root}/benches/peers/peers.py`;

const competitors = {
  'vicino explore': [
    vicino,
    ['--quiet', 'explore', events, '--catalog', products, '-o', `${scratch}/explored.html`],
  ],
  'polars, by hand': [
    python,
    [`${root}/benches/explore/aggregates.py`, events, products, `${scratch}/aggregates.json`],
  ],
};
competitors['polars, by hand, without the matrix of products'] = [
  python,
  [...competitors['polars, by hand'][1], '--without-matrix'],
];
if (settings.quick) {
  for (const name of Object.keys(competitors).slice(1)) delete competitors[name];
}
const profiler = [
  python,
  ['-W', 'ignore', `${root}/benches/explore/profile.py`, events, `${scratch}/profile.html`],
];

const before = machine();
const samples = Object.fromEntries(Object.keys(competitors).map((name) => [name, []]));
for (let repeat = 0; repeat <= settings.repeats; repeat++) {
  for (const [name, command] of Object.entries(competitors)) {
    say(`${name}, ${repeat === 0 ? 'to warm up' : `${repeat} of ${settings.repeats}`}`);
    const measured = measure(command);
    if (repeat > 0) samples[name].push(measured);
  }
}
if (!settings.quick) {
  say('ydata-profiling, minimal');
  samples['ydata-profiling, minimal'] = [measure(profiler)];
}

const middle = Object.entries(samples).map(([name, all]) => ({
  name,
  seconds: median(all.map(({ seconds }) => seconds)),
  bytes: median(all.map(({ bytes }) => bytes)),
}));
const [ours] = middle;
const row = ({ name, seconds, bytes }) =>
  `| ${name} | ${time(seconds)} (${times(seconds, ours.seconds)}) | ${size(bytes)} |`;
const table = [
  `${title} (${size(statSync(events).size)}), whole processes, ${before.cores} cores ` +
    `(${before.cpu}), load ${before.loadAverage} at the start; medians of ${settings.repeats}, the profiler once.`,
  '',
  '| | end to end | peak memory |',
  '|---|---:|---:|',
  ...middle.map(row),
].join('\n');
const path = `${scratch}/${settings.quick ? 'quick/' : ''}explore.json`;
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, JSON.stringify({ machine: before, samples }, null, 1));
if (!settings.quick) check();
console.log(table);

function completeJourney() {
  const [log, feed] = ['transactions', 'products'].map((name) => `${data}/${name}.parquet`);
  if (!existsSync(log)) run(`${root}/scripts/sample-data`, []);
  return { log, feed, title: 'Complete Journey, 1,469,307 rows of Parquet' };
}

/** A small log, and a feed of its products. */
function madeUp() {
  const [log, feed] = [`${scratch}/made-up.csv`, `${scratch}/made-up-products.csv`];
  writeFileSync(log, madeUpLog(100));
  const products = Array.from({ length: 60 }, (_, at) => `sku-${at},c${at % 5}`);
  writeFileSync(feed, `id,product_type\n${products.join('\n')}\n`);
  return { log, feed, title: 'A made-up log' };
}

/** Seconds and peak memory of a whole process. */
function measure([command, args]) {
  const output = run(python, [stopwatch, 'measure', command, ...args]);
  const { seconds, peak_bytes: bytes } = JSON.parse(output.trim().split('\n').at(-1));
  return { seconds, bytes };
}

/** Checks that both have the same results; otherwise their times cannot be compared. */
function check() {
  const found = JSON.parse(
    run(vicino, ['--quiet', 'explore', events, '--catalog', products, '--json']),
  );
  const byHand = JSON.parse(readFileSync(`${scratch}/aggregates.json`, 'utf8'));
  const figure = (id) => found.figures.find((one) => one.id === id);
  const sizeOf = (name) => number(found.overview.rows.find(([what]) => what === name)[1]);
  const days = figure('over-time').table.rows.map(([day, count]) => [day, number(count)]);
  const pairs = [
    ['events', sizeOf('events'), byHand.events],
    ['days with events', days.filter(([, count]) => count > 0).length, byHand['over-time'].length],
    [
      'events of the busiest day',
      Math.max(...days.map(([, count]) => count)),
      Math.max(...byHand['over-time'].map(([, count]) => count)),
    ],
    ['shoppers', sizeOf('shoppers'), byHand['events-per-shopper'].bins.reduce((a, b) => a + b, 0)],
  ];
  for (const [what, one, other] of pairs) {
    if (one !== other)
      throw new Error(
        `${what}: vicino found ${one}, polars ${other}; their times cannot be compared`,
      );
  }
}

function number(text) {
  return Number(text.replaceAll(',', ''));
}

/** A Python environment with the peers, made once. */
function preparePeers() {
  const folder = `${cache}/explore-venv`;
  const requirements = `${root}/benches/explore/requirements.txt`;
  const [stamp, wanted] = [`${folder}/installed.txt`, readFileSync(requirements, 'utf8')];
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    say(`installing the peers into ${folder}, once`);
    run('python3', ['-m', 'venv', '--clear', folder]);
    run(`${folder}/bin/python`, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
    writeFileSync(stamp, wanted);
  }
  return `${folder}/bin/python`;
}

function parse() {
  const { values } = parseOptions('bench', USAGE, {
    repeats: { type: 'string', pattern: NUMBER },
    profile: { type: 'string', pattern: PROFILE, default: 'release' },
    binary: { type: 'string', isFile: true },
    quick: { type: 'boolean', default: false },
  });
  return { ...values, repeats: Number(values.repeats ?? (values.quick ? 1 : 5)) };
}
