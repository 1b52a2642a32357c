/**
 * Ranks in a worker: the same as the main entry, but every method and property returns a promise.
 *
 * @packageDocumentation
 */
import { type ErrorCode, VicinoError } from '../core/errors.js';
import type { Changed, LoadOptions, ModelSource, Recommender as Ranker } from '../core/index.js';
import type { ApiShape, Failure, WorkerRequest, WorkerResponse } from './worker-protocol.js';

export { type ErrorCode, VicinoError } from '../core/errors.js';
export type * from '../core/types.js';

type Method = (...args: never[]) => unknown;

/** A value without functions, which cannot be sent to a worker. */
type Plain<T> = T extends Method ? never : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

/** A part such as `history`, as opposed to a value. */
type IsPart<T> = T extends readonly unknown[] | string | number | boolean | undefined
  ? false
  : Extract<T[keyof T], Method> extends never
    ? false
    : true;

type Settled<R> = Awaited<R> extends () => infer E ? () => Promise<Awaited<E>> : Awaited<R>;

/** An object in a worker, as the page sees it: every method and property returns a promise. */
export type InWorker<T> = {
  readonly [K in Exclude<keyof T, symbol>]: K extends 'free' | 'subscribe'
    ? T[K]
    : T[K] extends (...args: infer A) => infer R
      ? (...args: Plain<A>) => Promise<Settled<R>>
      : IsPart<T[K]> extends true
        ? InWorker<T[K]>
        : Promise<T[K]>;
};

/** A recommender in a worker; only `free` and `subscribe` act at once. */
export type WorkerRecommender = Omit<InWorker<Ranker>, 'metrics'> &
  Disposable & {
    readonly metrics: Omit<InWorker<Ranker['metrics']>, 'flush'> & Pick<Ranker['metrics'], 'flush'>;
  };

/** Options of loading a model in a worker. */
export interface WorkerLoadOptions extends LoadOptions {
  /**
   * Worker to use, for pages that start it themselves, by the script `vicino/worker-script`. One worker holds one
   * recommender and ends with it. Default: a worker that `load` starts.
   */
  worker?: Worker;
}

/** Returns true if this browser has workers and WebAssembly. */
export function supported(): boolean {
  return typeof Worker === 'function' && typeof WebAssembly === 'object';
}

/**
 * Starts a worker that loads a model and opens the history there; rejects with a {@link VicinoError}, of code
 * `unsupported` if the worker does not start. Bytes are handed over: the caller's `ArrayBuffer` is empty afterwards.
 */
export async function load(
  source: ModelSource | PromiseLike<ModelSource>,
  { worker, signal, ...options }: WorkerLoadOptions = {},
): Promise<WorkerRecommender> {
  if (signal?.aborted) throw aborted(signal);
  const { model, transfer } = await toTransferable(source);
  const channel = new WorkerChannel(worker ?? (await start()));
  const abort = () => channel.end(aborted(signal as AbortSignal));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) abort();
    // The worker is one script without an address to find the module by.
    const wasm = options.wasm ?? (await platform.wasm());
    const settings = { ...options, wasm: isAddress(wasm) ? absolute(wasm) : wasm };
    const shape = await channel.request('load', [model, settings], transfer);
    return channel.build(shape as ApiShape, '') as unknown as WorkerRecommender;
  } catch (error) {
    channel.end(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Functions in place of the class of the main entry. */
export const Recommender = { load, supported };

/**
 * Files of the worker; bundlers find them by exactly these expressions.
 * @internal
 */
export const platform: {
  script: () => URL;
  wasm: () => URL | BufferSource;
} = {
  script: () => new URL('./worker.js', import.meta.url),
  wasm: () => new URL('./vicino_bg.wasm', import.meta.url),
};

/** Starts a worker by the address of its script, and if that is not possible by the script's text. */
async function start(): Promise<Worker> {
  if (typeof Worker !== 'function') {
    throw new VicinoError('unsupported', 'the worker did not start: there are no workers here');
  }
  const script = platform.script();
  try {
    return await running(new Worker(script, NAMED));
  } catch (cause) {
    const { startByText } = await import('./worker-start.js').catch(() => {
      throw new VicinoError('unsupported', `the worker did not start: ${cause}`, { cause });
    });
    return startByText(script, cause, (address) => running(new Worker(address, NAMED)));
  }
}

const NAMED = { name: 'vicino' };

/** Resolves once the worker's script runs; rejects if it does not. */
function running(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message || 'its script was not found or is not allowed'));
    };
  });
}

/** Connection to one worker, with the requests that wait for an answer. */
class WorkerChannel {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  /** Listeners by the part that they listen to, the empty name for all. */
  readonly #listeners = new Map<string, Set<(changed: Changed) => void>>();
  /** Functions that send the metrics of a request, by its number. */
  readonly #sends = new Map<number, (counts: never[]) => void>();
  #numRequests = 0;
  #ended: unknown;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerResponse>) =>
      this.#receive(data),
    );
    globalThis.addEventListener?.('pagehide', this.#turn);
    globalThis.addEventListener?.('pageshow', this.#turn);
    worker.addEventListener('error', ({ message }) => {
      // A later error, such as one of a listener, does not end the worker.
      if (!this.#waiting.has(1)) return;
      const why = message || 'its script was not found or is not allowed';
      this.end(new VicinoError('unsupported', `the worker given did not start: ${why}`));
    });
  }

  /** Tells the worker that the page goes, or comes back from the back/forward cache. */
  readonly #turn = ({ type, persisted }: PageTransitionEvent) => {
    if (persisted) this.#worker.postMessage({ id: 0, path: type });
  };

  #forget(): void {
    globalThis.removeEventListener?.('pagehide', this.#turn);
    globalThis.removeEventListener?.('pageshow', this.#turn);
  }

  /** Requests a call, or without arguments the value of a property. */
  request(
    path: string,
    args?: readonly unknown[],
    transfer: Transferable[] = [],
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = ++this.#numRequests;
      this.#send({ id, path, ...(args && { args }) }, transfer);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Ends the worker; requests that wait or come later reject with `why`. */
  end(why: unknown): void {
    this.#ended ??= why;
    this.#forget();
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }

  /** Makes an object of this shape; calls go to the worker. */
  build(shape: ApiShape, path: string): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const under = (name: string) => (path ? `${path}.${name}` : name);
    for (const name of shape.methods) {
      object[name] = (...args: unknown[]) => this.request(under(name), args);
    }
    for (const name of shape.properties) {
      Object.defineProperty(object, name, {
        get: () => this.request(under(name)),
        enumerable: true,
      });
    }
    for (const [name, part] of Object.entries(shape.parts)) object[name] = this.build(part, name);
    if (shape.changes) {
      object.subscribe = (listener: (changed: Changed) => void) => this.#subscribe(path, listener);
    }
    if (path === 'metrics') object.flush = this.#flush.bind(this);
    if (!path) {
      // Vue, which would ask for every property in depth, leaves it as it is.
      object.__v_skip = true;
      object.free = () => this.#free();
      if (Symbol.dispose) Object.defineProperty(object, Symbol.dispose, { value: object.free });
    }
    return object;
  }

  #send(request: WorkerRequest, transfer: Transferable[]): void {
    try {
      this.#worker.postMessage(request, transfer);
    } catch (cause) {
      throw invalid(
        `${request.path}: a function cannot be sent to the worker; write \`where\` as a filter such as { category: 'Shoes' }`,
        cause,
      );
    }
  }

  #receive(response: WorkerResponse): void {
    if ('ready' in response) return;
    if ('changed' in response) {
      const { changed } = response;
      for (const path of ['', changed]) {
        for (const listener of [...(this.#listeners.get(path) ?? [])]) {
          queueMicrotask(() => listener(changed));
        }
      }
      return;
    }
    if ('send' in response) {
      this.#sends.get(response.id)?.(response.send);
      return;
    }
    const { resolve, reject } = this.#waiting.get(response.id) ?? {};
    this.#waiting.delete(response.id);
    if ('error' in response) reject?.(revive(response.error));
    else if (response.callable) resolve?.(() => this.request(`call:${response.id}`, []));
    else resolve?.(response.value);
  }

  /** Sends the worker's counts from the page; an error of `send` reaches the caller as it is. */
  async #flush(
    send: (counts: never[]) => unknown,
    ...given: [options?: { signal?: AbortSignal } | null]
  ): Promise<unknown> {
    const options = given[0] ?? {};
    const prototype = Object.getPrototypeOf(options);
    const { signal, ...others } = options;
    // The worker checks the others. Of an object of a class, or a promise, it would get none.
    if (
      typeof send !== 'function' ||
      (given.length > 0 && (!given[0] || (prototype && prototype !== Object.prototype))) ||
      (signal && !(signal instanceof AbortSignal))
    ) {
      throw invalid('flush: expected a function and, if any, a plain object of options');
    }
    const id = this.#numRequests + 1;
    let failed: unknown;
    this.#sends.set(id, (counts) => {
      const over = (error?: unknown) => {
        failed ??= error;
        this.#send({ id, path: 'sent', args: [error && String(error)] }, []);
      };
      const abort = () => over(signal && aborted(signal));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      new Promise((resolve) => resolve(send(counts))).then(() => over(), over);
    });
    return this.request('metrics.flush', given.length ? [others] : [])
      .catch((error) => {
        throw failed ?? error;
      })
      .finally(() => this.#sends.delete(id));
  }

  #subscribe(path: string, listener: (changed: Changed) => void): () => void {
    if (this.#ended) throw this.#ended;
    if (typeof listener !== 'function') {
      throw invalid('subscribe: expected a function');
    }
    const own = path ? () => (listener as () => void)() : (changed: Changed) => listener(changed);
    const all = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, all.add(own));
    return () => void all.delete(own);
  }

  #free(): void {
    if (this.#ended) return;
    this.#forget();
    this.#worker.postMessage({ id: 0, path: 'free' });
    this.#ended = new VicinoError('freed', 'this recommender was freed; load a new one');
  }
}

/** Converts a model into a form that can be sent, with the buffers to hand over. */
async function toTransferable(
  given: ModelSource | PromiseLike<ModelSource>,
): Promise<{ model: unknown; transfer: Transferable[] }> {
  const source = await given;
  if (isAddress(source)) return { model: absolute(source), transfer: [] };
  let model: unknown = source;
  if (source instanceof Response) {
    const { ok, url, status, statusText } = source;
    if (!ok) {
      const what = `${url}: the server answered ${status} ${statusText}`.trimEnd();
      throw new VicinoError('http', what, { url, status });
    }
    if (source.bodyUsed) {
      throw invalid('load: the body of this Response was read before');
    }
    model = await source.arrayBuffer();
  } else if (source instanceof Uint8Array) {
    // A view of a part must not hand over the rest of the buffer.
    model = source.byteLength === source.buffer.byteLength ? source.buffer : source.slice().buffer;
  }
  return { model, transfer: model instanceof ArrayBuffer ? [model] : [] };
}

/** Resolves an address against the page, since the worker would resolve it against its script. */
const absolute = (address: string | URL) =>
  new URL(address, globalThis.document?.baseURI ?? location.href).href;

const aborted = (signal: AbortSignal) =>
  new VicinoError('aborted', 'load: aborted', { cause: signal.reason });

/** Returns true for text that is not empty or a `URL`. */
const isAddress = (value: unknown): value is string | URL =>
  value instanceof URL || (typeof value === 'string' && value !== '');

const invalid = (message: string, cause?: unknown) =>
  new VicinoError('option-invalid', message, { cause });

function revive({ name, message, code, url, status }: Failure): Error {
  if (!code) return Object.assign(new Error(message), { name });
  return new VicinoError(code as ErrorCode, message, {
    ...(url !== undefined && { url }),
    ...(status !== undefined && { status }),
  });
}
