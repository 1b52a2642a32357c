import instantiate, { type Engine } from '../../wasm/vicino.js';
import { readBody } from './body.js';
import { VicinoError } from './errors.js';
import { isAddress, isBuffer, isModule } from './options.js';
import type { LoadOptions, ModelSource } from './types.js';

type Instantiate = (
  module: WebAssembly.Module,
  guard: (exports: WebAssembly.Exports) => WebAssembly.Exports,
) => Promise<EngineClass>;
type WasmSource = NonNullable<LoadOptions['wasm']>;

/** The class of one instance of the WebAssembly module, which has a memory of its own. */
export type EngineClass = typeof Engine;

let started: Promise<EngineClass> | undefined;

/**
 * Returns true if a module with the features that this library needs may be run, and compiled unless it is compiled.
 */
export function isSupported(wasm?: unknown): boolean {
  try {
    // `(type (func (param externref)))`
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 111, 0);
    // WebKit applies a content security policy to instances only, not to compiling.
    return isModule(wasm) || !!new WebAssembly.Instance(new WebAssembly.Module(bytes));
  } catch {
    return false;
  }
}

/** Makes the error of a page or a browser where {@link isSupported} is false. */
export async function unsupported(): Promise<VicinoError> {
  const words = await import('./wasm-problem.js').catch(() => undefined);
  return new VicinoError(
    'unsupported',
    words?.whyUnsupported() ??
      'load: no WebAssembly with reference types here, or it is not allowed',
  );
}

/** Starts the WebAssembly module, once; after a failure, or without memory, the next call tries again. */
export function startWasm(source: () => WasmSource | Promise<WasmSource>): Promise<EngineClass> {
  started ??= start(source).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

/** Makes the functions of the module throw a {@link VicinoError} when they break off. */
function guard(exports: WebAssembly.Exports): WebAssembly.Exports {
  const guarded = Object.entries(exports).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const call = (...given: unknown[]) => {
      try {
        return value(...given);
      } catch (cause) {
        // Too many calls within one another, of a predicate.
        if (cause instanceof RangeError) throw cause;
        // Nothing in it panics, so there was no memory; what it was doing is never given back. The next model gets an
        // instance of its own.
        started = undefined;
        throw outOfMemory(cause);
      }
    };
    return [name, call];
  });
  return Object.fromEntries(guarded);
}

const outOfMemory = (cause: unknown) =>
  new VicinoError(
    'memory',
    'WebAssembly got no more memory; free what is not needed, or load a smaller model',
    { cause },
  );

async function start(source: () => WasmSource | Promise<WasmSource>): Promise<EngineClass> {
  let given: WasmSource | undefined;
  let bytes: BufferSource | undefined;
  const compile = (found: BufferSource) => {
    bytes = found;
    return WebAssembly.compile(found);
  };
  try {
    given = await source();
    const module = isModule(given)
      ? given
      : isBuffer(given)
        ? await compile(given)
        : await download(given, compile);
    // The build makes it a function of these two.
    return await (instantiate as unknown as Instantiate)(module, guard);
  } catch (cause) {
    if (cause instanceof RangeError) throw outOfMemory(cause);
    const words = await import('./wasm-problem.js').catch(() => undefined);
    const message =
      words?.explain(given, cause, bytes) ?? `the WebAssembly module did not load: ${cause}`;
    throw new VicinoError('wasm', message, { cause });
  }
}

/** Compiles the module while it arrives, or its bytes. */
async function download(
  address: string | URL,
  compile: (bytes: BufferSource) => Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  let response = checkResponse(await request(address));
  try {
    return await WebAssembly.compileStreaming(response);
  } catch {
    // Streaming wants one exact content type and the browser's own Response; bytes want neither.
    if (response.bodyUsed) response = checkResponse(await request(address));
    return compile(await response.arrayBuffer());
  }
}

/** Bytes of a file, and their address if it is known. */
export interface Loaded {
  readonly bytes: Uint8Array;
  readonly url?: string;
}

/** Reads the bytes of a model. */
export async function readModel(
  given: ModelSource | PromiseLike<ModelSource>,
  { signal, maxBytes = 8_388_608 }: Pick<LoadOptions, 'signal' | 'maxBytes'> = {},
): Promise<Loaded> {
  const source = await given;
  const tooLarge = (what: string) =>
    new VicinoError(
      'model-too-large',
      `${what}: larger than ${maxBytes} bytes, which the option \`maxBytes\` allows`,
    );
  if (isBuffer(source)) {
    if (source.byteLength > maxBytes) throw tooLarge('load');
    return {
      bytes: ArrayBuffer.isView(source)
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : new Uint8Array(source),
    };
  }
  const isResponse = isAnswer(source);
  if (!isResponse && !isAddress(source)) {
    throw new VicinoError(
      'option-invalid',
      'load: expected the address of a model, a Response, an ArrayBuffer or a Uint8Array',
    );
  }
  if (isResponse && source.bodyUsed) {
    throw new VicinoError('option-invalid', 'load: the body of this Response was read before');
  }
  const response = checkResponse(isResponse ? source : await request(source, signal));
  const url = response.url || 'the given Response';
  try {
    return { bytes: await readBody(response, maxBytes, () => tooLarge(url)), url };
  } catch (cause) {
    if (cause instanceof VicinoError) throw cause;
    throw signal?.aborted ? abortError(signal) : networkError(url, cause);
  }
}

/** Tells a `Response` by what it has, since one of a polyfill or of another window is of another class. */
function isAnswer(source: unknown): source is Response {
  const parts = Object(source);
  return 'bodyUsed' in parts && 'status' in parts;
}

/** Settles like `promise`, or rejects as soon as the signal fires. */
export function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function request(url: string | URL, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    throw signal?.aborted ? abortError(signal) : networkError(String(url), cause);
  }
}

function checkResponse(response: Response): Response {
  if (!response.ok) {
    const { url, status, statusText } = response;
    throw new VicinoError('http', `${url}: the server answered ${status} ${statusText}`.trimEnd(), {
      url,
      status,
    });
  }
  return response;
}

function networkError(url: string, cause: unknown): VicinoError {
  return new VicinoError('network', `${url}: no answer from the server`, { url, cause });
}

function abortError(signal: AbortSignal): VicinoError {
  return new VicinoError('aborted', 'load: aborted', { cause: signal.reason });
}
