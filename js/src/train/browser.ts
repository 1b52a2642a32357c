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

/** Where the script of the worker is; bundlers put the file beside the page. */
const script = new URL('./program-worker.js', import.meta.url);

/** Parts that every run needs. */
interface Loaded {
  module: WebAssembly.Module;
  /** Addresses that a worker can be started from, the best first. */
  scripts: (string | URL)[];
}

let loaded: Promise<Loaded> | undefined;

/**
 * Fetches and compiles the program and the script of its worker, which every other call does if need be; afterwards
 * nothing is fetched. A page that refuses connections later calls it first.
 *
 * Workers start from a `blob:` address, so that the page's content security policy holds in them, too, as it is then;
 * where `worker-src` does not allow that, from the address of the script.
 */
export function load(url: string | URL = program): Promise<void> {
  loaded ??= fetchAll(url).catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded.then(() => {});
}

async function fetchAll(url: string | URL): Promise<Loaded> {
  const [module, text] = await Promise.all([
    request(url, 'the program').then(compile),
    request(script, 'the script of the worker').then((response) => response.text()),
  ]);
  const copy = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return { module, scripts: [copy, script] };
}

async function request(url: string | URL, what: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok)
    throw new TrainError(`${url}: the server answered ${response.status}, expected ${what}`, 1);
  return response;
}

async function compile(response: Response): Promise<WebAssembly.Module> {
  // Without the right content type, streaming is not possible, but all else is.
  return response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** Starts a worker, and forgets the addresses that none starts from. */
async function startWorker(scripts: (string | URL)[]): Promise<Worker> {
  for (;;) {
    const [address] = scripts;
    if (address === undefined) break;
    const worker = await tryWorker(address);
    if (worker) return worker;
    scripts.shift();
  }
  throw new TrainError(
    "the worker did not start; a content security policy has to allow it: worker-src 'self' or blob:",
    1,
  );
}

function tryWorker(address: string | URL): Promise<Worker | undefined> {
  return new Promise((resolve) => {
    try {
      const worker = new Worker(address, { type: 'module' });
      worker.onmessage = () => resolve(worker);
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(undefined);
      };
    } catch {
      resolve(undefined);
    }
  });
}

class WorkerSpace implements Workspace {
  readonly #inputs = new Map<string, Blob | Uint8Array>();

  constructor(private readonly loaded: Loaded) {}

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

  async run(
    args: string[],
    outputs: string[],
    tell: (line: string) => void,
    signal: AbortSignal | undefined,
    give: (name: string, bytes: Uint8Array) => void,
  ): Promise<RunResult> {
    const worker = await startWorker(this.loaded.scripts);
    const paths = new Map(outputs.map((name) => [this.output(name), name]));
    const request: Request = {
      module: this.loaded.module,
      args,
      inputs: this.#inputs,
      outputs: [...paths.keys()],
    };
    let end = () => {};
    return new Promise<RunResult>((resolve, reject) => {
      end = () => reject(signal?.reason);
      if (signal?.aborted) end();
      signal?.addEventListener('abort', end);
      worker.onerror = (event) => reject(new TrainError(event.message || 'the worker ended', 1));
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ('line' in data) tell(data.line);
        else if ('output' in data) give(paths.get(data.output) as string, data.bytes);
        else if ('failure' in data) reject(new TrainError(data.failure, 1));
        else if ('outputs' in data) {
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
    }).finally(() => {
      signal?.removeEventListener('abort', end);
      worker.terminate();
    });
  }

  async close(): Promise<void> {}
}

const host: Host = {
  async prepare() {
    await load();
    return new WorkerSpace(await (loaded as Promise<Loaded>));
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
