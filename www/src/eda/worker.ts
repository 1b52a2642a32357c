// The worker that reads logs and models, with the same Rust as the command line, compiled to WebAssembly. Only figures
// leave it.
import init, { LogFile, ModelFile } from '../../wasm-explore/vicino_explore.js';
import wasm from '../../wasm-explore/vicino_explore_bg.wasm?url';
import type { Answer, Progress, Request } from './reader';

/** Largest file in bytes: WebAssembly has at most 4 GB of memory, and the results need some of it. */
const MOST_BYTES = 1_500_000_000;
const PIECE_BYTES = 8 << 20;
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
    return JSON.parse(model.describe());
  },
  search: (_, text: string, most: number) => JSON.parse(opened().search(text, most)),
  find: (_, item: string) => JSON.parse(opened().find(item)),
  neighbours: (_, item: number) => JSON.parse(opened().neighbours(item)),
  map: (_, most: number) => JSON.parse(opened().map(most)),
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

async function explore(id: number, file: File, format: string, columns: string): Promise<unknown> {
  const tell = teller(id);
  if (file.size > MOST_BYTES) {
    throw coded(
      'too-large',
      `${file.name} has ${Math.round(file.size / 1e6)} MB; a browser reads up to ${MOST_BYTES / 1e6} MB. The command line reads any size: vicino explore ${file.name}`,
    );
  }
  const log = new LogFile(file.name, file.size);
  const progress: Progress = { step: 'Opening the file', done: 0, total: file.size, rows: 0 };
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    log.push(new Uint8Array(await bytesOf(file, at)));
    progress.done = Math.min(file.size, at + PIECE_BYTES);
    tell(progress);
  }
  const json = log.explore(format, columns, (what: string, text: string, number: number) => {
    if (what === 'start') Object.assign(progress, { step: text, done: 0, total: number });
    if (what === 'advance') progress.done += number;
    if (what === 'rows') progress.rows += number;
    tell(progress, what === 'start');
  });
  return JSON.parse(json);
}

async function bytesOf(file: File, at: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(at, at + PIECE_BYTES).arrayBuffer();
  } catch {
    throw coded('unreadable', `${file.name} cannot be read any more; choose it again.`);
  }
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
