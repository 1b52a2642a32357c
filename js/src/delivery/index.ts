/**
 * Loads the model that a manifest of `vicino manifest` names, checks it, and takes newer ones while the page runs.
 *
 * @packageDocumentation
 */

import type { Ranks } from '../bindings/binding-core.js';
import { VicinoError } from '../core/errors.js';
import type { LoadOptions, Recommender } from '../core/index.js';

/** How to load by a manifest. */
export interface DeliveryOptions<R extends Ranks = Ranks> extends LoadOptions {
  /**
   * How many hours to go without asking for a newer model, pages before this one included: 0 asks on every page,
   * `Infinity` never after the first. Default: 24.
   */
  checkHours?: number;
  /** Base64 of the 32 bytes of an Ed25519 key: only models that it has signed are taken. */
  publicKey?: string;
  /** Loads the bytes, such as `load` of `vicino/worker`. Default: `Recommender.load`. */
  load?: Load<R>;
  /** Called after a newer model was taken. */
  onUpdate?: (recommender: R) => void;
  /** Hears why a newer model was not taken; the one before goes on. */
  onError?: (error: unknown) => void;
}

/** Makes a recommender of the bytes of a model. */
type Load<R> = (bytes: Uint8Array, options: LoadOptions) => Promise<R>;

/** A model that a manifest named. */
interface Named {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly signature?: { readonly publicKey: string; readonly value: string } | undefined;
}

/** What is remembered between pages: the models that were taken, newest first, and when that was asked last. */
interface Remembered {
  readonly checkedMs: number;
  readonly models: readonly Named[];
}

const HOUR_MS = 3_600_000;
/** The current one, and the one before. */
const NUM_KEPT = 2;

/**
 * Loads the model that is kept from earlier pages, if there is one, and asks for a newer one afterwards; else the one
 * that the manifest names, or the one before if that is damaged. The recommender stays the same when its model is
 * replaced, and so does its history. Rejects with a {@link VicinoError}.
 */
export async function loadManifest<R extends Ranks = Recommender>(
  manifestUrl: string | URL,
  options: DeliveryOptions<R> = {},
): Promise<R> {
  const { checkHours = 24, publicKey, load, onUpdate, onError, ...loading } = options;
  const { signal } = loading;
  const address = new URL(manifestUrl, globalThis.document?.baseURI).href;
  if (!globalThis.crypto?.subtle) {
    throw new VicinoError(
      'unsupported',
      'loadManifest: checking a model needs a page served by https',
    );
  }
  const cache = await globalThis.caches?.open(`vicino:models ${address}`).catch(() => undefined);
  let known: Remembered = { checkedMs: 0, models: [] };
  try {
    known = (await (await cache?.match(address))?.json()) ?? known;
  } catch {
    // As if nothing was there.
  }

  // What ranks is loaded while the model travels.
  const core = load ? undefined : import('../core/index.js');
  core?.catch(() => {});
  const open = async (bytes: Promise<Uint8Array>): Promise<R> => {
    const Recommender = (await core)?.Recommender;
    if (!Recommender) return (load as Load<R>)(await bytes, loading);
    return Recommender.load(bytes, loading) as Promise<Ranks> as Promise<R>;
  };
  const remember = async (models: readonly Named[], response?: Response) => {
    known = { checkedMs: Date.now(), models: models.slice(0, NUM_KEPT) };
    try {
      if (response) await cache?.put(models[0]?.url ?? '', response);
      await cache?.put(address, new Response(JSON.stringify(known)));
      for (const { url } of models.slice(NUM_KEPT)) await cache?.delete(url);
    } catch {
      // A full disk costs the next page a download.
    }
  };
  /** Bytes of a model that are what the manifest says. */
  const get = async (model: Named, isKept?: boolean): Promise<Uint8Array> => {
    const response = isKept ? await cache?.match(model.url) : await request(model.url, signal);
    const bytes = new Uint8Array((await response?.arrayBuffer()) ?? []);
    await verify(model, bytes, publicKey);
    return bytes;
  };
  const take = async (
    model: Named,
    use: (bytes: Promise<Uint8Array>) => Promise<R>,
  ): Promise<R> => {
    let copy: Response | undefined;
    const bytes = get(model).then((bytes) => {
      // Loading may give the bytes away.
      copy = new Response(bytes.slice());
      return bytes;
    });
    bytes.catch(() => {});
    const ranks = await use(bytes);
    const others = known.models.filter(({ url }) => url !== model.url);
    await remember([model, ...others], copy);
    return ranks;
  };

  let ranks: R | undefined;
  for (const [at, model] of known.models.entries()) {
    try {
      const bytes = get(model, true);
      bytes.catch(() => {});
      ranks = await open(bytes);
      // What is damaged is as good as gone, and asked for again.
      if (at > 0) known = { checkedMs: 0, models: known.models.slice(at) };
      break;
    } catch (error) {
      if ((error as VicinoError).code === 'aborted') throw error;
    }
  }
  if (!ranks) {
    const [current, ...before] = await readManifest(address, signal);
    ranks = await take(current as Named, open).catch((error: VicinoError) => {
      const [previous] = before;
      if (!previous || error.code === 'aborted' || error.code === 'unsupported') throw error;
      onError?.(error);
      return take(previous, open).catch(() => {
        throw error;
      });
    });
  }

  const recommender = ranks;
  const later = () => {
    const wait = known.checkedMs + checkHours * HOUR_MS - Date.now();
    // No timer counts further than 24 days.
    if (wait > 0) setTimeout(later, Math.min(Math.max(wait, 60_000), 2 ** 31 - 1));
    else void check();
  };
  const check = async () => {
    try {
      const [current] = (await readManifest(address)) as [Named];
      if (current.sha256 === known.models[0]?.sha256) {
        await remember(known.models);
      } else {
        await take(current, async (bytes) => {
          await (recommender as unknown as Recommender).replaceModel(await bytes);
          return recommender;
        });
        onUpdate?.(recommender);
      }
    } catch (error) {
      if ((error as VicinoError).code === 'freed') return;
      await remember(known.models);
      onError?.(error);
    }
    if (checkHours > 0) later();
  };
  later();
  return recommender;
}

/** The models that a manifest names, the current one first. */
async function readManifest(address: string, signal?: AbortSignal): Promise<Named[]> {
  const response = await request(address, signal, 'no-cache');
  const manifest = await response.json().catch(() => undefined);
  const { format, version, model, previous, signature } = manifest ?? {};
  if (format !== 'vicino-manifest' || version !== 1 || typeof model?.url !== 'string') {
    throw new VicinoError(
      'manifest-invalid',
      `${address}: expected a manifest of version 1, as \`vicino manifest\` writes it`,
      { url: address },
    );
  }
  const named = ({ url, bytes, sha256 }: Named, signature?: Named['signature']): Named => ({
    ...{ url: new URL(url, address).href, bytes, sha256 },
    signature,
  });
  return [named(model, signature), ...(previous ? [named(previous)] : [])];
}

/** Throws unless the bytes are those that were named, and signed if there is a key. */
async function verify(
  model: Named,
  bytes: Uint8Array,
  publicKey: string | undefined,
): Promise<void> {
  const refuse = (why: string) => {
    throw new VicinoError('model-unverified', `${model.url}: ${why}`, { url: model.url });
  };
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  if (bytes.length !== model.bytes || `sha256-${toBase64(digest)}` !== model.sha256) {
    refuse(
      `not the file that the manifest names; ${bytes.length} bytes came, expected ${model.bytes}`,
    );
  }
  if (publicKey === undefined) return;
  const { signature } = model;
  if (signature?.publicKey !== publicKey) refuse('not signed by the key of this page');
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const message = new TextEncoder().encode(`vicino-model-v1\n${hex}`);
  let isGenuine: boolean | undefined;
  try {
    const key = fromBase64(publicKey);
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    const value = fromBase64(signature?.value ?? '');
    isGenuine = await crypto.subtle.verify('Ed25519', imported, value, message);
  } catch (cause) {
    refuse(`its signature cannot be checked: ${cause}`);
  }
  if (!isGenuine) refuse('its signature is not that of the key of this page');
}

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

async function request(url: string, signal?: AbortSignal, cache?: RequestCache): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...(signal && { signal }), ...(cache && { cache }) });
  } catch (cause) {
    if (signal?.aborted)
      throw new VicinoError('aborted', 'load: aborted', { cause: signal.reason });
    throw new VicinoError('network', `${url}: no answer from the server`, { url, cause });
  }
  if (response.ok) return response;
  const { status, statusText } = response;
  const what = `${url}: the server answered ${status} ${statusText}`.trimEnd();
  throw new VicinoError('http', what, { url, status });
}
