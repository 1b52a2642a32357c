/**
 * Ranks in a worker: the same as the main entry, but every method and property gives a promise.
 *
 * @packageDocumentation
 */
import { type ErrorCode, VicinoError } from '../core/errors.js';
import type { LoadOptions, ModelSource, Recommender as Ranker } from '../core/index.js';
import type { Answer, Ask, Face, Failure } from './worker-protocol.js';

export { type ErrorCode, VicinoError } from '../core/errors.js';
export type * from '../core/types.js';

type Method = (...args: never[]) => unknown;

/** A value without functions, which cannot travel to a worker. */
type Plain<T> = T extends Method ? never : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

/** A part such as `history`, as opposed to a value. */
type IsPart<T> = T extends readonly unknown[] | string | number | boolean | undefined
  ? false
  : Extract<T[keyof T], Method> extends never
    ? false
    : true;

type Asked<R> = Awaited<R> extends () => infer E ? () => Promise<Awaited<E>> : Awaited<R>;

/** An object as the page sees it when it lives in a worker. */
export type InWorker<T> = {
  readonly [K in Exclude<keyof T, symbol>]: K extends 'free' | 'subscribe'
    ? T[K]
    : T[K] extends (...args: infer A) => infer R
      ? (...args: Plain<A>) => Promise<Asked<R>>
      : IsPart<T[K]> extends true
        ? InWorker<T[K]>
        : Promise<T[K]>;
};

/** A recommender that lives in a worker; only `free` and `subscribe` act at once. */
export type WorkerRecommender = Omit<InWorker<Ranker>, 'metrics'> &
  Disposable & {
    readonly metrics: Omit<InWorker<Ranker['metrics']>, 'flush'> & Pick<Ranker['metrics'], 'flush'>;
  };

/** How to load a model in a worker. */
export interface WorkerLoadOptions extends LoadOptions {
  /**
   * The worker, for pages that start it themselves because no bundler finds `vicino/worker-script` for them or
   * because it comes from another origin. One worker holds one recommender and ends with it.
   */
  worker?: Worker;
}

/** Whether there are workers here. */
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
  const { model, transfer } = await travelling(source);
  const started = worker ?? start();
  const line = new Line(started);
  const abort = () => line.end(aborted(signal as AbortSignal));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) abort();
    const settings =
      options.wasm instanceof URL ? { ...options, wasm: options.wasm.href } : options;
    if (typeof settings.wasm === 'string') settings.wasm = absolute(settings.wasm);
    const face = await line.ask('load', [model, settings], transfer);
    return line.build(face as Face, '') as unknown as WorkerRecommender;
  } catch (error) {
    line.end(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** What stands for the class of the main entry. */
export const Recommender = { load, supported };

function start(): Worker {
  try {
    // Bundlers find the script by this very expression.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vicino' });
  } catch (cause) {
    throw unsupported(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** The questions to one worker that wait for an answer. */
class Line {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** What sends the metrics of a question. */
  readonly #sends = new Map<number, (counts: never[]) => void>();
  #asked = 0;
  #ended: unknown;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#hear(data));
    worker.addEventListener('error', ({ message }) => {
      // Later ones are those of a listener, say, and the worker goes on.
      if (this.#waiting.has(1))
        this.end(unsupported(message || 'its script was not found or is not allowed'));
    });
  }

  /** Asks for a call, or without arguments for a property. */
  ask(path: string, args?: readonly unknown[], transfer: Transferable[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const id = ++this.#asked;
      this.#send({ id, path, ...(args && { args }) }, transfer);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Ends the worker; whatever waits, or comes later, is told why. */
  end(why: unknown): void {
    this.#ended ??= why;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }

  /** Makes an object that looks like the one in the worker. */
  build(face: Face, path: string): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const under = (name: string) => (path ? `${path}.${name}` : name);
    for (const name of face.methods) {
      object[name] = (...args: unknown[]) => this.ask(under(name), args);
    }
    for (const name of face.properties) {
      Object.defineProperty(object, name, { get: () => this.ask(under(name)), enumerable: true });
    }
    for (const [name, part] of Object.entries(face.parts)) object[name] = this.build(part, name);
    if (face.changes) {
      object.subscribe = (listener: () => void) => this.#subscribe(path, listener);
    }
    if (path === 'metrics') object.flush = this.#flush.bind(this);
    if (!path) {
      object.free = () => this.#free();
      if (Symbol.dispose) Object.defineProperty(object, Symbol.dispose, { value: object.free });
    }
    return object;
  }

  #send(ask: Ask, transfer: Transferable[]): void {
    try {
      this.#worker.postMessage(ask, transfer);
    } catch (cause) {
      throw new VicinoError(
        'option-invalid',
        `${ask.path}: a function cannot travel to the worker; write \`where\` as a filter such as { category: 'Shoes' }`,
        { cause },
      );
    }
  }

  #hear(answer: Answer): void {
    if ('changed' in answer) {
      for (const listener of [...(this.#listeners.get(answer.changed) ?? [])]) {
        queueMicrotask(listener);
      }
      return;
    }
    if ('send' in answer) {
      this.#sends.get(answer.id)?.(answer.send);
      return;
    }
    const { resolve, reject } = this.#waiting.get(answer.id) ?? {};
    this.#waiting.delete(answer.id);
    if ('error' in answer) reject?.(revive(answer.error));
    else if (answer.callable) resolve?.(() => this.ask(`call:${answer.id}`, []));
    else resolve?.(answer.value);
  }

  /** Sends from the page what the worker has counted; the error of `send` is the caller's own. */
  #flush(
    send: (counts: never[]) => unknown,
    { signal, ...options }: { signal?: AbortSignal } = {},
  ): Promise<unknown> {
    const id = this.#asked + 1;
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
    return this.ask('metrics.flush', [options])
      .catch((error) => {
        throw failed ?? error;
      })
      .finally(() => this.#sends.delete(id));
  }

  #subscribe(path: string, listener: () => void): () => void {
    if (this.#ended) throw this.#ended;
    const own = () => listener();
    const all = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, all.add(own));
    return () => void all.delete(own);
  }

  #free(): void {
    if (this.#ended) return;
    this.#worker.postMessage({ id: 0, path: 'free' });
    this.#ended = new VicinoError('freed', 'this recommender was freed; load a new one');
  }
}

/** The model in a form that can be sent, and what of it changes hands. */
async function travelling(
  given: ModelSource | PromiseLike<ModelSource>,
): Promise<{ model: unknown; transfer: Transferable[] }> {
  const source = await given;
  if (typeof source === 'string' && source) return { model: absolute(source), transfer: [] };
  if (source instanceof URL) return { model: source.href, transfer: [] };
  let model: unknown = source;
  if (source instanceof Response) {
    const { ok, url, status, statusText } = source;
    if (!ok) {
      const what = `${url}: the server answered ${status} ${statusText}`.trimEnd();
      throw new VicinoError('http', what, { url, status });
    }
    if (source.bodyUsed) {
      throw new VicinoError('option-invalid', 'load: the body of this Response was read before');
    }
    model = await source.arrayBuffer();
  } else if (source instanceof Uint8Array) {
    // A view of a part must not take the rest along.
    model = source.byteLength === source.buffer.byteLength ? source.buffer : source.slice().buffer;
  }
  return { model, transfer: model instanceof ArrayBuffer ? [model] : [] };
}

/** An address as the page means it: the worker's own base is the folder of its script. */
const absolute = (address: string) =>
  new URL(address, globalThis.document?.baseURI ?? location.href).href;

const aborted = (signal: AbortSignal) =>
  new VicinoError('aborted', 'load: aborted', { cause: signal.reason });

const unsupported = (why: string, cause?: unknown) =>
  new VicinoError(
    'unsupported',
    `the worker did not start: ${why}; check that a content security policy allows it with worker-src`,
    { cause },
  );

function revive({ name, message, code, url, status }: Failure): Error {
  if (!code) return Object.assign(new Error(message), { name });
  return new VicinoError(code as ErrorCode, message, {
    ...(url !== undefined && { url }),
    ...(status !== undefined && { status }),
  });
}
