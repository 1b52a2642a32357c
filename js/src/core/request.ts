// Requests for a list: from options and the device to the words that src/web/request.rs reads.
import type { Engine } from '../../wasm/vicino.js';
import type { Device } from '../device/index.js';
import { DAY_MS } from '../device/state.js';
import type { ColumnNames } from './catalog.js';
import { ofItems, program } from './filter.js';
import { encodeRows, numbers } from './item-numbers.js';
import type { Candidate, Filter, ListOptions, RailRequest } from './types.js';
import {
  APART,
  bits,
  EXPLAIN,
  HAS_SEED,
  INCLUDE_SEEN,
  NO_FILLING,
  SOURCES,
  UNKNOWN,
} from './words.js';

/** Number of items of a list by default. */
export const DEFAULT_K = 12;

/** Options of one list. */
export type RequestOptions = Omit<RailRequest, 'name'>;

/** An item that a source starts from, with the words that the source needs besides. */
interface SourceItem {
  readonly id: string;
  readonly words?: readonly number[];
}

/** A request for one list. */
export interface ListRequest {
  /** Source of the scores. */
  readonly source: keyof typeof SOURCES;
  readonly items: readonly SourceItem[];
  /** Ids never to list; replaces `exclude` of `options`. */
  readonly exclude: readonly string[];
  /** Filters and predicates that must all hold; they replace `where` of `options`. */
  readonly filters: readonly Filter[];
  readonly predicates: readonly ((item: Candidate) => boolean)[];
  readonly options: RequestOptions;
}

/**
 * Makes the request for a list.
 *
 * `layers` are the options that `options` was merged from: `exclude` and `where` hold for all layers, while `options`
 * has only those of the last. `listed` are ids that rails above have listed, `seed` that of exploring by default.
 */
export function listRequest(
  device: Device,
  options: RequestOptions,
  layers: readonly ListOptions[],
  listed: readonly string[],
  seed: number,
  now: number,
): ListRequest {
  const { list, category, excludePurchased, explore } = options;
  const wheres = layers.flatMap(({ where }) => where ?? []);
  const filters = wheres.filter((where) => typeof where === 'object');
  if (category !== undefined && list === 'trending') filters.push({ category });
  const exclude = layers
    .flatMap(({ exclude }) => exclude ?? [])
    .concat(listed, device.history.notInterested());
  if (excludePurchased) {
    const withinDays = excludePurchased === true ? Infinity : excludePurchased.withinDays;
    exclude.push(...device.items('purchase', now - withinDays * DAY_MS));
  }
  return {
    source: list === 'becauseYouViewed' ? 'related' : list,
    items: sourceItems(device, options, now),
    exclude,
    filters,
    predicates: wheres.filter((where) => typeof where === 'function'),
    options: { ...options, ...(explore && options.seed === undefined && { seed }) },
  };
}

function sourceItems(device: Device, options: RequestOptions, now: number): readonly SourceItem[] {
  const { list, item, items = item === undefined ? [] : [item] } = options;
  if (list === 'buyItAgain') {
    return device.purchases(now).map(({ id, ages }) => ({
      id,
      words: [ages.length, ...ages.map(bits)],
    }));
  }
  return (list === 'recentlyViewed' ? device.items('view') : items).map((id) => ({ id }));
}

/** Encodes a request; ids that the model does not know are left out. */
export function encodeRequest(
  engine: Engine,
  names: ColumnNames,
  { source, items, exclude, filters, options }: ListRequest,
): Uint32Array {
  const { k = DEFAULT_K, includeSeen, explain, seed, days = 0, maxPerCategory = 0 } = options;
  const { diversity = 0, explore = 0, fatigue = NaN, boost = [], bury, pin = [] } = options;
  const { fallback = 'popular' } = options;
  const known = (ids: readonly string[]) =>
    [...numbers(engine, ids)].filter((item) => item !== UNKNOWN);
  const sized = (words: readonly number[]) => [words.length, ...words];
  const counted = (rows: readonly number[][]) => [rows.length, ...rows.flat()];
  const pins = pin.map((one, position) => (typeof one === 'string' ? { id: one, position } : one));
  const buried = bury && ('length' in bury ? ofItems(known(bury)) : program([bury], names));
  const flags =
    (includeSeen ? INCLUDE_SEEN : 0) |
    (explain ? EXPLAIN : 0) |
    (options.groupBy === false ? APART : 0) |
    (source === 'boughtTogether' && fallback !== 'popular' ? NO_FILLING : 0) |
    (seed === undefined ? 0 : HAS_SEED);
  return new Uint32Array(
    [
      [SOURCES[source], flags, k, seed ?? 0, days, maxPerCategory],
      [bits(diversity), bits(explore), bits(fatigue)],
      sized(known(exclude)),
      counted(encodeRows(engine, items, ({ words = [] }) => words)),
      counted(encodeRows(engine, pins, ({ position }) => [position])),
      filters.length ? sized(program(filters, names)) : [0],
      sized(buried ?? []),
      [boost.length],
      boost.flatMap(({ where, factor }) => [bits(factor), ...sized(program([where], names))]),
    ].flat(),
  );
}
