// The table of a run, in Markdown, and the copy of it in the documents.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CONNECTIONS, PHONE } from './browser.mjs';
import { root, say } from './lib/processes.mjs';
import { repeatsFor } from './lib/settings.mjs';
import { median, quantile, size, time, times } from './lib/statistics.mjs';

/** All tables of a run, with what they were measured on. */
export function report(results) {
  const parts = [describe(results)];
  if (results.training) parts.push(training(results));
  if (results.browser) parts.push(browser(results));
  return `${parts.join('\n\n')}\n`;
}

function describe({ date, machine, settings, versions, browser, data, notes }) {
  const { cpu, cores, memoryGiB, system, node, commit } = machine;
  const own = `Vicino at ${commit}`;
  const peers = versions
    ? `, implicit ${versions.implicit}, rusket ${versions.rusket}, pandas ${versions.pandas}, Python ${versions.python}`
    : '';
  const chromium = browser ? `, Chromium ${browser.version}` : '';
  const lines = [
    `Measured ${date} on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, Node ${node}; ${own}${peers}${chromium}.`,
    `Medians of ${medians(data, settings)}, competitors alternating; in brackets how many times Vicino's figure that is.`,
    ...data.map(
      ({ title, events, note }) => `${title}: ${events.toLocaleString('en')} events, ${note}.`,
    ),
    ...notes,
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function medians(data, settings) {
  const fewer = data
    .map(({ title, events }) => ({ title, repeats: repeatsFor(events, settings) }))
    .filter(({ repeats }) => repeats < settings.repeats)
    .map(({ title, repeats }) => `${repeats} for ${title}`);
  return fewer.length > 0 ? `${settings.repeats} (${fewer.join(', ')})` : settings.repeats;
}

function training({ training, data, settings }) {
  const rows = training.flatMap((one) => {
    const { title } = data.find(({ name }) => name === one.data);
    const { fit, file } = one;
    // A peer that could not finish has the reason in the place of a figure.
    const of = (samples) => samples?.failed ?? (samples && median(samples));
    const against = (format) => (own, peer) => {
      if (peer === undefined) return '–';
      return typeof peer === 'string' ? peer : `${format(peer)} (${times(peer, own)})`;
    };
    const row = (what, format, own, implicit, rusket) =>
      `| ${title} | ${what} | ${format(own)} | ${against(format)(own, implicit)} | ${against(format)(own, rusket)} |`;
    const ofFile = (name, value) => {
      const { failed, samples } = file[name] ?? {};
      return failed ?? of(samples?.map(value).filter(Boolean));
    };
    const whole = (name) => ofFile(name, ({ seconds }) => seconds);
    const peak = (name) => ofFile(name, ({ peakBytes }) => peakBytes);
    const model = (name) => file[name]?.failed ?? file[name]?.modelBytes;
    // The interpreter and its imports are no work on the data: the peers' time without them is the stricter one.
    const working = (name) =>
      ofFile(name, ({ phases: { read, matrix, fit, save } }) => read + matrix + fit + save);
    const alone = (what, format, own) => `| ${title} | ${what} | ${format(own)} | – | – |`;
    return [
      row('fit, the same cosine', time, of(fit.cosine), of(fit.implicit), of(fit.rusket)),
      row(
        "file to model, peers without Python's start",
        time,
        whole('cosine'),
        working('implicit'),
        working('rusket'),
      ),
      row(
        'file to model, whole process',
        time,
        whole('cosine'),
        whole('implicit'),
        whole('rusket'),
      ),
      ...(peak('cosine')
        ? [row('peak memory of it', size, peak('cosine'), peak('implicit'), peak('rusket'))]
        : []),
      row('model file', size, model('cosine'), model('implicit'), model('rusket')),
      ...(fit.learn
        ? [
            alone("fit, Vicino's recipe", time, of(fit.learn)),
            alone("file to model, Vicino's recipe", time, whole('recipe')),
            ...(peak('recipe') ? [alone('peak memory of it', size, peak('recipe'))] : []),
            alone('model file', size, model('recipe')),
          ]
        : []),
    ];
  });
  return [
    `**Training**, not tuned, ${settings.neighbours} neighbours an item, ${settings.threads} threads`,
    '',
    '| data | step | Vicino | implicit | rusket |',
    '|---|---|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

function browser({ browser, data }) {
  const { title } = data.find(({ name }) => name === browser.data);
  const { firstList, ranking, bytes, model } = browser;
  const row = (what, format, own, json, typed) =>
    `| ${what} | ${format(own)} | ${format(json)} (${times(json, own)}) | ${format(typed)} (${times(typed, own)}) |`;
  const first = (samples) => ['vicino', 'json', 'typed'].map((name) => median(samples[name]) / 1e3);
  const stored = (samples) => median(samples.vicinoStored) / 1e3;
  const storedRow = (what, samples) => `| ${what} | ${time(stored(samples))} | – | – |`;
  const rank = (share) =>
    ['vicino', 'json', 'typed'].map((name) => quantile(ranking.samples[name], share) / 1e3);
  const total = (form) =>
    ['vicino', 'json', 'typed'].map((name) => bytes[name].code[form] + bytes[name].data[form]);
  const phone = `CPU ${PHONE.cpuSlowdown} times slower, ${PHONE.roundTripMs} ms, ${PHONE.megabitPerSecond} Mbit/s`;
  const { code, data: file } = bytes.vicino;
  return [
    `**In the browser**, ${title}: ${model.items.toLocaleString('en')} items, ${model.edges.toLocaleString('en')} neighbours, ` +
      `history of ${browser.history}, ${browser.k} listed`,
    '',
    '| step | Vicino | JavaScript over JSON | JavaScript over typed arrays |',
    '|---|---:|---:|---:|',
    row('load to first list, localhost', time, ...first(firstList.desktop)),
    storedRow('the same, history in IndexedDB', firstList.desktop),
    row(`load to first list, as a phone (${phone})`, time, ...first(firstList.phone)),
    storedRow('the same, history in IndexedDB', firstList.phone),
    row('rank, median', time, ...rank(0.5)),
    row('rank, 95th percentile', time, ...rank(0.95)),
    row('bytes to load', size, ...total('raw')),
    row('bytes to load, gzip', size, ...total('gzip')),
    row('bytes to load, brotli', size, ...total('brotli')),
    '',
    `Of Vicino's bytes ${size(code.gzip)} (gzip) are wasm and JavaScript, the same for every shop, and ${size(file.raw)} the model. ` +
      `The peers number items by id; in the order that Vicino's file found they would take ${size(bytes.json.gzipInModelOrder)} and ` +
      `${size(bytes.typed.gzipInModelOrder)} (gzip). ` +
      `All three rank alike on ${browser.numHistories} histories, up to the order among equal scores.`,
  ].join('\n');
}

/** First and next pages by connection, decoding and ranking: what the file's codec and the kept rows are for. */
export function opening({ date, machine, settings, browser }) {
  const { connections, slow, decoding, ranking, bytes, model } = browser;
  const names = ['vicino', 'plain', 'json'];
  const row = (what, format, [own, plain, json]) =>
    `| ${what} | ${format(own)} | ${format(plain)} (${times(plain, own)}) | ${format(json)} (${times(json, own)}) |`;
  const pages = Object.entries(connections).flatMap(([name, samples]) => {
    const { roundTripMs, megabitPerSecond } = CONNECTIONS[name];
    const values = (which) =>
      names.map((contestant) => median(samples[contestant][which].map(({ ms }) => ms)) / 1e3);
    return [
      row(
        `first visit, ${name} (${roundTripMs} ms, ${megabitPerSecond} Mbit/s)`,
        time,
        values('first'),
      ),
      row('next page', time, values('next')),
    ];
  });
  const decode = (where, round) =>
    names.map((name) => median(decoding[name][where].map((times) => times[round])) / 1e3);
  const tasks = (samples, which) =>
    names.map((name) => {
      const longest = median(samples[name][which].map(({ longest }) => longest));
      return longest === 0 ? 'below 50 ms' : time(longest / 1e3);
    });
  const desktop = connections['fast 4G'];
  const memory = ['first', 'next'].map((which) =>
    Math.max(
      ...Object.values(connections).flatMap(({ vicino }) =>
        vicino[which].map(({ wasmBytes }) => wasmBytes),
      ),
    ),
  );
  const rank = (name) => time(median(ranking.samples[name]) / 1e3);
  const first = (name) => time(median(ranking.first[name]) / 1e3);
  return [
    `- Measured ${date} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, Chromium ${browser.version}; medians of ${settings.repeats}, contestants alternating; load ${machine.loadAverage} when the run began.`,
    `- ${model.items.toLocaleString('en')} items, ${model.edges.toLocaleString('en')} neighbours in all rows; the file is ${size(bytes.vicino.data.raw)}, the same in the codec \`plain\` ${size(bytes.plain.data.raw)}, as JSON ${size(bytes.json.data.brotli)} (brotli). Code: ${size(bytes.vicino.code.brotli)} for Vicino, ${size(bytes.json.code.brotli)} for JSON (brotli).`,
    '',
    '| load to first list | Vicino | the same in `plain` | JavaScript over JSON |',
    '|---|---:|---:|---:|',
    ...pages,
    row('bytes in memory to first list, first time on the page', time, decode('page', 0)),
    row('the same, again', time, decode('page', 1)),
    row('in a worker, first time', time, decode('worker', 0)),
    `| longest task, first visit | ${tasks(desktop, 'first').join(' | ')} |`,
    `| longest task, next page | ${tasks(desktop, 'next').join(' | ')} |`,
    `| longest task, first visit, CPU 4 times slower | ${tasks(slow, 'first').join(' | ')} |`,
    '',
    `The wasm memory is ${size(memory[0])} at most after a first visit, ${size(memory[1])} when the rows were kept.`,
    '',
    `| rank, history of ${browser.history}, with the second hop | Vicino | typed arrays | typed arrays, rows kept | JSON |`,
    '|---|---:|---:|---:|---:|',
    `| a page like the last one | ${['vicino', 'typed', 'typedKept', 'json'].map(rank).join(' | ')} |`,
    `| first list of another shopper | ${['vicino', 'typed', 'typedKept', 'json'].map(first).join(' | ')} |`,
  ].join('\n');
}

/** What is written between which marks. */
const MARKS = {
  main: ['<!-- bench: written by `npm run bench -- --update` -->', '<!-- /bench -->'],
  opening: [
    '<!-- bench of opening: written by `npm run bench -- --update` -->',
    '<!-- /bench of opening -->',
  ],
};

/** Puts the table between the marks of the documents that have them. */
export function updateDocs(table, which = 'main') {
  const [BEGIN, END] = MARKS[which];
  for (const path of (which === 'main'
    ? ['docs/benchmarks.md', 'README.md']
    : ['docs/benchmarks.md']
  ).map((name) => `${root}/${name}`)) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
    if (begin === -1 || end < begin) {
      say(`${path} has no marks for the table (${BEGIN} and ${END})`);
      continue;
    }
    writeFileSync(path, `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n${text.slice(end)}`);
    say(`wrote the table into ${path}`);
  }
}
