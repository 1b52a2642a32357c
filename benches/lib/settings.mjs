// What a run can be told.

const USAGE = `usage: npm run bench -- [options]

  --only training|browser  one half of it
  --repeats N              measurements of everything (5)
  --sizes LIST             events of the generated logs, such as 1M,10M,50M (1M); 50M take some 10 GB and minutes
  --seed N                 its seed (1)
  --neighbours N           neighbours that training keeps, K (50)
  --threads N              threads of training (2)
  --quick                  20k events, 2 repeats: does it run at all?
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

/** Reads the command line; a mistake prints what is allowed and ends the run with 2. */
export function parseSettings(args) {
  const settings = {
    part: 'all',
    repeats: 5,
    sizes: [1_000_000],
    seed: 1,
    neighbours: 50,
    threads: 2,
    profile: 'release',
    update: false,
    models: [],
    beforeModels: [],
  };
  const rest = [...args];
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === '--help' || option === '-h') {
      console.log(USAGE);
      process.exit(0);
    } else if (option === '--quick') {
      Object.assign(settings, { sizes: [20_000], repeats: 2 });
    } else if (option === '--update') {
      settings.update = true;
    } else if (option === '--only' && ['training', 'browser'].includes(rest[0])) {
      settings.part = rest.shift();
    } else if (option === '--sizes' && /^[1-9]\d*[kM]?(,[1-9]\d*[kM]?)*$/.test(rest[0] ?? '')) {
      settings.sizes = rest.shift().split(',').map(parseSize);
    } else if (option === '--model' && rest[0]) {
      settings.models.push(rest.shift());
    } else if (option === '--before' && rest[0]) {
      settings.before = rest.shift();
    } else if (option === '--before-model' && rest[0]) {
      settings.beforeModels.push(rest.shift());
    } else if (option === '--profile' && /^[a-z][a-z-]*$/.test(rest[0] ?? '')) {
      settings.profile = rest.shift();
    } else if (
      ['--repeats', '--seed', '--neighbours', '--threads'].includes(option) &&
      /^[1-9][0-9]*$/.test(rest[0] ?? '')
    ) {
      settings[option.slice(2)] = Number(rest.shift());
    } else {
      refuse(`cannot use \`${[option, ...rest].join(' ')}\``);
    }
  }
  const { models, before, beforeModels } = settings;
  if (beforeModels.length > 0 && (!before || beforeModels.length !== models.length)) {
    refuse('expected --before, and a --before-model for each --model');
  }
  return settings;
}

function refuse(why) {
  console.error(`bench: ${why}\n\n${USAGE}`);
  process.exit(2);
}

/** A number, also with k for thousands or M for millions. */
function parseSize(text) {
  const unit = { k: 1e3, M: 1e6 }[text.at(-1)];
  return unit ? Number(text.slice(0, -1)) * unit : Number(text);
}

/** How often something is measured on a log of so many events: large ones take minutes and vary less. */
export function repeatsFor(events, { repeats }) {
  if (events > 20_000_000) return 1;
  return events > 2_000_000 ? Math.min(repeats, 3) : repeats;
}
