// What asks the network for a manifest and its models; most pages have a model and do without.
import type { AnyRecommender } from '../bindings/binding-core.js';
import { VicinoError } from '../core/errors.js';
import type { Recommender } from '../core/index.js';
import { download } from './download.js';
import { type Kept, timeOf } from './kept.js';
import { readManifest } from './manifest.js';
import { checkFile, isFinal, type Named, unverified } from './model-file.js';
import type { DeliveryOptions } from './options.js';

/** Default of `maxBytes`, as in `load`. */
const MOST_BYTES = 8_388_608;

/** Page that loads by a manifest. */
export interface Page<R extends AnyRecommender> {
  /** Address of the manifest. */
  readonly address: string;
  readonly options: DeliveryOptions<R>;
  readonly kept: Kept;
  /** Makes a recommender of the bytes of a model. */
  open(bytes: Promise<Uint8Array>): Promise<R>;
  /** Throws if the page has a key, and the model no signature of it. */
  checkSignature(model: Named): Promise<void>;
  /** Checks for a newer model when it is time. */
  checkLater(recommender: R): void;
}

/** Downloads and opens the current model, or the one before if that fails. */
export async function openNamed<R extends AnyRecommender>(page: Page<R>): Promise<R> {
  const { address, options } = page;
  const open = (bytes: Promise<Uint8Array>) => page.open(bytes);
  const [current, previous] = await readManifest(address, options.signal);
  return take(page, current as Named, open).catch((error) => {
    if (!previous || isFinal(error)) throw error;
    options.onError?.(error);
    return take(page, previous, open).catch(() => {
      throw error;
    });
  });
}

/** Checks for a newer model, and switches the recommender to it; a check later follows. */
export async function check<R extends AnyRecommender>(
  page: Page<R>,
  recommender: R,
): Promise<void> {
  const { address, options, kept } = page;
  const { checkHours = 24, refuseOlder, onUpdate, onError } = options;
  try {
    const [current] = (await readManifest(address)) as [Named];
    const [own] = kept.known.models;
    // With another time it has another signature, which may count for more.
    const isSame = current.sha256 === own?.sha256;
    if (isSame && (!refuseOlder || current.created === own.created)) {
      await kept.keep(kept.known.models);
    } else {
      await take(page, current, async (bytes) => {
        await (recommender as unknown as Recommender).replaceModel(await bytes);
        return recommender;
      });
      onUpdate?.(recommender);
    }
  } catch (error) {
    if ((error as VicinoError).code === 'freed') return;
    await kept.keep(kept.known.models);
    onError?.(error);
  }
  if (checkHours > 0) page.checkLater(recommender);
}

/** Downloads a model, passes its bytes to `use` and keeps it. */
async function take<R extends AnyRecommender>(
  page: Page<R>,
  model: Named,
  use: (bytes: Promise<Uint8Array>) => Promise<R>,
): Promise<R> {
  const { kept } = page;
  let copy: Response | undefined;
  const bytes = checked(page, model).then((bytes) => {
    // Loading may hand the bytes over to a worker.
    copy = new Response(bytes.slice() as BufferSource);
    return bytes;
  });
  const recommender = await use(bytes);
  const others = kept.known.models.filter(({ url }) => url !== model.url);
  await kept.keep([model, ...others], copy);
  return recommender;
}

/** Downloads a model, and checks it against the manifest, the key and the models before. */
async function checked<R extends AnyRecommender>(page: Page<R>, model: Named): Promise<Uint8Array> {
  const { refuseOlder, signal, maxBytes = MOST_BYTES } = page.options;
  const { url, created } = model;
  if (model.bytes > maxBytes) {
    const why = `larger than ${maxBytes} bytes, which the option \`maxBytes\` allows`;
    throw new VicinoError('model-too-large', `${url}: ${why}`, { url });
  }
  if (refuseOlder && !(timeOf(model) >= page.kept.known.newestMs)) {
    throw unverified(url, `its time, ${created}, is before that of a model taken earlier`);
  }
  await page.checkSignature(model);
  const ask = async (cache?: RequestCache) => {
    const bytes = await download(url, model.bytes, signal, cache);
    await checkFile(model, bytes);
    return bytes;
  };
  // A cache that keeps the model for good may have kept a wrong answer for good.
  return ask().catch((error) => {
    if (error.code !== 'model-unverified') throw error;
    return ask('reload');
  });
}
