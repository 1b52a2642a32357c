import type { AnyRecommender } from '../bindings/binding-core.js';
import { isFunction } from '../bindings/checks.js';
import {
  type Check,
  type Checks,
  checkOptions,
  checkValue,
  isBoolean,
  isNumberIn,
} from '../core/check.js';
import type { LoadOptions } from '../core/index.js';

/** Options of loading by a manifest. */
export interface DeliveryOptions<R extends AnyRecommender = AnyRecommender> extends LoadOptions {
  /**
   * Hours between two checks for a newer model, across pages: 0 checks on every page, `Infinity` never after the first
   * load. Default: 24.
   */
  checkHours?: number;
  /** Ed25519 public key, 32 bytes in base64; models without its signature are rejected. */
  publicKey?: string;
  /**
   * Rejects a model that became the current one earlier than the newest model that this browser has taken by the same
   * manifest, so that nobody can bring back an old one. Only with `publicKey` is the time protected against forgery,
   * and the browser forgets it with the site's data. Default: false.
   */
  refuseOlder?: boolean;
  /** Function that loads the bytes, such as `load` of `vicino/worker`. Default: `Recommender.load`. */
  load?: Load<R>;
  /** Called after the recommender has switched to a newer model. */
  onUpdate?: (recommender: R) => void;
  /** Called with the error if a newer model is rejected or does not load; the recommender keeps its model. */
  onError?: (error: unknown) => void;
}

/** Function that makes a recommender of the bytes of a model. */
type Load<R> = (bytes: Uint8Array, options: LoadOptions) => Promise<R>;

const isKey: Check = (value) =>
  typeof value === 'string' && /^[a-z\d+/]{43}=$/i.test(value) ? undefined : '32 bytes in base64';

/** Checks of the options that are not those of `load`. */
const OWN: Checks = {
  checkHours: isNumberIn(0, Infinity),
  publicKey: isKey,
  refuseOlder: isBoolean,
  load: isFunction,
  onUpdate: isFunction,
  onError: isFunction,
};

/** Throws unless the options have allowed values; `load` checks those that are its own. */
export function checkDelivery(options: object): void {
  const own = Object.entries(Object(options)).filter(([name]) => Object.hasOwn(OWN, name));
  checkOptions('loadManifest', options && Object.fromEntries(own), OWN);
  // A key from a misspelt variable would check nothing.
  if ('publicKey' in options) checkValue('loadManifest', options.publicKey, isKey, 'publicKey');
}
