/**
 * The recommender in a worker, with the worker's script and the WebAssembly module in the page's script, for tools that
 * do not take files along. A content security policy needs `worker-src blob:`.
 *
 * @packageDocumentation
 */
export * from '../bindings/worker-client.js';

import { platform } from '../bindings/worker-client.js';
import { decodeModule } from './inline-module.js';

/** Text of the worker's script, which the build puts here. */
declare const WORKER_SCRIPT: string;

let address: string | undefined;

/** Returns the address of the script, the same for every worker. */
function script(): URL {
  address ??= URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: 'text/javascript' }));
  return new URL(address);
}

Object.assign(platform, { script, wasm: decodeModule } satisfies typeof platform);
