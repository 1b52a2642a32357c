import type { Engine } from '../../wasm/vicino.js';
import { translateErrors } from './open.js';
import { UNKNOWN } from './words.js';

/** Returns the numbers of the items with these ids, {@link UNKNOWN} for an id that the model does not know. */
export function numbers(engine: Engine, ids: readonly string[]): Uint32Array {
  if (ids.length === 0) return new Uint32Array();
  const find = (all: readonly string[]) =>
    translateErrors(() => engine.items(new TextEncoder().encode(all.join('\0'))));
  const found = find(ids);
  // The separator between two ids is in no id of a model.
  return found.length === ids.length ? found : find(ids.map((id) => id.replaceAll('\0', '\ufffd')));
}

/** Encodes rows as words: for each id that the model knows, its number and `more` words of the row. */
export function encodeRows<Row extends { readonly id: string }>(
  engine: Engine,
  rows: readonly Row[],
  more: (row: Row) => readonly number[],
): number[][] {
  const items = numbers(
    engine,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row, at) => {
    const item = items[at] as number;
    return item === UNKNOWN ? [] : [[item, ...more(row)]];
  });
}
