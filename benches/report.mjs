// The table of a run, in Markdown, and the copy of it in the documents.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PHONE } from './browser.mjs';
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
    const of = (samples) => samples && median(samples);
    const against = (format) => (own, peer) =>
      peer === undefined ? '–' : `${format(peer)} (${times(peer, own)})`;
    const row = (what, format, own, implicit, rusket) =>
      `| ${title} | ${what} | ${format(own)} | ${against(format)(own, implicit)} | ${against(format)(own, rusket)} |`;
    const whole = (name) => of(file[name]?.samples.map(({ seconds }) => seconds));
    const peak = (name) =>
      of(file[name]?.samples.map(({ peakBytes }) => peakBytes).filter(Boolean));
    const model = (name) => file[name]?.modelBytes;
    // The interpreter and its imports are no work on the data: the peers' time without them is the stricter one.
    const working = (name) =>
      of(
        file[name]?.samples.map(
          ({ phases: { read, matrix, fit, save } }) => read + matrix + fit + save,
        ),
      );
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

const BEGIN = '<!-- bench: written by `npm run bench -- --update` -->';
const END = '<!-- /bench -->';

/** Puts the table between the marks of the documents that have them. */
export function updateDocs(table) {
  for (const path of ['docs/benchmarks.md', 'README.md'].map((name) => `${root}/${name}`)) {
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
