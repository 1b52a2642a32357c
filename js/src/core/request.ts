// A request for a list as words; src/web/engine.rs says what they mean.
import type { Engine } from '../../wasm/vicino.js';
import { type Names, NO_ITEM, numbers } from './catalog.js';
import { bits, ofItems, program } from './filter.js';
import type { Filter, ForYouOptions } from './types.js';

/** What the scores of a list come from: numbers of the sources. */
export const SOURCES = {
  forYou: 0,
  related: 1,
  boughtTogether: 2,
  similar: 3,
  trending: 4,
  recentlyViewed: 5,
  buyItAgain: 6,
} as const;

/** What a list is about. */
export interface About {
  list: keyof typeof SOURCES;
  /** Ids, each with the numbers that its source wants with it. */
  items?: readonly { id: string; values?: readonly number[] }[];
  days?: number | undefined;
}

/** The words of a request; `exclude` and `filters` hold all that there is of them, in place of those in `options`. */
export function request(
  engine: Engine,
  names: Names,
  { list, items = [], days = 0 }: About,
  options: ForYouOptions,
  exclude: readonly string[],
  filters: readonly Filter[],
): Uint32Array {
  const { k = 12, includeSeen, explain, seed, maxPerCategory = 0 } = options;
  const { diversity = 0, explore = 0, fatigue = 0, boost = [], bury, pin = [] } = options;
  const known = (ids: readonly string[]) =>
    [...numbers(engine, ids)].filter((item) => item !== NO_ITEM);
  const sized = (words: readonly number[]) => [words.length, ...words];
  /** Words for each of some ids that the model knows, and how many that are. */
  const each = (ids: readonly string[], words: (at: number) => readonly number[]) => {
    const all: number[] = [0];
    numbers(engine, ids).forEach((item, at) => {
      if (item === NO_ITEM) return;
      (all[0] as number)++;
      all.push(item, ...words(at));
    });
    return all;
  };
  const excluded = known(exclude);
  const buried = bury && ('length' in bury ? ofItems(known(bury)) : program([bury], names));
  return new Uint32Array(
    [
      [
        SOURCES[list],
        +!!includeSeen | (+!!explain << 1) | (+(seed !== undefined) << 2),
        k,
        seed ?? 0,
      ],
      [days, maxPerCategory, bits(diversity), bits(explore), bits(fatigue)],
      [excluded.length],
      excluded,
      each(
        items.map(({ id }) => id),
        (at) => (items[at]?.values ?? []).map(bits),
      ),
      each(
        pin.map((one) => (typeof one === 'string' ? one : one.id)),
        (at) => [(pin[at] as { position?: number }).position ?? at],
      ),
      filters.length ? sized(program(filters, names)) : [0],
      sized(buried ?? []),
      [boost.length],
      boost.flatMap(({ where, factor }) => [bits(factor), ...sized(program([where], names))]),
    ].flat(),
  );
}
