// What a run can be told.

const USAGE = `usage: npm run bench -- [options]

  --only training|browser  one half of it
  --repeats N              measurements of everything (5)
  --events N               events of the generated log (1000000)
  --seed N                 its seed (1)
  --neighbours N           neighbours that training keeps, K (50)
  --threads N              threads of training (2)
  --quick                  20000 events, 2 repeats: does it run at all?
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
    events: 1_000_000,
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
      Object.assign(settings, { events: 20_000, repeats: 2 });
    } else if (option === '--update') {
      settings.update = true;
    } else if (option === '--only' && ['training', 'browser'].includes(rest[0])) {
      settings.part = rest.shift();
    } else if (option === '--model' && rest[0]) {
      settings.model = rest.shift();
    } else if (option === '--profile' && /^[a-z][a-z-]*$/.test(rest[0] ?? '')) {
      settings.profile = rest.shift();
    } else if (
      ['--repeats', '--events', '--seed', '--neighbours', '--threads'].includes(option) &&
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
