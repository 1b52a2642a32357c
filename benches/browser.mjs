// Loading and ranking in Chromium: Vicino's package against plain JavaScript on the very same neighbours.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../scripts/lib.mjs';
import { histories } from './lib/data.mjs';
import { root, run, say, scratch } from './lib/processes.mjs';
import { compress, serve } from './lib/server.mjs';

const K = 20;
const HISTORY = 50;
const NUM_HISTORIES = 100;
/** Share of histories whose lists may differ. */
const MAX_DIFFERENT = 0.1;
const ROUNDS = 5;
const CALLS = 20;
/** A phone on a good mobile network, as Chromium's developer tools simulate one ("Fast 4G"). */
export const PHONE = { cpuSlowdown: 4, roundTripMs: 165, megabitPerSecond: 8.1 };
/** Chromium's own two mobile networks, and a cable. */
export const CONNECTIONS = {
  'slow 4G': { cpuSlowdown: 1, roundTripMs: 562.5, megabitPerSecond: 1.44 },
  'fast 4G': { cpuSlowdown: 1, roundTripMs: 165, megabitPerSecond: 8.1 },
  cable: { cpuSlowdown: 1, roundTripMs: 28, megabitPerSecond: 5 },
};
/** A phone's processor, on no network to speak of. */
const SLOW = { cpuSlowdown: 4, roundTripMs: 0, megabitPerSecond: 1000 };

/** What each contestant needs, by address. */
const NEEDS = {
  vicino: ['/vicino/index.js', '/vicino/vicino_bg.wasm', '/data/shop.vicino'],
  plain: ['/vicino/index.js', '/vicino/vicino_bg.wasm', '/data/plain.vicino'],
  json: ['/json.js', '/data/neighbours.json'],
  typed: ['/typed.js', '/data/neighbours.bin'],
};

/** First lists in fresh pages, ranking in a warm one, bytes of everything; `undefined` without a browser. */
export async function measureBrowser(set, settings, tools, notes) {
  const executablePath = findBrowser(notes);
  if (!executablePath) return undefined;
  const { files, bytes, model } = await prepareFiles(set, settings, tools);
  const known = new Set(JSON.parse(files.get('/data/neighbours.json').bytes).ids);
  const all = histories(set.csv, HISTORY, NUM_HISTORIES).filter((history) =>
    history.every((id) => known.has(id)),
  );
  if (all.length === 0) throw new Error(`${set.title}: too few events for a history of ${HISTORY}`);

  const server = await serve(files);
  const browser = await chromium.launch({ executablePath, args: chromeArgs });
  try {
    const bench = { browser, address: server.address, history: all[0], repeats: settings.repeats };
    say(`${set.title}: first list in fresh pages`);
    const desktop = await measureFirstLists(bench);
    say(`${set.title}: first list, as on a phone`);
    const phone = await measureFirstLists(bench, PHONE);
    say(`${set.title}: first and next page by connection`);
    const connections = {};
    for (const [name, connection] of Object.entries(CONNECTIONS)) {
      connections[name] = await measurePages(bench, connection);
    }
    const slow = await measurePages(bench, SLOW);
    say(`${set.title}: decoding`);
    const decoding = await measureDecoding(bench);
    say(`${set.title}: ranking`);
    const ranking = await measureRanking(bench, all);
    const version = browser.version();
    return {
      data: set.name,
      version,
      model,
      bytes,
      firstList: { desktop, phone },
      connections,
      slow,
      decoding,
      ranking,
      k: K,
      history: HISTORY,
      numHistories: all.length,
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** The browser's path; `undefined`, and a note why, without one. */
function findBrowser(notes) {
  try {
    return chromePath();
  } catch (error) {
    notes.push(`Without the browser half: ${error.message}.`);
    say(notes.at(-1));
    return undefined;
  }
}

/** Trains a model as shops do (default size), unpacks it for the peers, builds the package, compresses all. */
async function prepareFiles(set, { threads, model: given }, { vicino, native }) {
  say(`${set.title}: model, package and peers' files for the browser`);
  const shop = given ?? `${scratch}/shop.vicino`;
  if (!given)
    run(vicino, ['train', '--no-tune', '--threads', String(threads), set.path, '-o', shop]);
  const model = JSON.parse(run(native, ['dump', shop, scratch]));
  run('npm', ['run', '--silent', 'build:wasm']);
  run('npm', ['run', '--silent', 'build', '-w', 'vicino']);

  const paths = {
    '/data/shop.vicino': shop,
    '/data/plain.vicino': `${scratch}/plain.vicino`,
    '/data/neighbours.json': `${scratch}/by_id.json`,
    '/data/neighbours.bin': `${scratch}/by_id.bin`,
    '/vicino/index.js': `${root}/js/dist/index.js`,
    '/vicino/vicino_bg.wasm': `${root}/js/dist/vicino_bg.wasm`,
  };
  for (const name of ['index.html', 'measure.js', 'worker.js', 'json.js', 'typed.js']) {
    paths[`/${name}`] = `${root}/benches/page/${name}`;
  }
  const files = new Map();
  const sizes = {};
  // All at once: the large ones take half a minute each.
  const compressing = Object.entries(paths).map(async ([address, path]) => {
    const content = readFileSync(path);
    const { compressed, ...size } = await compress(content);
    files.set(address, { bytes: content, compressed });
    sizes[address] = size;
  });
  await Promise.all(compressing);
  const sum = (addresses) => {
    const of = (form) => addresses.reduce((total, address) => total + sizes[address][form], 0);
    return { raw: of('raw'), gzip: of('gzip'), brotli: of('brotli') };
  };
  const bytes = Object.fromEntries(
    Object.entries(NEEDS).map(([name, needs]) => [
      name,
      { code: sum(needs.slice(0, -1)), data: sum(needs.slice(-1)) },
    ]),
  );
  // How much of that is the order of the items, which the model's file chooses and the peers' do not.
  for (const [name, ending] of Object.entries({ json: 'json', typed: 'bin' })) {
    bytes[name].gzipInModelOrder =
      bytes[name].code.gzip +
      gzipSync(readFileSync(`${scratch}/by_model.${ending}`), { level: 9 }).length;
  }
  return { files, bytes, model };
}

/** Milliseconds to the first list for each contestant, alternating, each in a fresh browser profile. */
async function measureFirstLists({ browser, address, history, repeats }, device) {
  const contestants = [
    ['vicino', 'vicino', 'memory'],
    ['vicinoStored', 'vicino', 'indexeddb'],
    ['json', 'json', null],
    ['typed', 'typed', null],
  ];
  const samples = Object.fromEntries(contestants.map(([name]) => [name, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [name, module, storage] of contestants) {
      const context = await browser.newContext();
      const page = await openPage(context, address, device);
      const input = [module, { storage, keep: false }, history, K];
      const first = await page.evaluate((all) => globalThis.bench.firstList(...all), input);
      samples[name].push(first.ms);
      await context.close();
    }
  }
  return samples;
}

/** First page of a fresh profile, and the next one after what it left in caches, for each contestant, alternating. */
async function measurePages({ browser, address, history, repeats }, device) {
  const names = ['vicino', 'plain', 'json'];
  const samples = Object.fromEntries(names.map((name) => [name, { first: [], next: [] }]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const name of names) {
      const context = await browser.newContext();
      const input = [name, {}, history, K];
      for (const which of ['first', 'next']) {
        const page = await openPage(context, address, device);
        samples[name][which].push(
          await page.evaluate((all) => globalThis.bench.firstList(...all), input),
        );
        // What is kept is written when the page is idle.
        await page.waitForTimeout(1500 * device.cpuSlowdown);
        await page.close();
      }
      await context.close();
    }
  }
  return samples;
}

/** From bytes to the first list, in the page and in a worker: [first time, warm] in ms for each contestant. */
async function measureDecoding({ browser, address, repeats }) {
  const names = ['vicino', 'plain', 'json'];
  const samples = Object.fromEntries(names.map((name) => [name, { page: [], worker: [] }]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const name of names) {
      for (const [where, call] of [
        ['page', 'bytesToList'],
        ['worker', 'bytesToListInWorker'],
      ]) {
        const context = await browser.newContext();
        const page = await openPage(context, address);
        samples[name][where].push(
          await page.evaluate(([call, ...all]) => globalThis.bench[call](...all), [call, name, K]),
        );
        await context.close();
      }
    }
  }
  return samples;
}

async function openPage(context, address, device) {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => globalThis.bench && globalThis.crossOriginIsolated);
  if (device) {
    const session = await context.newCDPSession(page);
    const bytesPerSecond = (device.megabitPerSecond * 1e6) / 8;
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: device.roundTripMs,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await session.send('Emulation.setCPUThrottlingRate', { rate: device.cpuSlowdown });
  }
  return page;
}

/** Milliseconds of one ranking call for each contestant, in one warm page; their lists must agree. */
async function measureRanking({ browser, address }, all) {
  const context = await browser.newContext();
  const page = await openPage(context, address);
  const input = [['vicino', 'json', 'typed', 'typedKept'], all, K, ROUNDS, CALLS];
  const measured = await page.evaluate((all) => globalThis.bench.rank(...all), input);
  await context.close();
  const [own, ...peers] = measured;
  // The JSON has weights of four digits; sums are in double precision in one and in single in the others.
  const tolerance = { json: 1e-3, typed: 1e-5, typedKept: 1e-5 };
  for (const { name, lists } of peers) {
    const complaints = [];
    for (const [at, list] of lists.entries()) {
      try {
        checkSame(own.lists[at], list, tolerance[name], `history ${at}: ${name}`);
      } catch (error) {
        complaints.push(error);
      }
    }
    // Where the second hop cuts a row among equals, which of them stay depends on how items are numbered.
    if (complaints.length > MAX_DIFFERENT * lists.length) throw complaints[0];
  }
  const of = (what) => Object.fromEntries(measured.map((one) => [one.name, one[what]]));
  return { samples: of('samples'), first: of('first') };
}

/**
 * Throws unless the lists have the same scores and, for each score, the same items. Their order among equals differs,
 * because each contestant numbers items in its own way; so may the last ones, where equals are cut off.
 */
function checkSame(own, peer, tolerance, where) {
  const fail = (rank, found, expected) => {
    throw new Error(`${where} has ${found} at rank ${rank + 1}, Vicino ${expected}`);
  };
  if (peer.length !== own.length) fail(peer.length, 'the end', `${own.length} items`);
  let start = 0;
  for (const [rank, { score }] of own.entries()) {
    if (Math.abs(peer[rank].score - score) > tolerance * score) fail(rank, peer[rank].score, score);
    const next = own[rank + 1];
    if (next && score - next.score > tolerance * score) {
      const ids = (list) =>
        String(
          list
            .slice(start, rank + 1)
            .map(({ id }) => id)
            .sort(),
        );
      if (ids(peer) !== ids(own)) fail(rank, ids(peer), ids(own));
      start = rank + 1;
    }
  }
}
