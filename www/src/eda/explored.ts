// What is in a log: sizes, findings, every figure, how it was read, and what was left out.
import { h } from '../dom';
import { bytes, count } from '../format';
import type { Figure } from './figure';
import { type Finding, findingsOf } from './findings';
import { part, tableOf } from './parts';
import { account, type Feed, leftOut, type Reading, sizes } from './reading';
import { figure } from './view';

/** A log in figures: the JSON of `vicino explore`, and what the reader of this page gives. */
export interface Exploration {
  findings: Finding[];
  figures: Figure[];
  missing: { title: string; needs: string }[];
}

/** Result of reading a log: `Explored` of `src/web/explore/log.rs`. */
export interface Explored {
  name: string;
  num_bytes: number;
  reading: Reading;
  catalog: Feed | null;
  exploration: Exploration;
}

/** Shows everything below the heading. */
export function explored(of: Explored, seconds: number): (Node | string)[] {
  return [
    h(
      'p',
      { class: 'lead intro' },
      `${count(of.reading.num_rows)} rows in ${bytes(of.num_bytes)}, read in ${seconds.toFixed(1)} s by this page, on this device. Nothing was uploaded.`,
    ),
    ...contents(of.reading, of.catalog, of.exploration),
  ];
}

/** Shows a log without the way in which it came here. */
export function contents(
  reading: Reading,
  feed: Feed | null,
  { findings, figures, missing }: Exploration,
): (Node | string)[] {
  return [
    sizes(reading),
    findingsOf(findings),
    leftOut(reading),
    ...figures.map(figure),
    h(
      'div',
      { class: 'tables' },
      account(reading, feed),
      missing.length > 0
        ? part(
            'Missing figures',
            'This log has no columns for them.',
            tableOf({
              head: ['Figure', 'Needs'],
              rows: missing.map(({ title, needs }) => [title, needs]),
            }),
          )
        : '',
    ),
  ];
}
