// What a run can be told.

const USAGE = `usage: npm run bench -- [options]

  --only training|browser  one half of it
  --repeats N              measurements of everything (5)
  --sizes LIST             events of the generated logs, such as 1M,10M,50M (1M); 50M take some 10 GB and minutes
  --seed N                 its seed (1)
  --neighbours N           neighbours that training keeps, K (50)
  --threads N              threads of training (2)
  --quick                  20k events, 2 repeats: does it run at all?
  --model FILE             the browser's model, instead of training one
  --profile NAME           Cargo profile of Vicino (release)
  --update                 also writes the table into docs/benchmarks.md and, if it has the marks, README.md

environment:
  VICINO_BENCH_DATA        a folder with diginetica/train.csv.gz; without it only the generated log is used
  VICINO_CACHE             where the peers are installed (a folder in the user's cache)
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
      settings.model = rest.shift();
    } else if (option === '--profile' && /^[a-z][a-z-]*$/.test(rest[0] ?? '')) {
      settings.profile = rest.shift();
    } else if (
      ['--repeats', '--seed', '--neighbours', '--threads'].includes(option) &&
      /^[1-9][0-9]*$/.test(rest[0] ?? '')
    ) {
      settings[option.slice(2)] = Number(rest.shift());
    } else {
      console.error(`bench: cannot use \`${[option, ...rest].join(' ')}\`\n\n${USAGE}`);
      process.exit(2);
    }
  }
  return settings;
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
