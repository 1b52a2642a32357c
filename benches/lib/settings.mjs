// Settings of a run.
import { NUMBER, PROFILE, parseOptions } from '../../scripts/options.mjs';

const USAGE = `usage: npm run bench -- [options]

  --only training|browser  one half of it
  --repeats N              measurements of everything (5)
  --sizes LIST             events of the generated logs, such as 1M,10M,50M (1M); 50M take some 10 GB and minutes
  --seed N                 its seed (1)
  --neighbours N           neighbours that training keeps, K (50)
  --threads N              threads of training (2)
  --quick                  20k events once, peers only if they are there already: does it run at all?
  --model FILE             a model for the browser, instead of training two; with several of them the first is measured
                           in all ways and the others by connection
  --before COMMIT          also measures the package as it was at a commit, side by side
  --before-model FILE      a model that it can read, one for each --model (the same files)
  --profile NAME           Cargo profile of Vicino (release)
  --update                 also writes the table into docs/benchmarks.md and, if it has the marks, README.md

environment:
  VICINO_BENCH_DATA        a folder with diginetica/train.csv.gz; without it only the generated log is used
  VICINO_CACHE             where the peers are installed and earlier packages built (a folder in the user's cache)
  CHROME                   the browser (chromium, chrome and the like are found)`;

/** Parses the command line; a mistake prints the usage and ends the run with 2. */
export function parseSettings() {
  const { values, refuse } = parseOptions('bench', USAGE, {
    only: { type: 'string', pattern: /^(training|browser)$/ },
    repeats: { type: 'string', pattern: NUMBER },
    sizes: { type: 'string', pattern: /^[1-9]\d*[kM]?(,[1-9]\d*[kM]?)*$/ },
    seed: { type: 'string', pattern: NUMBER, default: '1' },
    neighbours: { type: 'string', pattern: NUMBER, default: '50' },
    threads: { type: 'string', pattern: NUMBER, default: '2' },
    quick: { type: 'boolean' },
    model: { type: 'string', multiple: true, default: [] },
    before: { type: 'string' },
    'before-model': { type: 'string', multiple: true, default: [] },
    profile: { type: 'string', pattern: PROFILE, default: 'release' },
    update: { type: 'boolean', default: false },
  });
  const { before, quick, model: models, 'before-model': beforeModels } = values;
  if (beforeModels.length > 0 && (!before || beforeModels.length !== models.length)) {
    refuse('expected --before, and a --before-model for each --model');
  }
  const { sizes = quick ? '20k' : '1M', repeats = quick ? '1' : '5' } = values;
  return {
    part: values.only ?? 'all',
    repeats: Number(repeats),
    sizes: sizes.split(',').map(parseSize),
    seed: Number(values.seed),
    neighbours: Number(values.neighbours),
    threads: Number(values.threads),
    profile: values.profile,
    update: values.update,
    quick: quick === true,
    models,
    before,
    beforeModels,
  };
}

/** Parses a number, also with k for thousands or M for millions. */
function parseSize(text) {
  const unit = { k: 1e3, M: 1e6 }[text.at(-1)];
  return unit ? Number(text.slice(0, -1)) * unit : Number(text);
}

/** Returns the number of measurements on a log of so many events: large ones take minutes and vary less. */
export function repeatsFor(events, { repeats }) {
  if (events > 20_000_000) return 1;
  return events > 2_000_000 ? Math.min(repeats, 3) : repeats;
}
