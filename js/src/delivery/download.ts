import { VicinoError } from '../core/errors.js';
import { read } from './model-file.js';

/** Requests a file and returns its bytes; of one that is longer than `most`, only somewhat more than that. */
export async function download(
  url: string,
  most: number,
  signal?: AbortSignal,
  cache?: RequestCache,
): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { ...(signal && { signal }), ...(cache && { cache }) });
    if (response.ok) return await read(response, most);
  } catch (cause) {
    if (signal?.aborted)
      throw new VicinoError('aborted', 'load: aborted', { cause: signal.reason });
    throw new VicinoError('network', `${url}: no answer from the server`, { url, cause });
  }
  const { status, statusText } = response;
  const what = `${url}: the server answered ${status} ${statusText}`.trimEnd();
  const hint = /\.vicino$/.test(url) ? '; it may not know the ending (docs/delivery.md)' : '';
  throw new VicinoError('http', what + hint, { url, status });
}
