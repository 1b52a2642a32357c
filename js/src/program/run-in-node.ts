/**
 * Runs the `vicino` program as WebAssembly in Node: the process's arguments, files and streams are the program's, and
 * each of its threads is a worker that runs this very script.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { nodeFiles, programPath } from './node-files.js';
import { Exit, MAX_HANDLES, type Shared, systemCalls } from './wasi.js';

interface Exports {
  _start(): void;
  wasi_thread_start(thread: number, start: number): void;
}

/** Data of a worker. */
interface Thread extends Shared {
  module: WebAssembly.Module;
  /** Number of threads ever started, shared by all. */
  threads: Int32Array;
  thread: number;
  start: number;
}

/** Pages of 64 KiB: what the module asks for first, and 4 GiB. */
const PAGES = { least: 64, most: 1 << 16 };

/** Runs the program of this module to its end and returns its exit status. */
export function runInNode(wasm: string | URL, args: string[]): number {
  const module = new WebAssembly.Module(fs.readFileSync(wasm));
  const shared: Omit<Thread, 'thread' | 'start'> = {
    module,
    memory: new WebAssembly.Memory({ initial: PAGES.least, maximum: PAGES.most, shared: true }),
    positions: new BigInt64Array(new SharedArrayBuffer(8 * MAX_HANDLES)).fill(-1n),
    threads: new Int32Array(new SharedArrayBuffer(4)),
  };
  const env: Record<string, string> = {
    RAYON_NUM_THREADS: `${os.availableParallelism?.() ?? os.cpus().length}`,
    ...(process.env as Record<string, string>),
    // Where relative paths begin.
    PWD: programPath(process.cwd()),
    TMPDIR: programPath(os.tmpdir()),
  };
  const columns = process.stdout.columns ?? process.stderr.columns;
  if (columns) env.COLUMNS ??= `${columns}`;
  try {
    instance(shared, args, env)._start();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.status;
    return broken(error);
  }
}

/** Says that the program ended as none should, and returns the exit status of one that was aborted. */
function broken(error: unknown): number {
  const text = error instanceof Error ? error.message : String(error);
  const hint =
    'if memory ran out, a program for this machine (VICINO_BINARY) has more than the 4 GiB of WebAssembly';
  fs.writeSync(
    2,
    `vicino: the program broke off (${text}), and the lines before say why; ${hint}\n`,
  );
  return 134;
}

function instance(
  shared: Omit<Thread, 'thread' | 'start'>,
  args: string[],
  env: Record<string, string>,
): Exports {
  const spawn = (start: number) => {
    const thread = Atomics.add(shared.threads, 0, 1) + 1;
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { ...shared, thread, start },
    });
    // The program ends when its first thread does.
    worker.unref();
    return thread;
  };
  const run = { ...shared, args: ['vicino', ...args], env, files: nodeFiles };
  const imports = {
    env: { memory: shared.memory },
    wasi_snapshot_preview1: systemCalls(run) as WebAssembly.ModuleImports,
    wasi: { 'thread-spawn': spawn },
  };
  return new WebAssembly.Instance(shared.module, imports).exports as unknown as Exports;
}

if (!isMainThread && workerData?.module instanceof WebAssembly.Module) {
  const { thread, start, ...shared } = workerData as Thread;
  try {
    instance(shared, [], {}).wasi_thread_start(thread, start);
  } catch (error) {
    broken(error);
    // The first thread waits for this one, for ever: only a signal ends it.
    process.kill(process.pid, 'SIGABRT');
  }
}
