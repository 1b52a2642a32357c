#!/usr/bin/env node
// `npm run bench:quick`: every bench once on a few made-up events, to see that it still runs and that its figures are
// figures. They say nothing of speed: the command is the one of the tests, not optimised.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { root, say, scratch } from './lib/processes.mjs';

/** Each bench: its script, its flags, where it writes, and figures that must be there. */
const BENCHES = [
  ['run.mjs', ['--only', 'training'], 'training', ['training.0.fit.cosine', 'training.0.file']],
  [
    ...['run.mjs', ['--only', 'browser'], 'browser'],
    ['browser.models.0.firstList.desktop.vicino', 'browser.models.0.ranking.samples.vicino'],
  ],
  ['quality/run.mjs', [], 'quality', ['sets.0.views.all.recall.vicino']],
  ['explore/run.mjs', [], 'explore', ['samples.vicino explore']],
  ['rails/run.mjs', [], 'rails', ['main thread.pages', 'worker.pages', 'roundTrips']],
];

/** Every number below a value of JSON. */
function numbers(value) {
  if (typeof value === 'number') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(numbers) : [];
}

for (const [script, flags, name, figures] of BENCHES) {
  const path = `${scratch}/quick/${name}.json`;
  rmSync(path, { force: true });
  say(`== ${name}`);
  execFileSync(
    process.execPath,
    [`${root}/benches/${script}`, '--quick', '--profile', 'dev', ...flags],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (!existsSync(path)) throw new Error(`${name} has written nothing`);
  const results = JSON.parse(readFileSync(path, 'utf8'));
  for (const figure of figures) {
    const found = numbers(figure.split('.').reduce((value, key) => value?.[key], results));
    if (!found.length || !found.some((one) => one > 0) || found.some((one) => one < -1)) {
      throw new Error(`${name}: ${figure} is no figure: ${JSON.stringify(found.slice(0, 9))}`);
    }
  }
}
console.log(`${BENCHES.length} benches run`);
