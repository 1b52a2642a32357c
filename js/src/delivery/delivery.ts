import type { AnyRecommender } from '../bindings/binding-core.js';
import { missingScript } from '../core/errors.js';
import type { Kept } from './kept.js';
import { checkFile, isFinal, type Named, read } from './model-file.js';
import type { DeliveryOptions } from './options.js';
import type { Page } from './updates.js';

/** The entry that ranks. */
type Core = typeof import('../core/index.js');

const HOUR_MS = 3_600_000;

/** Loading by one manifest: what a page does that has a model. What asks the network is a script of its own. */
export class Delivery<R extends AnyRecommender> implements Page<R> {
  readonly address: string;
  readonly options: DeliveryOptions<R>;
  readonly kept: Kept;
  readonly #core: Promise<Core> | undefined;

  constructor(address: string, options: DeliveryOptions<R>, kept: Kept) {
    this.address = address;
    this.options = options;
    this.kept = kept;
    // The ranker loads while the model loads.
    this.#core = options.load ? undefined : import('../core/index.js').catch(missingScript);
    this.#core?.catch(() => {});
  }

  /** Opens the newest kept model that is not damaged; `undefined` if there is none. */
  async openKept(): Promise<R | undefined> {
    for (const [at, model] of this.kept.known.models.entries()) {
      try {
        const recommender = await this.open(this.#read(model));
        // A damaged model is downloaded again.
        if (at > 0) this.kept.drop(at);
        return recommender;
      } catch (error) {
        if (isFinal(error)) throw error;
      }
    }
    return undefined;
  }

  /** Downloads and opens the model that the manifest names. */
  async openNamed(): Promise<R> {
    return (await updates()).openNamed(this);
  }

  /** Checks for a newer model as soon as the hours of `checkHours` are over. */
  checkLater(recommender: R): void {
    const { checkHours = 24, onError } = this.options;
    const age = Date.now() - this.kept.known.checkedMs;
    // A check to come was noted by a clock that was wrong.
    const wait = age < 0 ? 0 : checkHours * HOUR_MS - age;
    if (wait > 0) {
      // No timer counts further than 24 days.
      const ms = Math.min(Math.max(wait, 60_000), 2 ** 31 - 1);
      const timer = setTimeout(() => this.checkLater(recommender), ms);
      // Node would wait for it.
      (timer as { unref?: () => void }).unref?.();
    } else {
      updates().then(
        ({ check }) => check(this, recommender),
        (error) => onError?.(error),
      );
    }
  }

  /** Makes a recommender of the bytes of a model. */
  async open(bytes: Promise<Uint8Array>): Promise<R> {
    const { checkHours, publicKey, refuseOlder, load, onUpdate, onError, ...loading } =
      this.options;
    bytes.catch(() => {});
    if (load) return load(await bytes, loading);
    const { Recommender } = (await this.#core) as Core;
    return Recommender.load(bytes, loading) as Promise<AnyRecommender> as Promise<R>;
  }

  /** Throws if the page has a key, and the model no signature of it. */
  async checkSignature(model: Named): Promise<void> {
    const { publicKey } = this.options;
    if (publicKey === undefined) return;
    const { checkSignature } = await import('./signature.js').catch(missingScript);
    await checkSignature(model, publicKey);
  }

  async #read(model: Named): Promise<Uint8Array> {
    await this.checkSignature(model);
    const bytes = await read((await this.kept.get(model)) ?? new Response(), model.bytes);
    await checkFile(model, bytes);
    return bytes;
  }
}

const updates = () => import('./updates.js').catch(missingScript);
