import { VicinoError } from '../core/errors.js';

/** A model that a manifest names. */
export interface Named {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Time when it became the current one, RFC 3339; protected by the signature. */
  readonly created: string;
  readonly signature?: { readonly publicKey?: unknown; readonly value?: unknown } | undefined;
}

/** Returns a model as a manifest or an earlier page names it, or `undefined` if a field is not what it has to be. */
export function asNamed(given: unknown, base?: string): Named | undefined {
  const { url, bytes, sha256, created, signature } = (given ?? {}) as Named;
  if (typeof url !== 'string' || typeof sha256 !== 'string') return undefined;
  if (!Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  try {
    return { url: new URL(url, base).href, bytes, sha256, created: String(created), signature };
  } catch {
    return undefined;
  }
}

/** Throws if the bytes are not the file that the manifest names. */
export async function checkFile({ url, ...model }: Named, bytes: Uint8Array): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  const sha256 = `sha256-${btoa(String.fromCharCode(...digest))}`;
  if (bytes.length === model.bytes && sha256 === model.sha256) return;
  const came = bytes.length > model.bytes ? 'more' : `${bytes.length} bytes`;
  throw unverified(
    url,
    `not the file that the manifest names; ${came} came, expected ${model.bytes}`,
  );
}

/** Returns true for an error that another model would not mend. */
export const isFinal = (error: unknown): boolean =>
  /^(aborted|memory|option|script|unsupported|wasm)/.test((error as VicinoError).code);

/** Makes the error of a model that must not be used. */
export const unverified = (url: string, why: string): VicinoError =>
  new VicinoError('model-unverified', `${url}: ${why}`, { url });

/** Reads a response until its end, or until there are more than `most` bytes. */
export async function read(response: Response, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  for (let length = 0; reader && length <= most; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    // The rest is not asked for; a failure to say so changes nothing.
    if (length > most) reader.cancel().catch(() => {});
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
