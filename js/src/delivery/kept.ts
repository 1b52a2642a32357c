import { asNamed, type Named } from './model-file.js';

/** Data kept between pages. */
interface Remembered {
  /** Time of the last check for a newer model. */
  readonly checkedMs: number;
  /** Time when the newest of all models so far became the current one. */
  readonly newestMs: number;
  /** Models in use, newest first. */
  readonly models: readonly Named[];
}

/** Number of models to keep: the current one, and the one before. */
const NUM_KEPT = 2;

/** Models kept between pages, in a cache that belongs to one manifest alone. */
export class Kept {
  readonly #address: string;
  #cache: Cache | undefined;
  #known: Remembered = { checkedMs: 0, newestMs: 0, models: [] };

  private constructor(address: string) {
    this.#address = address;
  }

  static async open(address: string): Promise<Kept> {
    const kept = new Kept(address);
    try {
      // In a frame without an origin even asking for `caches` throws.
      kept.#cache = await globalThis.caches?.open(`vicino:models ${address}`);
      kept.#known = believable(await (await kept.#cache?.match(address))?.json());
    } catch {
      // As if nothing was there.
    }
    return kept;
  }

  get known(): Remembered {
    return this.#known;
  }

  /** Counts the first models as damaged, and therefore the last check as too long ago. */
  drop(num: number): void {
    this.#known = { ...this.#known, checkedMs: 0, models: this.#known.models.slice(num) };
  }

  async get({ url }: Named): Promise<Response | undefined> {
    return this.#cache?.match(url);
  }

  /** Keeps the first models, and the time of now as that of the last check; `response` is of the first model. */
  async keep(models: readonly Named[], response?: Response): Promise<void> {
    const newestMs = Math.max(this.#known.newestMs, timeOf(models[0]) || 0);
    this.#known = { checkedMs: Date.now(), newestMs, models: models.slice(0, NUM_KEPT) };
    try {
      if (response) await this.#cache?.put(models[0]?.url ?? '', response);
      await this.#cache?.put(this.#address, new Response(JSON.stringify(this.#known)));
      for (const { url } of models.slice(NUM_KEPT)) await this.#cache?.delete(url);
    } catch {
      // If the disk is full, the next page has to download the model again.
    }
  }
}

/** Returns the time when a model became the current one, in ms; one to come counts as now, one that is none as NaN. */
export const timeOf = (model?: Named): number =>
  Math.min(Date.parse(model?.created ?? ''), Date.now());

/** Returns what an earlier page has kept, without what no page writes. */
function believable({ checkedMs, newestMs, models }: Remembered): Remembered {
  const time = (ms: number) => (ms >= 0 && ms <= Date.now() ? Number(ms) : 0);
  return {
    checkedMs: time(checkedMs),
    newestMs: time(newestMs),
    models: Array.isArray(models) ? models.flatMap((one) => asNamed(one) ?? []) : [],
  };
}
