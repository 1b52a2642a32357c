/**
 * The error of this package alone, for pages that load the rest later and compare with `instanceof`.
 *
 * @packageDocumentation
 */

/** Code of an error; stable, for programs to compare with. */
export type ErrorCode =
  /** The caller's `AbortSignal` fired; the error's `name` is `AbortError`. */
  | 'aborted'
  /** The call came from a predicate of `where`, while a list was made that it would change. */
  | 'busy'
  /** A recommender was used after `free()`. */
  | 'freed'
  /** The text to import is not a history. */
  | 'history-invalid'
  /** The server answered with an error; see `url` and `status`. */
  | 'http'
  /** The file at the address is not a manifest of this version. */
  | 'manifest-invalid'
  /** WebAssembly got no memory, or none beyond its limit. */
  | 'memory'
  /** The model's bytes are damaged: a checksum differs or a value is impossible. */
  | 'model-corrupt'
  /** The model file holds no bytes. */
  | 'model-empty'
  /** The bytes are not a model of this library. */
  | 'model-foreign'
  /** The model is larger than `maxBytes`. */
  | 'model-too-large'
  /** A newer trainer wrote the model; update the package. */
  | 'model-newer'
  /** The model's bytes end too early. */
  | 'model-truncated'
  /** The model is not the one that the manifest names, or not signed by the page's key. */
  | 'model-unverified'
  /** The server did not answer. */
  | 'network'
  /** A request was made while `assertNoNetwork` watched. */
  | 'network-used'
  /** The server sent an HTML page instead of a model. */
  | 'not-a-model'
  /** An argument or an option has a value that is not allowed. */
  | 'option-invalid'
  /** An option has an unknown name. */
  | 'option-unknown'
  /** A script of this package that is loaded when it is needed did not load. */
  | 'script'
  /** Data that was to be deleted may still be stored on the device. */
  | 'storage'
  /** This browser, or the page's content security policy, does not allow the WebAssembly that the library needs. */
  | 'unsupported'
  /** The WebAssembly module did not load. */
  | 'wasm';

/** Error of this library. Errors that a caller's own predicate throws are passed on as they are. */
export class VicinoError extends Error {
  /** Code of the error. */
  readonly code: ErrorCode;
  /** Address of the request, for errors of loading. */
  readonly url?: string;
  /** HTTP status, for the code `http`. */
  readonly status?: number;

  constructor(
    code: ErrorCode,
    message: string,
    details: { cause?: unknown; url?: string; status?: number } = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = code === 'aborted' ? 'AbortError' : 'VicinoError';
    this.code = code;
    if (details.url !== undefined) this.url = details.url;
    if (details.status !== undefined) this.status = details.status;
  }
}

/** Throws the error for a script of this package that did not load; for `import(...).catch`. */
export function missingScript(cause: unknown): never {
  throw new VicinoError(
    'script',
    `a script of this package did not load: ${(cause as Error | undefined)?.message ?? cause}`,
    { cause },
  );
}
