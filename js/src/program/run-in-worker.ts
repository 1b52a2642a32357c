/** Runs the `vicino` program as WebAssembly in a worker of a page, once for each message. */
import { MemoryFiles } from './memory-files.js';
import { Exit, MAX_HANDLES, systemCalls } from './wasi.js';

/** A run that the worker is to do. */
export interface Request {
  module: WebAssembly.Module;
  args: string[];
  inputs: Map<string, Blob | Uint8Array>;
  /** Paths of outputs. */
  outputs: string[];
}

/** An answer of the worker: that it is there, a line of stderr, an output that is whole, and in the end the result. */
export type Answer =
  | { ready: true }
  | { line: string }
  | { output: string; bytes: Uint8Array }
  | { status: number; stdout: Uint8Array; outputs: Map<string, Uint8Array> }
  | { failure: string };

/** Pages of 64 KiB that the memory may grow to; where that many are not to be had, fewer. */
const MOST_PAGES = [1 << 16, 1 << 15, 1 << 14, 1 << 13];

/** The part of a worker that is used here. */
declare const self: {
  addEventListener(type: 'message', listener: (event: MessageEvent<Request>) => void): void;
  postMessage(answer: Answer, transfer?: ArrayBuffer[]): void;
};

self.addEventListener('message', ({ data }) => {
  try {
    const result = run(data);
    self.postMessage(
      result,
      [result.stdout, ...result.outputs.values()].map(({ buffer }) => buffer),
    );
  } catch (error) {
    self.postMessage({ failure: reason(error) });
  }
});
self.postMessage({ ready: true });

interface Result {
  status: number;
  stdout: Uint8Array<ArrayBuffer>;
  outputs: Map<string, Uint8Array<ArrayBuffer>>;
}

function run({ module, args, inputs, outputs }: Request): Result {
  const stdout: Uint8Array[] = [];
  const lines = new TextDecoder();
  let rest = '';
  const files = new MemoryFiles(inputs, {
    write(stream, bytes) {
      if (stream === 1) {
        stdout.push(bytes);
        return;
      }
      const texts = (rest + lines.decode(bytes, { stream: true })).split('\n');
      rest = texts.pop() as string;
      for (const line of texts) self.postMessage({ line });
    },
    renamed(path) {
      const bytes = outputs.includes(path) && files.bytes(path);
      if (bytes) self.postMessage({ output: path, bytes: new Uint8Array(bytes) });
    },
  });
  const memory = sharedMemory();
  const positions = new BigInt64Array(MAX_HANDLES).fill(-1n);
  const env = { PWD: '/', RAYON_NUM_THREADS: '1', TMPDIR: '/tmp', NO_COLOR: '1' };
  const instance = new WebAssembly.Instance(module, {
    env: { memory },
    wasi_snapshot_preview1: systemCalls({
      memory,
      positions,
      files,
      args: ['vicino', ...args],
      env,
    }) as WebAssembly.ModuleImports,
    wasi: { 'thread-spawn': () => -1 },
  });
  let status = 0;
  try {
    (instance.exports._start as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    status = error.status;
  }
  const found = outputs.flatMap((path) => {
    const bytes = files.bytes(path);
    // Its own bytes alone: a file that was written has room to grow.
    return bytes ? [[path, new Uint8Array(bytes)] as const] : [];
  });
  if (rest) self.postMessage({ line: rest });
  return { status, stdout: joined(stdout), outputs: new Map(found) };
}

function sharedMemory(): WebAssembly.Memory {
  for (const maximum of MOST_PAGES) {
    try {
      return new WebAssembly.Memory({ initial: 64, maximum, shared: true });
    } catch (error) {
      if (maximum === MOST_PAGES.at(-1)) throw error;
    }
  }
  throw new RangeError('no memory');
}

function joined(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError
    ? `there was not enough memory, or the program has a fault (${text}); the command line reads any size: npx vicino`
    : text;
}
