// The page on a log of events: the log that the demo's model learnt from, or a log of the visitor, which a worker of
// this page reads and nothing uploads.
import { byId, h } from '../dom';
import { chrome } from './chrome';
import { type Explored, explored } from './explored';
import { failure } from './parts';
import { picker } from './picker';
import { Reader, ReaderError } from './reader';
import { loadLog, loadReport } from './report';
import { sample } from './sample';

chrome(
  '../',
  [
    ['../train/', 'Train a model'],
    ['./model/', 'Explore a model'],
  ],
  [
    h('b', null, 'Complete Journey: simulated data, per its package. '),
    'It says nothing about quality on real data. The figures on this page were measured while the model was trained.',
  ],
);

const reader = new Reader();
const heading = h('h1', { tabindex: '-1' }, 'What the model learnt from');
const content = h('div', { id: 'content' }, h('p', { class: 'opening' }, 'Reading the report…'));
const format = h(
  'select',
  { id: 'format' },
  ...[
    ['', 'detected automatically'],
    ['csv', 'CSV or other delimited text'],
    ['json', 'JSON lines'],
    ['parquet', 'Parquet'],
  ].map(([value, name]) => h('option', { value }, name)),
);
const columns = h('input', {
  type: 'text',
  id: 'columns',
  autocomplete: 'off',
  spellcheck: 'false',
  placeholder: 'item=sku, session=visit',
});

const feed = h('input', {
  type: 'file',
  id: 'feed',
  accept: '.csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.pq,.xml,.rss,.atom,.gz,.zst',
});

const pick = picker({
  title: 'Explore a log of your own',
  text: [
    'Events of a shop as CSV, JSON lines or Parquet, plain or compressed. ',
    h('b', null, 'Nothing is uploaded'),
    ': the file is read in this tab, by the code of the vicino command.',
  ],
  accept: '.csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.pq,.gz,.zst',
  extra: [
    h('p', null, h('label', { for: 'format' }, 'Format'), format),
    h(
      'p',
      null,
      h('label', { for: 'columns' }, 'Columns with unusual names, as FIELD=NAME'),
      columns,
    ),
    h(
      'p',
      null,
      h('label', { for: 'feed' }, 'A product feed of the same shop (optional; choose it first)'),
      feed,
    ),
  ],
  onFile: (file) => void read(file),
  onCancel: () => reader.stop(),
});
byId('main').replaceChildren(heading, pick.element, content);

let isOwn = false;
Promise.all([loadLog('../explored.json'), loadReport('../report.json')]).then(
  ([log, report]) => {
    if (!isOwn) content.replaceChildren(...sample(log, report));
  },
  (error: unknown) => {
    if (isOwn) return;
    content.replaceChildren(
      failure(
        'The report is missing.',
        `${error instanceof Error ? error.message : String(error)} Run \`npm start\`, which trains the model and writes it, then reload this page.`,
      ),
    );
  },
);

async function read(file: File): Promise<void> {
  const began = performance.now();
  pick.progress(file.name, { step: 'Opening the file', done: 0, total: file.size, rows: 0 });
  try {
    const found = await reader.call<Explored>(
      'explore',
      [file, format.value, columns.value, feed.files?.[0]],
      (progress) => pick.progress(file.name, progress),
    );
    isOwn = true;
    document.title = `${file.name}: Vicino`;
    heading.textContent = `What is in ${file.name}`;
    content.replaceChildren(...explored(found, (performance.now() - began) / 1000));
    pick.done();
    heading.focus();
  } catch (error) {
    pick.done();
    const { code, message } =
      error instanceof ReaderError ? error : new ReaderError('internal', String(error));
    if (code === 'stopped') return;
    const advice =
      code === 'columns' ? ' On this page, write FIELD=NAME into the field for columns.' : '';
    const of = code === 'feed' ? (feed.files?.[0]?.name ?? 'The feed') : file.name;
    pick.fail(`${of} was not read.`, message + advice);
  }
}
