import { type Check, checkValue, isIds, isText } from '../core/check.js';
import { missingScript } from '../core/errors.js';
import type { Controller } from './controller.js';
import type { Metrics } from './types.js';

const isVariants: Check = (...given) =>
  isIds(...given) ?? ((given[0] as unknown[]).length ? undefined : 'one variant or more');

/** Makes the metrics of a device. */
export const createMetrics = (controller: Controller): Metrics => ({
  async counts() {
    const { counts } = controller.requireState();
    return (await load()).rows(counts);
  },
  variant(experiment, variants) {
    let { seed } = controller.requireState();
    checkValue('variant', experiment, isText);
    checkValue('variant', variants, isVariants, 'variants');
    if (seed === undefined) {
      controller.pageSeed ??= (
        crypto.getRandomValues(new Uint32Array(1)) as unknown as [number]
      )[0];
      seed = controller.pageSeed;
      controller.changeLater((state) => {
        state.seed ??= controller.pageSeed;
      });
    }
    return variants[Math.floor(share(experiment, seed) * variants.length)] as string;
  },
  async flush(send, ...options) {
    controller.requireState();
    await (await load()).flush(controller, send, options);
  },
});

const load = () => import('./flush.js').catch(missingScript);

/** Returns a number from 0 up to 1 for an experiment and a seed (FNV-1a, then the finalizer of MurmurHash3). */
function share(experiment: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < experiment.length; at++) {
    hash = Math.imul(hash ^ experiment.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
