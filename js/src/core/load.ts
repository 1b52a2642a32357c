import init from '../../wasm/vicino.js';
import { VicinoError } from './errors.js';
import { isBuffer } from './options.js';
import type { LoadOptions, ModelSource } from './types.js';

type WasmSource = NonNullable<LoadOptions['wasm']>;

let started: Promise<void> | undefined;

/** Returns true if a module with the features that this library needs may be compiled and run. */
export function isSupported(): boolean {
  try {
    // `(type (func (param externref)))`
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 111, 0);
    // WebKit applies a content security policy to instances only, not to compiling.
    return !!new WebAssembly.Instance(new WebAssembly.Module(bytes));
  } catch {
    return false;
  }
}

/** Starts the WebAssembly module, once; after a failure the next call tries again. */
export function startWasm(source: () => WasmSource | Promise<WasmSource>): Promise<void> {
  started ??= start(source).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(source: () => WasmSource | Promise<WasmSource>): Promise<void> {
  const given = await source();
  try {
    const module = given instanceof WebAssembly.Module ? given : await compile(given);
    await init({ module_or_path: module });
  } catch (cause) {
    const from = typeof given === 'string' || given instanceof URL ? ` from ${given}` : '';
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VicinoError(
      'wasm',
      `the WebAssembly module${from} did not load: ${why}; check the address, and that a content security policy allows 'wasm-unsafe-eval'`,
      { cause },
    );
  }
}

async function compile(source: string | URL | BufferSource): Promise<WebAssembly.Module> {
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source);
  const response = checkResponse(await request(source));
  // Without the right content type, streaming is not possible, but all else is.
  return response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** Bytes of a file, and their address if it is known. */
export interface Loaded {
  readonly bytes: Uint8Array;
  readonly url?: string;
}

/** Reads the bytes of a model. */
export async function readModel(
  given: ModelSource | PromiseLike<ModelSource>,
  signal?: AbortSignal,
): Promise<Loaded> {
  const source = await given;
  if (ArrayBuffer.isView(source)) {
    return { bytes: new Uint8Array(source.buffer, source.byteOffset, source.byteLength) };
  }
  if (isBuffer(source)) return { bytes: new Uint8Array(source) };
  const isResponse = source instanceof Response;
  if (!isResponse && !(source instanceof URL) && (typeof source !== 'string' || source === '')) {
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
    return { bytes: new Uint8Array(await response.arrayBuffer()), url };
  } catch (cause) {
    throw signal?.aborted ? abortError(signal) : networkError(url, cause);
  }
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
