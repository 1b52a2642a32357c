import { VicinoError } from '../core/errors.js';
import { download } from './download.js';
import { asNamed, type Named } from './model-file.js';

/** Size that no manifest has. */
const MOST_BYTES = 65_536;

/** Reads the models that a manifest names, the current one first. */
export async function readManifest(address: string, signal?: AbortSignal): Promise<Named[]> {
  const ask = async (cache: RequestCache) =>
    models(await download(address, MOST_BYTES, signal, cache), address);
  // A wrong answer that a cache has kept would be wrong each time.
  const found = (await ask('no-cache')) ?? (await ask('reload'));
  if (found) return found;
  throw new VicinoError(
    'manifest-invalid',
    `${address}: expected a manifest of version 1, as \`vicino manifest\` writes it`,
    { url: address },
  );
}

/** Returns the models of a manifest, or `undefined` if it is none. */
function models(bytes: Uint8Array, address: string): Named[] | undefined {
  try {
    const { format, version, model, previous, signature } = JSON.parse(
      new TextDecoder().decode(bytes),
    );
    const all = [{ ...model, signature }, ...(previous == null ? [] : [previous])];
    const named = all.flatMap((one) => asNamed(one, address) ?? []);
    if (format === 'vicino-manifest' && version === 1 && named.length === all.length) return named;
  } catch {}
  return undefined;
}
