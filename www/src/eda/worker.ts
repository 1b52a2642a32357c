// The worker that reads logs and models, with the same Rust as the command line, compiled to WebAssembly. Only figures
// leave it.
import init, { explore as exploreLog, Feed, ModelFile } from '../../wasm-explore/vicino_explore.js';
import wasm from '../../wasm-explore/vicino_explore_bg.wasm?url';
import { assignments } from './assignments';
import type { Answer, Progress, Request } from './reader';

/** Time between two reports of progress, in ms. */
const TELL_MS = 60;

const ready = init({ module_or_path: wasm });
let model: ModelFile | undefined;

const answer = (message: Answer): void => self.postMessage(message);

const calls: Record<string, (id: number, ...args: never[]) => unknown> = {
  explore,
  open: (_, bytes: ArrayBuffer) => {
    model?.free();
    model = undefined;
    model = new ModelFile(new Uint8Array(bytes));
    return model.describe();
  },
  search: (_, text: string, most: number) => opened().search(text, most),
  find: (_, item: string) => opened().find(item),
  neighbours: (_, item: number) => opened().neighbours(item),
  map: (_, most: number) => opened().map(most),
};

self.addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  const { id, call, args } = data;
  try {
    await ready;
    const run = calls[call];
    if (!run) throw new Error(`the worker has no call ${call}`);
    answer({ id, value: await run(id, ...(args as never[])) });
  } catch (error) {
    answer({ id, error: described(error) });
  }
});

function opened(): ModelFile {
  if (!model) throw coded('no-model', 'no model is open');
  return model;
}

/** Reads a log; the module fetches the file slice by slice, so that it need not fit into memory. */
async function explore(
  id: number,
  file: File,
  format: string,
  columns: string,
  feed?: File,
): Promise<unknown> {
  const tell = teller(id);
  const progress: Progress = { step: 'Opening the file', done: 0, total: file.size, rows: 0 };
  const options = { ...(format ? { format } : {}), columns: assignments(columns) };
  const products = feed && new Feed(feed.name, new Uint8Array(await feed.arrayBuffer()));
  return exploreLog(file, options, products, (what: string, text: string, number: number) => {
    if (what === 'start') Object.assign(progress, { step: text, done: 0, total: number });
    if (what === 'advance') progress.done += number;
    if (what === 'rows') progress.rows += number;
    tell(progress, what === 'start');
  });
}

/** Reports progress, no more often than it can be seen. */
function teller(id: number): (progress: Progress, isNew?: boolean) => void {
  let last = -TELL_MS;
  return (progress, isNew = false) => {
    const now = performance.now();
    if (!isNew && now - last < TELL_MS) return;
    last = now;
    answer({ id, progress: { ...progress } });
  };
}

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

function described(error: unknown): { code: string; message: string } {
  if (error instanceof WebAssembly.RuntimeError) {
    return {
      code: 'trap',
      message: `The reader ended: there was not enough memory, or it has a fault. The command line reads any size: vicino explore FILE (${error.message})`,
    };
  }
  const { code, message } = error as { code?: string; message?: string };
  return { code: code ?? 'internal', message: message ?? String(error) };
}
