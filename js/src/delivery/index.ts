/**
 * Loads the model that a manifest of `vicino manifest` names, checks it, and takes newer ones while the page runs.
 *
 * @packageDocumentation
 */

import type { AnyRecommender } from '../bindings/binding-core.js';
import { VicinoError } from '../core/errors.js';
import type { LoadOptions, Recommender } from '../core/index.js';

/** Options of loading by a manifest. */
export interface DeliveryOptions<R extends AnyRecommender = AnyRecommender> extends LoadOptions {
  /**
   * Hours between two checks for a newer model, across pages: 0 checks on every page, `Infinity` never after the first
   * load. Default: 24.
   */
  checkHours?: number;
  /** Ed25519 public key, 32 bytes in base64; models without its signature are rejected. */
  publicKey?: string;
  /** Function that loads the bytes, such as `load` of `vicino/worker`. Default: `Recommender.load`. */
  load?: Load<R>;
  /** Called after the recommender has switched to a newer model. */
  onUpdate?: (recommender: R) => void;
  /** Called with the error if a newer model is rejected or does not load; the recommender keeps its model. */
  onError?: (error: unknown) => void;
}

/** Function that makes a recommender of the bytes of a model. */
type Load<R> = (bytes: Uint8Array, options: LoadOptions) => Promise<R>;

/** The entry that ranks. */
type Core = typeof import('../core/index.js');

/** A model that a manifest names. */
interface Named {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly signature?: { readonly publicKey: string; readonly value: string } | undefined;
}

/** Data kept between pages: the models in use, newest first, and the time of the last check. */
interface Remembered {
  readonly checkedMs: number;
  readonly models: readonly Named[];
}

const HOUR_MS = 3_600_000;
/** Number of models to keep: the current one, and the one before. */
const NUM_KEPT = 2;

/**
 * Loads the model kept from earlier pages and then checks for a newer one; without a kept model, loads the model that
 * the manifest names, or its predecessor if that one is damaged. A newer model replaces the old one in the same
 * recommender, and the history stays. Rejects with a {@link VicinoError}.
 */
export async function loadManifest<R extends AnyRecommender = Recommender>(
  manifestUrl: string | URL,
  options: DeliveryOptions<R> = {},
): Promise<R> {
  const address = new URL(manifestUrl, globalThis.document?.baseURI).href;
  if (!globalThis.crypto?.subtle) {
    throw new VicinoError(
      'unsupported',
      'loadManifest: checking a model needs a page served by https',
    );
  }
  const delivery = new Delivery(address, options, await ModelCache.open(address));
  const recommender = (await delivery.openKept()) ?? (await delivery.openNamed());
  delivery.checkLater(recommender);
  return recommender;
}

/** Models kept between pages, in the cache of one manifest. */
class ModelCache {
  readonly #address: string;
  readonly #cache: Cache | undefined;
  known: Remembered = { checkedMs: 0, models: [] };

  private constructor(address: string, cache: Cache | undefined) {
    this.#address = address;
    this.#cache = cache;
  }

  static async open(address: string): Promise<ModelCache> {
    const cache = await globalThis.caches?.open(`vicino:models ${address}`).catch(() => undefined);
    const own = new ModelCache(address, cache);
    try {
      own.known = (await (await cache?.match(address))?.json()) ?? own.known;
    } catch {
      // An unreadable cache counts as empty.
    }
    return own;
  }

  async get({ url }: Named): Promise<Response | undefined> {
    return this.#cache?.match(url);
  }

  /** Keeps the first models, and the time of now as that of the last check; `response` is of the first model. */
  async keep(models: readonly Named[], response?: Response): Promise<void> {
    this.known = { checkedMs: Date.now(), models: models.slice(0, NUM_KEPT) };
    try {
      if (response) await this.#cache?.put(models[0]?.url ?? '', response);
      await this.#cache?.put(this.#address, new Response(JSON.stringify(this.known)));
      for (const { url } of models.slice(NUM_KEPT)) await this.#cache?.delete(url);
    } catch {
      // If the disk is full, the next page has to download the model again.
    }
  }
}

/** The steps of loading by one manifest. */
class Delivery<R extends AnyRecommender> {
  readonly #address: string;
  readonly #options: DeliveryOptions<R>;
  readonly #cache: ModelCache;
  readonly #core: Promise<Core> | undefined;

  constructor(address: string, options: DeliveryOptions<R>, cache: ModelCache) {
    this.#address = address;
    this.#options = options;
    this.#cache = cache;
    // The ranker loads while the model loads.
    this.#core = options.load ? undefined : import('../core/index.js');
    this.#core?.catch(() => {});
  }

  /** Opens the newest kept model that is not damaged; `undefined` if there is none. */
  async openKept(): Promise<R | undefined> {
    const { models } = this.#cache.known;
    for (const [at, model] of models.entries()) {
      try {
        const recommender = await this.#open(this.#checked(model, this.#cache.get(model)));
        // A damaged model counts as missing, and is downloaded again.
        if (at > 0) this.#cache.known = { checkedMs: 0, models: models.slice(at) };
        return recommender;
      } catch (error) {
        if ((error as VicinoError).code === 'aborted') throw error;
      }
    }
    return undefined;
  }

  /** Downloads and opens the current model, or the one before if that fails. */
  async openNamed(): Promise<R> {
    const open = (bytes: Promise<Uint8Array>) => this.#open(bytes);
    const [current, previous] = await readManifest(this.#address, this.#options.signal);
    return this.#download(current as Named, open).catch((error: VicinoError) => {
      if (!previous || error.code === 'aborted' || error.code === 'unsupported') throw error;
      this.#options.onError?.(error);
      return this.#download(previous, open).catch(() => {
        throw error;
      });
    });
  }

  /** Checks for a newer model as soon as the hours of `checkHours` are over. */
  checkLater(recommender: R): void {
    const { checkHours = 24 } = this.#options;
    const wait = this.#cache.known.checkedMs + checkHours * HOUR_MS - Date.now();
    if (wait > 0) {
      // No timer counts further than 24 days.
      const ms = Math.min(Math.max(wait, 60_000), 2 ** 31 - 1);
      setTimeout(() => this.checkLater(recommender), ms);
    } else void this.#check(recommender);
  }

  async #check(recommender: R): Promise<void> {
    const { checkHours = 24, onUpdate, onError } = this.#options;
    const cache = this.#cache;
    try {
      const [current] = (await readManifest(this.#address)) as [Named];
      if (current.sha256 === cache.known.models[0]?.sha256) {
        await cache.keep(cache.known.models);
      } else {
        await this.#download(current, async (bytes) => {
          await (recommender as unknown as Recommender).replaceModel(await bytes);
          return recommender;
        });
        onUpdate?.(recommender);
      }
    } catch (error) {
      if ((error as VicinoError).code === 'freed') return;
      await cache.keep(cache.known.models);
      onError?.(error);
    }
    if (checkHours > 0) this.checkLater(recommender);
  }

  /** Downloads a model, passes its bytes to `use` and keeps it. */
  async #download(model: Named, use: (bytes: Promise<Uint8Array>) => Promise<R>): Promise<R> {
    let copy: Response | undefined;
    const bytes = this.#checked(model, request(model.url, this.#options.signal)).then((bytes) => {
      // Loading may hand the bytes over to a worker.
      copy = new Response(bytes.slice());
      return bytes;
    });
    const recommender = await use(bytes);
    const others = this.#cache.known.models.filter(({ url }) => url !== model.url);
    await this.#cache.keep([model, ...others], copy);
    return recommender;
  }

  /** Returns the bytes of a response, checked against the manifest. */
  async #checked(model: Named, response: Promise<Response | undefined>): Promise<Uint8Array> {
    const bytes = new Uint8Array((await (await response)?.arrayBuffer()) ?? []);
    await verify(model, bytes, this.#options.publicKey);
    return bytes;
  }

  async #open(bytes: Promise<Uint8Array>): Promise<R> {
    const { checkHours, publicKey, load, onUpdate, onError, ...loading } = this.#options;
    bytes.catch(() => {});
    if (load) return load(await bytes, loading);
    const core = (await this.#core) as Core;
    return core.Recommender.load(bytes, loading) as Promise<AnyRecommender> as Promise<R>;
  }
}

/** Reads the models that a manifest names, the current one first. */
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

/** Throws if the bytes differ from those that the manifest names, or if a key is given and did not sign them. */
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
