import init from '../wasm/vicino.js';
import { VicinoError } from './errors.js';
import { isBuffer } from './options.js';
import type { LoadOptions, ModelSource } from './types.js';

type WasmSource = NonNullable<LoadOptions['wasm']>;

let started: Promise<void> | undefined;

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
  // A server that does not know the type must not cost more than the streaming.
  return response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** Gets the bytes of a model, or says why what came cannot be one. */
export async function readModel(source: ModelSource, signal?: AbortSignal): Promise<Uint8Array> {
  if (isBuffer(source)) {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    return checkBytes(bytes, 'the given bytes');
  }
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
  const url = response.url || (isResponse ? 'the given Response' : String(source));
  if (response.headers.get('content-type')?.startsWith('text/html')) throw notAModel(url);
  let bytes: ArrayBuffer;
  try {
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw signal?.aborted ? abortError(signal) : networkError(url, cause);
  }
  return checkBytes(new Uint8Array(bytes), url);
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

function checkBytes(bytes: Uint8Array, from: string): Uint8Array {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200)).trimStart().toLowerCase();
  if (/^(\u00ef\u00bb\u00bf)?\s*(<!doctype html|<html|<head|<!--)/.test(start)) throw notAModel(from);
  return bytes;
}

function notAModel(url: string): VicinoError {
  return new VicinoError(
    'not-a-model',
    `${url}: this looks like an HTML page, not a model; a server often answers so when the file is missing`,
    { url },
  );
}

function networkError(url: string, cause: unknown): VicinoError {
  return new VicinoError('network', `${url}: no answer from the server`, { url, cause });
}

function abortError(signal: AbortSignal): VicinoError {
  return new VicinoError('aborted', 'load: aborted', { cause: signal.reason });
}
