// Messages for a WebAssembly module that does not start; loaded when there is one.
import type { LoadOptions } from './types.js';

const COPY =
  "the build did not take the file along: `import 'vicino/inline'` has it in the script, or pass its address as `wasm`";

/** Describes why the module did not start, by what was given, what went wrong and the bytes if there are any. */
export function explain(
  given: LoadOptions['wasm'],
  cause: unknown,
  bytes: BufferSource | undefined,
): string {
  const address = typeof given === 'string' || given instanceof URL ? String(given) : undefined;
  return `the WebAssembly module${address ? ` from ${address}` : ''} did not load: ${reason(address, cause, bytes)}`;
}

function reason(address: string | undefined, cause: unknown, bytes: BufferSource | undefined) {
  const { code, status, message, name } = Object(cause);
  const start =
    bytes && new Uint8Array(ArrayBuffer.isView(bytes) ? bytes.buffer : bytes).subarray(0, 2);
  const isPage = start?.[0] === 0x3c;
  if (isPage || status === 404) {
    const found = isPage ? 'a web page (HTML) came instead' : 'the server answered 404';
    return address?.includes('/.vite/deps/')
      ? `${found}; Vite has bundled the package beforehand and left the file: set \`optimizeDeps: { exclude: ['vicino'] }\` in its configuration`
      : `${found}; ${COPY}`;
  }
  if (code === 'http') return `${message}; check the rights of the file`;
  if (code === 'network') {
    return 'no answer came; offline, a content security policy without the address in connect-src, or another origin without access-control-allow-origin';
  }
  if (start?.[0] === 0x1f && start[1] === 0x8b) {
    return 'it is compressed, but the server does not say so; it needs the header content-encoding: gzip';
  }
  if (name === 'LinkError') {
    return `it is of another version than the script (${message}); upload both of the same version`;
  }
  if (/unsafe-eval|Content.Security.Policy|\bCSP\b/i.test(message)) return `${message}; ${POLICY}`;
  if (/code generation|embedder/i.test(message)) {
    return `${message}; this server runs only modules that are deployed with the script: ${MODULE}`;
  }
  if (address === undefined && !bytes) return `${message ?? cause}; ${COPY}`;
  return `${message ?? cause}; the file is damaged: upload it again, in binary`;
}

const POLICY = "the content security policy needs 'wasm-unsafe-eval' in script-src";
const MODULE = "`import wasm from 'vicino/vicino.wasm'`, then `load(source, { wasm })`";

/** Describes why WebAssembly does not work here. */
export function whyUnsupported(): string {
  if (typeof WebAssembly !== 'object')
    return 'load: this browser has no WebAssembly, or it is switched off';
  try {
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch (error) {
    const why = String((error as Error)?.message ?? error);
    return /code generation|embedder/i.test(why) && !/unsafe-eval|policy/i.test(why)
      ? `load: no WebAssembly may be compiled here (${why}); pass one that is compiled: ${MODULE}`
      : `load: ${why}; ${POLICY}`;
  }
  return 'load: this browser has WebAssembly, but without reference types; it is too old';
}
