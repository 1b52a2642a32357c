#!/usr/bin/env node
// `npm run bench`: one run, one table, benches/results.json. Data, sizes, seed, machine and versions are in both.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { measureBrowser } from './browser.mjs';
import { prepareData } from './lib/data.mjs';
import { machine } from './lib/machine.mjs';
import { preparePeers } from './lib/peers.mjs';
import { build, root, say, scratch } from './lib/processes.mjs';
import { parseSettings } from './lib/settings.mjs';
import { opening, report, updateDocs } from './report.mjs';
import { measureTraining } from './training.mjs';

process.on('uncaughtException', (error) => {
  console.error(`bench: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exit(1);
});
const settings = parseSettings();
const started = performance.now();
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  settings,
  notes: [],
  data: [],
};
const { loadAverage, cores } = results.machine;
if (loadAverage > cores / 4) {
  const note = `The machine was not idle when the run began (load ${loadAverage} on ${cores} cores).`;
  results.notes.push(note);
  say(note);
}

const tools = build(settings);
results.machine.commit = tools.commit;
const sets = prepareData(settings, tools, results.notes);
results.data = sets.map(({ name, title, events, note }) => ({ name, title, events, note }));

if (settings.part !== 'browser') {
  const peers = preparePeers(results.notes, { installs: !settings.quick });
  results.versions = peers?.versions;
  results.training = [];
  for (const set of sets) {
    results.training.push(await measureTraining(set, settings, tools, peers, results.notes));
  }
}
if (settings.part !== 'training') {
  // Real clicks if there are any: the browser's work depends on how the neighbours overlap.
  results.browser = await measureBrowser(sets[0], settings, tools, results.notes);
}

results.seconds = Math.round((performance.now() - started) / 1000);
const path = settings.quick
  ? `${scratch}/quick/${settings.part}.json`
  : `${root}/benches/results.json`;
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
const table = report(results);
if (settings.update) updateDocs(table);
console.log(table);
if (results.browser) {
  const pages = opening(results);
  if (settings.update) updateDocs(pages, 'opening');
  console.log(pages);
}
say(`${results.seconds} s in all; every sample is in ${path}`);
