// Training without tuning, against `implicit` and `rusket`: the fit alone, and from a file of events to a file of
// model.
import { statSync } from 'node:fs';
import { run, say, scratch, startWorker } from './lib/processes.mjs';
import { repeatsFor } from './lib/settings.mjs';

const PEERS = ['implicit', 'rusket'];
/** The recipe, which no peer has, is measured on logs of up to so many events. */
const MOST_FOR_RECIPE = 2_000_000;

/** On larger logs each has the memory for itself, one after the other. */
const MOST_SIDE_BY_SIDE = 20_000_000;

/** Measures one data set; all samples are seconds, alternating between the competitors. */
export async function measureTraining(set, settings, tools, peers, notes) {
  const fit = await measureFit(set, settings, tools, peers, notes);
  const file = measureFile(set, settings, tools, peers);
  return { data: set.name, ...fit, file };
}

async function measureFit(set, settings, { native }, peers, notes) {
  const { neighbours, threads } = settings;
  const requests = [
    ['cosine', 'cosine'],
    ...(set.events <= MOST_FOR_RECIPE ? [['learn', 'learn']] : []),
  ];
  const all = {
    vicino: {
      start: () =>
        startWorker(native, ['work', set.path, String(neighbours)], {
          RAYON_NUM_THREADS: String(threads),
        }),
      requests,
    },
  };
  for (const name of peers ? PEERS : []) {
    const [command, ...args] = peers.command;
    const work = [...args, 'work', name, set.path, String(neighbours), String(threads)];
    all[name] = { start: () => startWorker(command, work), requests: [[name, 'fit']] };
  }
  const names = Object.keys(all);
  const groups = set.events > MOST_SIDE_BY_SIDE ? names.map((name) => [name]) : [names];
  const measured = { fit: {}, checks: {}, ready: {} };
  for (const group of groups) {
    say(`${set.title}: fit, ${group.join(', ')}`);
    const contestants = group.map((name) => ({ name, ...all[name] }));
    await measureTogether(contestants, repeatsFor(set.events, settings), measured);
  }
  const { fit, checks, ready } = measured;
  const { events, sessions, items } = ready.vicino;
  for (const [name, found] of Object.entries(ready)) {
    if (found.events !== events || found.sessions !== sessions || found.items !== items) {
      const [theirs, ours] = [found, ready.vicino].map((one) => JSON.stringify(one));
      throw new Error(`${set.title}: ${name} read ${theirs}, Vicino ${ours}`);
    }
  }
  if (checks.implicit?.failed) {
    notes.push(
      `${set.title}: whether the similarities are implicit's was not checked; it ran ${checks.implicit.failed}.`,
    );
  } else if (checks.implicit) {
    checkSame(set, checks);
  }
  return { events, sessions, items, fit, checks };
}

/**
 * Asks contestants in turn, all in memory at once; a peer that runs out of memory is told of in the place of its
 * figures.
 */
async function measureTogether(contestants, repeats, { fit, checks, ready }) {
  const running = new Map();
  /** The answer; `undefined` if there is none for want of memory. */
  const attempt = async (name, action, onFailure) => {
    try {
      return await action();
    } catch (error) {
      if (name === 'vicino' || !error.isOutOfMemory) throw error;
      say(`${name} ran out of memory`);
      running.delete(name);
      onFailure({ failed: 'out of memory' });
      return undefined;
    }
  };
  for (const { name, start, requests } of contestants) {
    for (const [what] of requests) fit[what] = [];
    const worker = await attempt(name, start, (failure) => {
      fit[name] = failure;
      checks[name] = failure;
    });
    if (!worker) continue;
    running.set(name, worker);
    ready[name] = worker.ready;
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const { name, requests } of contestants) {
      for (const [what, request] of requests) {
        if (!running.has(name)) continue;
        const ask = () => running.get(name).ask(request);
        const answer = await attempt(name, ask, (failure) => {
          fit[what] = failure;
          checks[name] = failure;
        });
        if (answer) fit[what].push(answer.seconds);
      }
    }
  }
  for (const [name, worker] of [...running]) {
    const ask = () => worker.ask('check');
    const answer = await attempt(name, ask, (failure) => {
      checks[name] = failure;
    });
    if (!answer) continue;
    checks[name] = answer;
    await worker.stop();
  }
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
  const train = [vicino, 'train', '--no-tune', ...keep, set.path, '-o'];
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
      if (samples[name].failed) continue;
      const { failed, seconds, peak_bytes, output } = measureProcess(command, peers);
      if (failed) {
        if (!PEERS.includes(name)) throw new Error(`${set.title}: Vicino ran ${failed}`);
        say(`${name} ran ${failed}`);
        samples[name] = { failed };
        continue;
      }
      const phases = PEERS.includes(name) ? { phases: JSON.parse(output) } : {};
      samples[name].push({ seconds, peakBytes: peak_bytes, ...phases });
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      all.failed ? all : { samples: all, modelBytes: statSync(files[name]).size },
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
