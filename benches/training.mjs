// Training without tuning, against `implicit` and `rusket`: the fit alone, and from a file of events to a file of model.
import { statSync } from 'node:fs';
import { run, say, scratch, startWorker } from './lib/processes.mjs';
import { repeatsFor } from './lib/settings.mjs';

const PEERS = ['implicit', 'rusket'];
/** The recipe, which no peer has, is measured on logs of up to so many events. */
const MOST_FOR_RECIPE = 2_000_000;

/** Measures one data set; all samples are seconds, alternating between the competitors. */
export async function measureTraining(set, settings, tools, peers) {
  const fit = await measureFit(set, settings, tools, peers);
  const file = measureFile(set, settings, tools, peers);
  return { data: set.name, ...fit, file };
}

async function measureFit(set, settings, { native }, peers) {
  const { neighbours, threads } = settings;
  const repeats = repeatsFor(set.events, settings);
  say(`${set.title}: fit`);
  const workers = {
    vicino: await startWorker(native, ['work', set.path, String(neighbours)], {
      RAYON_NUM_THREADS: String(threads),
    }),
  };
  for (const name of peers ? PEERS : []) {
    const [command, ...args] = peers.command;
    const all = [...args, 'work', name, set.path, String(neighbours), String(threads)];
    workers[name] = await startWorker(command, all);
  }
  const contestants = [
    ['cosine', workers.vicino, 'cosine'],
    ...PEERS.filter((name) => workers[name]).map((name) => [name, workers[name], 'fit']),
    ...(set.events <= MOST_FOR_RECIPE ? [['learn', workers.vicino, 'learn']] : []),
  ];
  const fit = Object.fromEntries(contestants.map(([name]) => [name, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [name, worker, request] of contestants) {
      fit[name].push((await worker.ask(request)).seconds);
    }
  }
  const checks = {};
  for (const [name, worker] of Object.entries(workers)) checks[name] = await worker.ask('check');
  const { events, sessions, items } = workers.vicino.ready;
  for (const [name, worker] of Object.entries(workers)) {
    const { ready } = worker;
    if (ready.events !== events || ready.sessions !== sessions || ready.items !== items) {
      const found = JSON.stringify(ready);
      throw new Error(
        `${set.title}: ${name} read ${found}, Vicino ${JSON.stringify(workers.vicino.ready)}`,
      );
    }
    await worker.stop();
  }
  if (checks.implicit) checkSame(set, checks);
  return { events, sessions, items, fit, checks };
}

/** The same similarities or no comparison: their number and sum agree but for ties with an item itself. */
function checkSame(set, { vicino, implicit }) {
  for (const what of ['neighbours', 'sum']) {
    const off = Math.abs(vicino[what] - implicit[what]) / implicit[what];
    if (off > 0.01) {
      throw new Error(
        `${set.title}: Vicino's cosine has a ${what} of ${vicino[what]}, implicit's ${implicit[what]}; ` +
          'they should be the same similarities',
      );
    }
  }
}

function measureFile(set, settings, { vicino }, peers) {
  const { neighbours, threads } = settings;
  const repeats = repeatsFor(set.events, settings);
  say(`${set.title}: file to model`);
  const out = (name) => `${scratch}/${set.name}.${name}`;
  const keep = ['--neighbours', neighbours, '--min-shoppers', 1, '--threads', threads].map(String);
  const files = {
    cosine: out('cosine.vicino'),
    recipe: out('recipe.vicino'),
    implicit: out('implicit.npz'),
    rusket: out('rusket'),
  };
  const train = [vicino, 'train', '--no-tune', '--codec', 'plain', ...keep, set.path, '-o'];
  const commands = { cosine: [...train, files.cosine, '--similarity', 'cosine'] };
  if (set.events <= MOST_FOR_RECIPE) {
    commands.recipe = [...train, files.recipe, '--similarity', 'recipe'];
  }
  for (const name of peers ? PEERS : []) {
    const numbers = [neighbours, threads].map(String);
    commands[name] = [...peers.command, 'train', name, set.path, files[name], ...numbers];
  }
  const samples = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [name, command] of Object.entries(commands)) {
      const { seconds, peak_bytes, output } = measureProcess(command, peers);
      const phases = PEERS.includes(name) ? { phases: JSON.parse(output) } : {};
      samples[name].push({ seconds, peakBytes: peak_bytes, ...phases });
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      { samples: all, modelBytes: statSync(files[name]).size },
    ]),
  );
}

/** Seconds and peak memory of a whole process; without Python only the seconds. */
function measureProcess(command, peers) {
  if (peers) {
    const [python, ...args] = peers.command;
    return JSON.parse(run(python, [...args, 'measure', ...command]));
  }
  const start = performance.now();
  const output = run(command[0], command.slice(1));
  return { seconds: (performance.now() - start) / 1000, output };
}
