// The WebAssembly module as text.

/** The module in Base64, which the build puts here. */
declare const MODULE: string;

/** Decodes the bytes of the module. */
export const decodeModule = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(MODULE), (letter) => letter.charCodeAt(0));
