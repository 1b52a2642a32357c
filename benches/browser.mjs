// Loading and ranking in Chromium: Vicino's package, an earlier build of it if one is named, and plain JavaScript on
// the very same neighbours.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath } from '../scripts/lib.mjs';
import { packageAt } from './lib/before.mjs';
import { histories } from './lib/data.mjs';
import { root, run, say, scratch } from './lib/processes.mjs';
import { loadFiles, packageFiles, scriptsFrom, serve } from './lib/server.mjs';
import { longestTask } from './lib/trace.mjs';

const K = 20;
/** Numbers of events in a history: for ranking, and for the first list of a visitor. */
const HISTORY = 50;
const FIRST_HISTORY = 5;
const NUM_HISTORIES = 100;
/**
 * Share of histories whose lists may differ: where the second hop cuts a row among equals, which of them stay depends
 * on how items are numbered. Small logs have many equals; a mistake makes all lists differ.
 */
const MAX_DIFFERENT = 0.5;
const ROUNDS = 5;
const CALLS = 20;
/** Files of these sizes are trained if none is given. */
const SIZES = ['200kB', '120kB'];
/** Of a run that only shows that everything works: one model, one connection, few histories. */
const QUICK = {
  sizes: ['40kB'],
  connections: ['localhost'],
  numHistories: 10,
  rounds: 1,
  calls: 2,
  mostDifferent: 1,
};
/** A phone on a good mobile network, as Chromium's developer tools simulate one ("Fast 4G"). */
export const PHONE = { cpuSlowdown: 4, roundTripMs: 165, megabitPerSecond: 8.1 };
const SLOW_4G = { cpuSlowdown: 1, roundTripMs: 562.5, megabitPerSecond: 1.44 };
/** Chromium's own two mobile networks, a cable, and no network to speak of; with preload lines on the slowest, too. */
export const CONNECTIONS = {
  'slow 4G': SLOW_4G,
  'slow 4G, with preload lines in the page': { ...SLOW_4G, isPreloaded: true },
  'fast 4G': { cpuSlowdown: 1, roundTripMs: 165, megabitPerSecond: 8.1 },
  cable: { cpuSlowdown: 1, roundTripMs: 28, megabitPerSecond: 5 },
  localhost: { cpuSlowdown: 1 },
};
/** A phone's processor, on no network to speak of. */
const SLOW = { cpuSlowdown: 4 };
/** Time that a page stays open before the next one, so that it stores its data; multiplied by `cpuSlowdown`. */
const STAY_MS = 1500;

/** First lists in fresh pages, ranking in a warm one, bytes of everything; `undefined` without a browser. */
export async function measureBrowser(set, settings, tools, notes) {
  const executablePath = findBrowser(notes);
  if (!executablePath) return undefined;
  const before = settings.before && packageAt(settings.before);
  const models = prepareModels(set, settings, tools);
  const files = await prepareFiles(models, before, settings.quick);
  const { ids } = JSON.parse(files.get(models[0].addresses.json).bytes);
  const known = new Set(ids);
  const numHistories = settings.quick ? QUICK.numHistories : NUM_HISTORIES;
  const all = histories(set.csv, HISTORY, numHistories).filter((history) =>
    history.every((id) => known.has(id)),
  );
  if (all.length === 0) throw new Error(`${set.title}: too few events for a history of ${HISTORY}`);

  const server = await serve(files);
  const launch = () => chromium.launch({ executablePath, args: chromeArgs });
  const browser = await launch();
  try {
    const bench = {
      browser,
      launch,
      address: server.address,
      histories: all.map((history) => history.slice(0, FIRST_HISTORY)),
      repeats: settings.repeats,
      rounds: settings.quick ? QUICK.rounds : ROUNDS,
      calls: settings.quick ? QUICK.calls : CALLS,
      // A small log is all equals.
      mostDifferent: settings.quick ? QUICK.mostDifferent : MAX_DIFFERENT,
    };
    const connections = Object.entries(CONNECTIONS).filter(
      ([name]) => !settings.quick || QUICK.connections.includes(name),
    );
    const measured = [];
    for (const [at, { addresses, about }] of models.entries()) {
      const of = contestants(addresses, before);
      const bytes = await measureBytes(files, of, addresses);
      const where = `${set.title}, ${bytes.vicino.data.raw} bytes`;
      const one = { model: about, bytes, connections: {} };
      for (const [name, connection] of connections) {
        say(`${where}: first and next page, ${name}`);
        const names = ['vicino', 'before', 'beforeKept', 'json', 'typed'];
        one.connections[name] = await measurePages(bench, pick(of, names), connection);
      }
      if (before?.canKeep) checkKept(one.connections, notes);
      if (at === 0) Object.assign(one, await measureClosely(bench, of, all, where));
      measured.push(one);
    }
    return {
      data: set.name,
      version: browser.version(),
      before: before && { commit: before.commit, canKeep: before.canKeep },
      models: measured,
      k: K,
      history: HISTORY,
      firstHistory: FIRST_HISTORY,
      numHistories: all.length,
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Measures a model by itself. */
async function measureClosely(bench, of, all, where) {
  say(`${where}: first list in fresh pages`);
  const firstNames = ['vicino', 'vicinoMemory', 'before', 'beforeMemory', 'json', 'typed'];
  const fresh = pick(of, firstNames);
  const desktop = await measureFirstLists(bench, fresh);
  say(`${where}: first list, as on a phone`);
  const phone = await measureFirstLists(bench, fresh, PHONE);
  const names = ['vicino', 'before', 'json', 'typed'];
  say(`${where}: longest tasks`);
  const slow = await measurePages(bench, pick(of, [...names, 'beforeKept']), SLOW, true);
  say(`${where}: from bytes to a list`);
  const opening = await measureOpening(bench, pick(of, names));
  say(`${where}: memory`);
  const memory = await measureMemory(bench, of, all);
  say(`${where}: ranking`);
  const ranking = await measureRanking(bench, of, all);
  return { firstList: { desktop, phone }, slow, opening, memory, ranking };
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

/** The models, given or trained, each with its neighbours unpacked for the peers; and addresses of all. */
function prepareModels(set, { threads, models: given, beforeModels, quick }, { vicino, native }) {
  say(`${set.title}: models and peers' files for the browser`);
  const paths =
    given.length > 0
      ? given
      : (quick ? QUICK.sizes : SIZES).map((size) => {
          const path = `${scratch}/shop-${size}.vicino`;
          const flags = ['--no-tune', '--target-size', size, '--threads', String(threads)];
          run(vicino, ['train', ...flags, set.path, '-o', path]);
          return path;
        });
  return paths.map((path, at) => {
    const folder = `${scratch}/model-${at}`;
    mkdirSync(folder, { recursive: true });
    const about = JSON.parse(run(native, ['dump', path, folder]));
    copyFileSync(path, `${folder}/shop.vicino`);
    copyFileSync(beforeModels[at] ?? path, `${folder}/before.vicino`);
    const addresses = {
      vicino: `/data/${at}/shop.vicino`,
      before: `/data/${at}/before.vicino`,
      json: `/data/${at}/by_id.json`,
      typed: `/data/${at}/by_id.bin`,
    };
    return { about, folder, addresses };
  });
}

/** Builds the package, unless the one that is there will do, and compresses it, the models, the peers and the page. */
async function prepareFiles(models, before, isBuilt) {
  say('package for the browser');
  if (!isBuilt) {
    run('npm', ['run', '--silent', 'build:wasm', '--', 'shop']);
    run('npm', ['run', '--silent', 'build', '-w', 'vicino']);
  }
  const page = ['index.html', 'measure.js', 'worker.js', 'json.js', 'typed.js'];
  return loadFiles([
    ...page.map((name) => [`/${name}`, `${root}/benches/page/${name}`]),
    ...packageFiles(`${root}/js/dist`, '/vicino'),
    ...(before ? packageFiles(before.dist, '/before') : []),
    ...models.flatMap(({ folder, addresses }) =>
      Object.values(addresses).map((address) => [
        address,
        `${folder}/${address.slice(address.lastIndexOf('/') + 1)}`,
      ]),
    ),
  ]);
}

/** All who take part, by name, with the data at `addresses`; an earlier build if there is one. */
function contestants(addresses, before) {
  const packaged = (folder, data, options = {}) => ({
    code: `/${folder}/index.js`,
    imported: [`/${folder}/errors.js`],
    wasm: `/${folder}/vicino_bg.wasm`,
    data,
    options,
  });
  const all = {
    vicino: packaged('vicino', addresses.vicino),
    vicinoMemory: packaged('vicino', addresses.vicino, { storage: 'memory' }),
    json: { code: '/json.js', data: addresses.json },
    typed: { code: '/typed.js', data: addresses.typed },
    typedKept: { code: '/typed.js', data: addresses.typed, options: { kept: true } },
  };
  if (before) {
    const notKept = before.canKeep ? { keep: false } : {};
    all.before = packaged('before', addresses.before, notKept);
    all.beforeMemory = packaged('before', addresses.before, { ...notKept, storage: 'memory' });
    if (before.canKeep) all.beforeKept = packaged('before', addresses.before);
  }
  return all;
}

/** Those of the names that take part. */
const pick = (all, names) =>
  names.filter((name) => all[name]).map((name) => ({ name, ...all[name] }));

/** Returns contestants in turn, every second time in reverse order, so that none always follows the same one. */
const inTurn = (all, repeat) => (repeat % 2 === 0 ? all : all.toReversed());

/** Bytes of the files that a contestant needs: its scripts and module, and its data. */
async function measureBytes(files, all, addresses) {
  const sum = (addresses) => {
    const of = (form) =>
      addresses.reduce((total, address) => total + files.get(address).size[form], 0);
    return { raw: of('raw'), gzip: of('gzip'), brotli: of('brotli') };
  };
  const bytes = {};
  for (const { name, code, wasm, data } of pick(all, ['vicino', 'before', 'json', 'typed'])) {
    const scripts = await scriptsFrom(code, (address) => files.get(address).bytes.toString());
    bytes[name] = { code: sum(wasm ? [...scripts, wasm] : scripts), data: sum([data]) };
  }
  // How much of that is the order of the items, which the model's file chooses and the peers' do not.
  for (const [name, ending] of Object.entries({ json: 'json', typed: 'bin' })) {
    const at = addresses[name].split('/')[2];
    bytes[name].gzipInModelOrder =
      bytes[name].code.gzip +
      gzipSync(readFileSync(`${scratch}/model-${at}/by_model.${ending}`), { level: 9 }).length;
  }
  return bytes;
}

/** Milliseconds to the first list for each contestant, alternating, each in a fresh browser profile. */
async function measureFirstLists({ browser, address, histories, repeats }, all, device) {
  const samples = Object.fromEntries(all.map(({ name }) => [name, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const contestant of inTurn(all, repeat)) {
      const context = await browser.newContext();
      const page = await openPage(context, address, device);
      const history = histories[repeat % histories.length];
      samples[contestant.name].push((await call(page, 'firstList', contestant, history, K)).ms);
      await context.close();
    }
  }
  return samples;
}

/**
 * First page of a fresh profile, and the next one after what it left in caches, for each contestant, alternating; with
 * the longest task of each if they are traced, which costs time.
 */
async function measurePages(bench, all, device, isTraced = false) {
  const { address, histories, repeats } = bench;
  const samples = Object.fromEntries(all.map(({ name }) => [name, { first: [], next: [] }]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const contestant of inTurn(all, repeat)) {
      const browser = isTraced ? await bench.launch() : bench.browser;
      const context = await browser.newContext();
      const history = histories[repeat % histories.length];
      for (const which of ['first', 'next']) {
        const page = await openPage(context, address, device);
        const measure = () => call(page, 'firstList', contestant, history, K, device.isPreloaded);
        const sample = isTraced ? await longestTask(browser, page, measure) : await measure();
        samples[contestant.name][which].push(sample);
        if (which === 'first') await page.waitForTimeout(STAY_MS * device.cpuSlowdown);
        await page.close();
      }
      await (isTraced ? browser : context).close();
    }
  }
  return samples;
}

/** Adds a note if an earlier build did not find its stored data, which makes its next page as slow as its first. */
function checkKept(connections, notes) {
  const next = Object.values(connections).flatMap(({ beforeKept }) => beforeKept.next);
  const missed = next.filter(({ opened }) => opened !== 'kept').length;
  if (missed > 0) {
    notes.push(`The earlier build had kept nothing on ${missed} of ${next.length} next pages.`);
    say(notes.at(-1));
  }
}

/** From bytes to the first list, `[first time, warm]` in ms for each contestant, by where and how. */
async function measureOpening({ browser, address, histories, repeats }, all) {
  const ways = {
    page: ['bytesToList', true, undefined],
    compiling: ['bytesToList', false, undefined],
    slow: ['bytesToList', true, SLOW],
    slowCompiling: ['bytesToList', false, SLOW],
    worker: ['bytesToListInWorker', true, undefined],
  };
  const samples = Object.fromEntries(
    all.map(({ name }) => [name, Object.fromEntries(Object.keys(ways).map((way) => [way, []]))]),
  );
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [way, [name, isCompiled, device]] of Object.entries(ways)) {
      for (const contestant of inTurn(all, repeat)) {
        // Nothing is compiled for the peers.
        if (!isCompiled && !contestant.wasm) continue;
        const context = await browser.newContext();
        const page = await openPage(context, address, device);
        const history = histories[repeat % histories.length];
        samples[contestant.name][way].push(
          await call(page, name, contestant, history, K, isCompiled),
        );
        await context.close();
      }
    }
  }
  return samples;
}

/** Bytes of WebAssembly memory of each build after opening and after a list for each history. */
async function measureMemory({ browser, address }, of, histories) {
  const measured = {};
  for (const contestant of pick(of, ['vicinoMemory', 'beforeMemory'])) {
    const context = await browser.newContext();
    const page = await openPage(context, address);
    measured[buildOf(contestant)] = await call(page, 'memory', contestant, histories, K);
    await context.close();
  }
  return measured;
}

/** The name of a contestant whatever its storage. */
const buildOf = ({ name }) => name.replace('Memory', '');

/** Calls what measure.js offers. */
function call(page, name, ...given) {
  return page.evaluate(([name, ...given]) => globalThis.bench[name](...given), [name, ...given]);
}

async function openPage(context, address, device) {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => globalThis.bench && globalThis.crossOriginIsolated);
  if (!device) return page;
  const session = await context.newCDPSession(page);
  if (device.megabitPerSecond) {
    const bytesPerSecond = (device.megabitPerSecond * 1e6) / 8;
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: device.roundTripMs,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
  }
  await session.send('Emulation.setCPUThrottlingRate', { rate: device.cpuSlowdown });
  return page;
}

/** Milliseconds of one ranking call for each contestant, in one warm page; lists of the same neighbours must agree. */
async function measureRanking({ browser, address, rounds, calls, mostDifferent }, of, all) {
  const context = await browser.newContext();
  const page = await openPage(context, address);
  const names = ['vicinoMemory', 'beforeMemory', 'json', 'typed', 'typedKept'];
  const measured = await call(page, 'rank', pick(of, names), all, K, rounds, calls);
  await context.close();
  const own = measured[0];
  // The JSON has weights of four digits, of which the second hop multiplies three.
  const tolerance = { json: 2e-3, typed: 1e-5, typedKept: 1e-5 };
  const alike = {};
  for (const { name, lists } of measured.filter(({ name }) => tolerance[name])) {
    const complaints = [];
    for (const [at, list] of lists.entries()) {
      try {
        checkSame(own.lists[at], list, tolerance[name], `history ${at}: ${name}`);
      } catch (error) {
        complaints.push(error);
      }
    }
    if (complaints.length > mostDifferent * lists.length) throw complaints[0];
    alike[name] = lists.length - complaints.length;
  }
  const by = (what) => Object.fromEntries(measured.map((one) => [buildOf(one), one[what]]));
  return { samples: by('samples'), first: by('first'), alike };
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
