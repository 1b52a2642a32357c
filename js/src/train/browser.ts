/**
 * Trains, explores, evaluates and inspects in the browser, in a worker of its own: nothing leaves the page.
 *
 * The program is `@vicino/cli-wasm`, the very one that `npx vicino` runs, so that a model has the same bytes.
 *
 * @packageDocumentation
 */
import program from '@vicino/cli-wasm';
import type { Answer, Request } from '../program/run-in-worker.js';
import { type Host, trainer, type Workspace } from './api.js';
import {
  type Argument,
  type Evaluated,
  type EvaluateOptions,
  type Explored,
  type ExploreOptions,
  type Input,
  type Json,
  type RunOptions,
  type RunResult,
  TrainError,
  type Trained,
  type TrainOptions,
} from './types.js';

export * from './types.js';

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Fetches and compiles the program, which every other call does if need be; a page that refuses connections later calls
 * it first.
 */
export function load(url: string | URL = program): Promise<void> {
  compiled ??= compile(url).catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled.then(() => {});
}

async function compile(url: string | URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok)
    throw new TrainError(`${url}: the server answered ${response.status}, expected the program`, 1);
  return WebAssembly.compileStreaming
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

class WorkerSpace implements Workspace {
  readonly #inputs = new Map<string, Blob | Uint8Array>();

  constructor(private readonly module: WebAssembly.Module) {}

  place(file: Input): string {
    if (typeof file === 'string' || file instanceof URL) {
      throw new TypeError(
        `${file} is a path or an address, which a page cannot read; expected a File, or bytes with a name`,
      );
    }
    const data = file instanceof Blob ? file : file.data;
    const name = file.name.replaceAll('/', '_');
    // Two files of one name are in folders of their own.
    let path = `/${name}`;
    for (let copy = 2; this.#inputs.has(path); copy++) path = `/${copy}/${name}`;
    this.#inputs.set(path, data);
    return path.slice(1);
  }

  output(name: string): string {
    return `/out/${name}`;
  }

  run(
    args: string[],
    outputs: string[],
    tell: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<RunResult> {
    const worker = new Worker(new URL('./program-worker.js', import.meta.url), { type: 'module' });
    const paths = new Map(outputs.map((name) => [this.output(name), name]));
    const request: Request = {
      module: this.module,
      args,
      inputs: this.#inputs,
      outputs: [...paths.keys()],
    };
    return new Promise<RunResult>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.onerror = (event) =>
        reject(new TrainError(event.message || 'the worker did not start', 1));
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ('line' in data) tell(data.line);
        else if ('failure' in data) reject(new TrainError(data.failure, 1));
        else {
          const named = [...data.outputs].map(
            ([path, bytes]) => [paths.get(path) as string, bytes] as const,
          );
          resolve({
            status: data.status,
            stdout: data.stdout,
            stderr: '',
            outputs: new Map(named),
          });
        }
      };
      worker.postMessage(request);
    }).finally(() => worker.terminate());
  }

  async close(): Promise<void> {}
}

const host: Host = {
  async prepare() {
    await load();
    return new WorkerSpace(await (compiled as Promise<WebAssembly.Module>));
  },
};

const calls = trainer(host);

/** Trains a model from event logs; the same logs and options give the same bytes everywhere. */
export const train: (events: Input | Input[], options?: TrainOptions) => Promise<Trained> =
  calls.train;
/** Reads event logs and says what was found and cleaned. */
export const explore: (events: Input | Input[], options?: ExploreOptions) => Promise<Explored> =
  calls.explore;
/** Splits event logs, trains on one part and measures on the other, beside simple methods. */
export const evaluate: (events: Input | Input[], options?: EvaluateOptions) => Promise<Evaluated> =
  calls.evaluate;
/** Says what is in a model. */
export const inspect: (model: Input | Uint8Array, options?: RunOptions) => Promise<Json> =
  calls.inspect;
/**
 * Runs any command of the program, such as `export`. An argument that is a file is placed where the program finds it,
 * and `{ output: NAME }` is the path of an output, whose bytes the result has.
 */
export const run: (args: Argument[], options?: RunOptions) => Promise<RunResult> = calls.run;
