/** What went wrong; stable, for code to compare with. */
export type ErrorCode =
  /** The caller's `AbortSignal` fired; the error's `name` is `AbortError`. */
  | 'aborted'
  /** A recommender was used after `free()`. */
  | 'freed'
  /** A text that was to be imported is not a history. */
  | 'history-invalid'
  /** The server answered with an error; see `url` and `status`. */
  | 'http'
  /** What lies at the address is no manifest of this version. */
  | 'manifest-invalid'
  /** The model's bytes are damaged: a checksum differs or a value is impossible. */
  | 'model-corrupt'
  /** The model file holds no bytes. */
  | 'model-empty'
  /** The bytes are not a model of this library. */
  | 'model-foreign'
  /** A newer trainer wrote the model; update the package. */
  | 'model-newer'
  /** The model's bytes end too early. */
  | 'model-truncated'
  /** The model is not the one that the manifest names, or not signed by the page's key. */
  | 'model-unverified'
  /** No answer came from the server. */
  | 'network'
  /** Something was requested while `assertNoNetwork` watched. */
  | 'network-used'
  /** An HTML page came instead of a model. */
  | 'not-a-model'
  /** An argument or an option has a value that is not allowed. */
  | 'option-invalid'
  /** An option has a name that is not known. */
  | 'option-unknown'
  /** This browser, or the page's content security policy, has no WebAssembly for the library. */
  | 'unsupported'
  /** The WebAssembly module did not load. */
  | 'wasm';

/** Every error that this library throws, except those of a caller's own predicate. */
export class VicinoError extends Error {
  /** What went wrong. */
  readonly code: ErrorCode;
  /** The address that was asked, for errors of loading. */
  readonly url?: string;
  /** The HTTP status, for `code` `http`. */
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
