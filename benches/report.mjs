// The table of a run, in Markdown, and the copy of it in the documents.
import { CONNECTIONS, PHONE } from './browser.mjs';
import { writeBetween } from './lib/documents.mjs';
import { repeatsFor } from './lib/settings.mjs';
import { median, quantile, size, time, times } from './lib/statistics.mjs';

/** Writes all tables of a run, with the machine and the data that they were measured on. */
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
    // Starting the interpreter is not work on the data: the comparison without it is stricter.
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
  const { firstList, ranking, bytes, model } = browser.models[0];
  const row = (what, format, own, json, typed) =>
    `| ${what} | ${format(own)} | ${format(json)} (${times(json, own)}) | ${format(typed)} (${times(typed, own)}) |`;
  const first = (samples) =>
    ['vicinoMemory', 'json', 'typed'].map((name) => median(samples[name]) / 1e3);
  const stored = (samples) => median(samples.vicino) / 1e3;
  const storedRow = (what, samples) => `| ${what} | ${time(stored(samples))} | – | – |`;
  const rank = (share) =>
    ['vicino', 'json', 'typed'].map((name) => quantile(ranking.samples[name], share) / 1e3);
  const total = (form) =>
    ['vicino', 'json', 'typed'].map((name) => bytes[name].code[form] + bytes[name].data[form]);
  const phone = `CPU ${PHONE.cpuSlowdown} times slower, ${PHONE.roundTripMs} ms, ${PHONE.megabitPerSecond} Mbit/s`;
  const { code, data: file } = bytes.vicino;
  return [
    `**In the browser**, ${title}: ${model.items.toLocaleString('en')} items, ${model.edges.toLocaleString('en')} neighbours, ` +
      `first lists for a history of ${browser.firstHistory}, ranking for one of ${browser.history}, ${browser.k} listed`,
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
      `Up to the order among equal scores, JSON ranks as Vicino does on ${ranking.alike.json} of ${browser.numHistories} histories and typed arrays on ${ranking.alike.typed}; ` +
      'in the others the second hop cuts a row among equals, and items are numbered in another way.',
  ].join('\n');
}

/** First and next pages by connection, opening and ranking, beside an earlier build if there was one. */
export function opening({ date, machine, settings, browser, notes }) {
  const { before, models } = browser;
  const { opening, firstList, slow, memory, ranking, bytes } = models[0];
  const columns = [
    ['vicino', 'Vicino'],
    ...(before ? [['before', `Vicino at ${before.commit}`]] : []),
    ['typed', 'typed arrays'],
    ['json', 'JSON'],
  ];
  const table = (head, rows) => [
    `| ${[head, ...columns.map(([, title]) => title)].join(' | ')} |`,
    `|---|${columns.map(() => '---:|').join('')}`,
    ...rows,
  ];
  /** Makes a cell for each column; `of` returns the samples of a contestant in ms, if it has any. */
  const row = (what, of) => {
    const own = of('vicino');
    const cell = ([name]) => {
      const samples = of(name);
      if (!samples) return '–';
      const against = name === 'vicino' || !own ? '' : `, ${times(median(samples), median(own))}`;
      return `${time(median(samples) / 1e3)} (${range(samples)}${against})`;
    };
    return `| ${[what, ...columns.map(cell)].join(' | ')} |`;
  };
  const pages = ({ model, bytes, connections }) => {
    const rows = Object.entries(connections).flatMap(([name, samples]) => {
      const { roundTripMs, megabitPerSecond } = CONNECTIONS[name];
      const network = roundTripMs ? ` (${roundTripMs} ms, ${megabitPerSecond} Mbit/s)` : '';
      const ms = (which) => (contestant) => samples[contestant]?.[which].map(({ ms }) => ms);
      const kept = (contestant) => ms('next')(contestant === 'before' ? 'beforeKept' : '');
      return [
        row(`first visit, ${name}${network}`, ms('first')),
        row('next page', ms('next')),
        ...(before?.canKeep ? [row('next page, rows kept in IndexedDB', kept)] : []),
      ];
    });
    const [own, old, typed, json] = ['vicino', 'before', 'typed', 'json'].map(
      (name) => bytes[name]?.data,
    );
    return [
      `${model.items.toLocaleString('en')} items, ${model.edges.toLocaleString('en')} neighbours in all rows. The file is ${size(own.raw)}` +
        `${old ? `, that of the earlier build ${size(old.raw)}` : ''}; as typed arrays ${size(typed.brotli)}, as JSON ${size(json.brotli)} (brotli).`,
      '',
      ...table('load to first list', rows),
      '',
    ];
  };
  const bytesToList = (way, round) => (name) => {
    const samples = opening[name]?.[way].map((times) => times[round]);
    return samples?.length > 0 ? samples : undefined;
  };
  const longest = (which, as) => (name) =>
    slow[as?.[name] ?? name]?.[which].map((one) => one.longest);
  const plain = (what, of) =>
    `| ${[what, ...columns.map(([name]) => of(name) ?? '–')].join(' | ')} |`;
  const core = (form) => (name) => size(bytes[name].code[form]);
  const memoryOf = (when) => (name) => memory[name] && size(memory[name][when]);
  const slowly = `CPU ${PHONE.cpuSlowdown} times slower`;
  const rank = [...columns, ['typedKept', 'typed arrays, rows kept']];
  const ranked = (what, of) => `| ${[what, ...rank.map(([name]) => of(name))].join(' | ')} |`;
  const by = (samples, share) => (name) => time(quantile(samples[name], share) / 1e3);
  const phone = `as a phone (${slowly}, ${PHONE.roundTripMs} ms, ${PHONE.megabitPerSecond} Mbit/s)`;
  const memorised = (samples) => (name) => samples[`${name}Memory`] ?? samples[name];
  return [
    `- Measured ${date} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, Chromium ${browser.version}, Vicino at ${machine.commit}; load ${machine.loadAverage} when the run began.`,
    `- Medians of ${settings.repeats} (least to most; in how many times Vicino's), contestants in turn. First lists are for a history of ${browser.firstHistory}.`,
    ...notes.map((note) => `- ${note}`),
    '',
    ...models.flatMap(pages),
    `With the file of ${size(bytes.vicino.data.raw)}:`,
    '',
    ...table('opening', [
      row('load to first list, localhost, history in memory', memorised(firstList.desktop)),
      row(`the same, ${phone}`, memorised(firstList.phone)),
      row('bytes in memory to first list, first time on the page', bytesToList('page', 0)),
      row('the same, again', bytesToList('page', 1)),
      row('the same, first time, the module compiled, too', bytesToList('compiling', 0)),
      row('the same, first time, in a worker', bytesToList('worker', 0)),
      row(`bytes in memory to first list, ${slowly}`, bytesToList('slow', 0)),
      row('the same, the module compiled, too', bytesToList('slowCompiling', 0)),
      row(`longest task, first visit, ${slowly}`, longest('first')),
      row(`longest task, next page, ${slowly}`, longest('next')),
      ...(before?.canKeep
        ? [
            row(
              'longest task, next page, rows kept in IndexedDB',
              longest('next', { vicino: '', before: 'beforeKept', typed: '', json: '' }),
            ),
          ]
        : []),
      plain('code, gzip', core('gzip')),
      plain('code, brotli', core('brotli')),
      plain('WebAssembly memory when open', memoryOf('opened')),
      plain(`WebAssembly memory after ${browser.numHistories} lists`, memoryOf('ranked')),
    ]),
    '',
    `| ${[`rank, history of ${browser.history}, with the second hop`, ...rank.map(([, title]) => title)].join(' | ')} |`,
    `|---|${rank.map(() => '---:|').join('')}`,
    ranked('a page like the last one', by(ranking.samples, 0.5)),
    ranked('the same, 95th percentile', by(ranking.samples, 0.95)),
    ranked('first list of another shopper', by(ranking.first, 0.5)),
    ranked('the same, 95th percentile', by(ranking.first, 0.95)),
  ].join('\n');
}

/** The least and the most of samples in ms, in the unit of the median. */
function range(samples) {
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  return `${time(least / 1e3)} to ${time(most / 1e3)}`;
}

/** Marks in the documents, between which a part of the report is written. */
const MARKS = {
  main: ['<!-- bench: written by `npm run bench -- --update` -->', '<!-- /bench -->'],
  opening: [
    '<!-- bench of opening: written by `npm run bench -- --update` -->',
    '<!-- /bench of opening -->',
  ],
};

/** Puts the table between the marks of the documents that have them. */
export function updateDocs(table, which = 'main') {
  writeBetween('docs/benchmarks.md', MARKS[which], table);
  if (which === 'main') writeBetween('README.md', MARKS[which], table);
}
