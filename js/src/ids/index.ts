/**
 * Gives ids the text under which the model has them, where the page has them in another spelling.
 *
 * @packageDocumentation
 */
// The trainer does the same in src/table/cell.rs and src/events/spelling.rs; tests/harness/ids.json holds for both.
import { VicinoError } from '../core/errors.js';

/** Changes that the trainer makes to the ids of some shops only. */
export interface IdOptions {
  /**
   * Takes the point off text such as `123.0`. Set it if `vicino train` says that such ids are read as whole numbers, as
   * it does where all ids are. Default: false.
   */
  wholeNumbers?: boolean;
  /** Makes ids lower-case, as `vicino train --fold-case` does. Default: false. */
  foldCase?: boolean;
}

/** Texts that stand for a value that is not there. */
const NULLS = 'null,NULL,Null,nan,NaN,NA,<NA>,N/A,n/a,None,\\N,undefined,(not set)'.split(',');

/** White space of all kinds, and signs of no width, at the ends of a text. */
const ENDS = /^[\s\x85\u200b-\u200d\u2060]+|[\s\x85\u200b-\u200d\u2060]+$/g;

/**
 * Returns the text that the trainer reads for an id: without blanks around it, and without the marks of spreadsheets
 * (`="00123"`, `'00123`). Numbers become text. What stands for no id, such as `undefined` in a template, becomes `''`,
 * which `record` refuses. Throws for a number that is not whole or has lost digits.
 */
export function normalizeId(id: string | number | bigint, options: IdOptions = {}): string {
  if (typeof id !== 'string' && typeof id !== 'bigint' && !Number.isSafeInteger(id)) {
    throw new VicinoError(
      'option-invalid',
      `normalizeId: expected text, or a whole number of at most 2^53, found ${id}; text keeps every digit`,
    );
  }
  let text = String(id).replace(ENDS, '');
  const quoted = /^="([^"]*)"$/.exec(text);
  text = quoted
    ? (quoted[1] as string).replace(ENDS, '')
    : text.replace(/^'(?=[\w./-]*\d[\w./-]*$)/, '');
  if (NULLS.includes(text)) return '';
  if (options.wholeNumbers) text = text.replace(/^(-?\d+)\.0+$/, '$1');
  return options.foldCase ? text.toLowerCase() : text;
}
