// The page that trains: files in, a model and a preview out, all of it in this tab. Once the program is here the page
// takes from itself the right to connect.

import { load } from 'vicino/train';
import rankingUrl from 'vicino/vicino.wasm?url';
import { byId, h } from '../dom';
import { chrome } from '../eda/chrome';
import { failure, part } from '../eda/parts';
import { keepOffline } from '../offline';
import { missing } from './device';
import { furtherEffort } from './effort';
import { fileList } from './files';
import { options } from './options';
import { refuseConnections, refusePictures } from './policy';
import { progressView } from './progress';
import { proof } from './proof';
import { results } from './results';
import { type Done, further, type Job, run } from './run';
import { sample } from './sample';

chrome(
  '../',
  [
    ['../eda/', 'Explore a log'],
    ['../eda/model/', 'Explore a model'],
  ],
  ['The same program as the vicino command trains here, and its models have the same bytes.'],
);

const proven = proof();
const train = h(
  'button',
  { type: 'button', class: 'button', id: 'train', disabled: true },
  'Read and train',
);
const trySample = h(
  'button',
  { type: 'button', class: 'button quiet', id: 'sample' },
  'Try it with a made-up shop',
);
const cancel = h('button', { type: 'button', class: 'button quiet', id: 'cancel' }, 'Cancel');
const progress = progressView('progress', 'Progress of reading and training');
const running = h('div', { class: 'running', hidden: true }, progress.element, cancel);
const message = h('div', { class: 'message', id: 'message' });
const settings = options();
const files = fileList(({ logs, feed }) => {
  train.disabled = logs.length === 0 || lack !== undefined;
  settings.showFeed(feed !== undefined);
});
const form = h(
  'div',
  { id: 'form' },
  files.element,
  settings.element,
  h('p', { class: 'buttons' }, train, trySample),
);
const box = part(
  'Your files',
  'Events of your shop: views, carts, orders, one row each, as CSV, JSON, Parquet or a workbook; several files are one log. With a product feed the rails get categories, titles and prices.',
  form,
  running,
  message,
);
box.classList.add('pick');
const output = results();
const lack = missing();

byId('main').replaceChildren(
  h('h1', { tabindex: '-1' }, 'Drop your export, get your shop’s rails'),
  h(
    'p',
    { class: 'lead intro' },
    'This page reads the export of your shop, learns which products go together, says whether that is better than something simple, and shows the rails with your own products. You take the model home as one file.',
  ),
  proven.element,
  box,
  output.element,
);

/** Everything that training and preview need. */
const ready = prepare();
ready.catch(() => {});

async function prepare(): Promise<WebAssembly.Module> {
  if (lack) {
    message.replaceChildren(
      failure(
        'This browser cannot train.',
        `${lack} A current Chrome, Firefox or Safari can; so can the command line: npx vicino train.`,
      ),
    );
    proven.fail('The trainer was not loaded.');
    trySample.disabled = true;
    throw new Error(lack);
  }
  try {
    const [module] = await Promise.all([rankingModule(), load()]);
    refuseConnections();
    proven.refused();
    void keepOffline().then(proven.kept);
    return module;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    message.replaceChildren(
      failure('The trainer was not loaded.', `${text} Look at the network, then reload this page.`),
    );
    proven.fail('The trainer was not loaded.');
    throw error;
  }
}

/** The module of a shop's page, for the preview. */
async function rankingModule(): Promise<WebAssembly.Module> {
  const response = await fetch(rankingUrl);
  if (!response.ok) throw new Error(`${rankingUrl}: the server answered ${response.status}.`);
  return WebAssembly.compile(await response.arrayBuffer());
}

let control: AbortController | undefined;
cancel.addEventListener('click', () => control?.abort());
train.addEventListener('click', () => void begin());
trySample.addEventListener('click', async () => {
  trySample.disabled = true;
  files.set(await sample());
  trySample.disabled = false;
  void begin();
});

async function begin(): Promise<void> {
  const chosen = files.chosen();
  if (chosen.logs.length === 0) return;
  await work(async (signal) => {
    const module = await ready;
    const { columns, showsPictures } = settings.read();
    if (!showsPictures) refusePictures();
    output.clear();
    const job: Job = { ...chosen, columns, showsPictures, module, signal, progress, output };
    return [job, await run(job)];
  });
}

/** Does one thing at a time, with progress, Cancel and errors; afterwards a longer search is offered. */
async function work(task: (signal: AbortSignal) => Promise<[Job, Done]>): Promise<void> {
  if (control) return;
  control = new AbortController();
  const { signal } = control;
  message.replaceChildren();
  output.offer(undefined);
  form.hidden = true;
  running.hidden = false;
  progress.begin('Loading the trainer');
  cancel.focus();
  let isDone = false;
  try {
    const [job, done] = await task(signal);
    isDone = true;
    if (furtherEffort(done.effort)) {
      output.offer(furtherEffort(done.effort), () => {
        void work(async (signal) => [job, await further({ ...job, signal }, done)]);
      });
    }
  } catch (error) {
    if (!signal.aborted) message.replaceChildren(described(error));
  } finally {
    control = undefined;
    progress.end();
    running.hidden = true;
    form.hidden = false;
    if (!isDone) train.focus();
  }
}

/** The message of the program, word by word, and what to do on this page. */
function described(error: unknown): HTMLElement {
  const { message, title } = error as Error & { title?: string };
  const advice = /no column|columns:|--column/.test(message)
    ? ' On this page, open “Options” and write FIELD=NAME into the field for columns.'
    : '';
  return failure(title ?? 'The files were not trained on.', `${message}${advice}`);
}
