import {
  type Check,
  type Checks,
  checkOptions,
  checkValue,
  isBoolean,
  isId,
  isIds,
  isIntegerIn,
  isOneOf,
  isString,
  isTime,
} from './check.js';
import type { EventKind, ForYouOptions, ListOptions, LoadOptions, RecordedEvent } from './types.js';

const KINDS: readonly EventKind[] = ['view', 'cart', 'purchase'];

const isWhere: Check = (value) => {
  if (typeof value === 'function') return undefined;
  const expected = 'a function, or { category } with a name or an array of names';
  if (typeof value !== 'object' || value === null) return expected;
  const { category } = value as { category?: unknown };
  const names: unknown[] = Array.isArray(category) ? category : [category];
  return Object.keys(value).join() === 'category' && names.every((name) => typeof name === 'string')
    ? undefined
    : expected;
};

const isWasm: Check = (value) =>
  (typeof value === 'string' && value !== '') ||
  value instanceof URL ||
  value instanceof WebAssembly.Module ||
  isBuffer(value)
    ? undefined
    : 'an address, the bytes of the module, or a WebAssembly.Module';

const LIST: Checks = {
  k: isIntegerIn(0, 1_000_000),
  exclude: isIds,
  where: isWhere,
  explain: isBoolean,
  seed: isIntegerIn(0, 4_294_967_295),
};

const FOR_YOU: Checks = { ...LIST, repeats: isBoolean };

const LOAD: Checks = {
  signal: (value) =>
    typeof (value as AbortSignal | null)?.addEventListener === 'function'
      ? undefined
      : 'an AbortSignal',
  wasm: isWasm,
  historyName: isString,
  historyLimit: isIntegerIn(1, 10_000),
  storage: isOneOf('auto', 'indexeddb', 'localstorage', 'memory'),
  keep: isBoolean,
};

const EVENT: Checks = { item: isId, kind: isOneOf(...KINDS), at: isTime };

/** Whether the value is an `ArrayBuffer` or a view of one, of whatever window. */
export function isBuffer(value: unknown): value is BufferSource {
  return (
    ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]'
  );
}

export function checkList(where: string, options: ListOptions): void {
  checkOptions(where, options, LIST);
}

export function checkForYou(where: string, options: ForYouOptions): void {
  checkOptions(where, options, FOR_YOU);
}

export function checkLoad(options: LoadOptions): void {
  checkOptions('load', options, LOAD);
}

export function checkEvent(event: RecordedEvent): void {
  checkOptions('record', event, EVENT);
  checkValue('record: `item`', event.item, isId);
}
