// The account of how a log was read, as `src/eda/reading.rs` writes it: numbers for the tiles, columns, guesses, and
// what was left out.
import { h } from '../dom';
import { count, words } from '../format';
import { numbers, part, tableOf } from './parts';
import { percent } from './scales';

type Kind = 'view' | 'cart' | 'purchase';

export interface Reading {
  num_rows: number;
  num_left_out: number;
  num_events: number;
  kinds: Record<Kind, number>;
  num_sessions: number;
  num_shoppers: number | null;
  num_items: number;
  num_variants: number;
  columns: { field: string; column: string }[];
  session_source: 'column' | 'inactivity' | 'shopper';
  sessions_are_baskets: boolean;
  time_source: 'times' | 'days' | 'positions' | 'rows';
  period: { first_ms: number; last_ms: number } | null;
  guesses: { id: string; text: string }[];
  left_out: {
    reason: string;
    rule: string;
    rows: number;
    share: number;
    verdict: 'fine' | 'warning' | 'error';
    example: { path: string; line: number; column: string; found: string };
  }[];
}

/** A product feed beside the log. */
export interface Feed {
  num_rows: number;
  columns: { field: string; column: string }[];
}

const KINDS: [Kind, string][] = [
  ['view', 'views'],
  ['cart', 'carts'],
  ['purchase', 'purchases'],
];
const DAY_MS = 86_400_000;

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Shows the sizes of a log as tiles. */
export function sizes(of: Reading): HTMLElement {
  const { period, kinds } = of;
  const days = period && Math.floor(period.last_ms / DAY_MS) - Math.floor(period.first_ms / DAY_MS);
  const tiles: [string, string | null][] = [
    ['rows read', count(of.num_rows)],
    ['events', count(of.num_events)],
    ...KINDS.map(([kind, name]): [string, string | null] => [
      name,
      kinds[kind] > 0 ? count(kinds[kind]) : null,
    ]),
    [of.sessions_are_baskets ? 'baskets' : 'sessions', count(of.num_sessions)],
    ['shoppers', of.num_shoppers === null ? 'unknown' : count(of.num_shoppers)],
    ['products', count(of.num_items)],
    ['variants', of.num_variants > 0 ? count(of.num_variants) : null],
    ['from', period && day(period.first_ms)],
    ['to', period && day(period.last_ms)],
    ['days', days === null ? null : count(days + 1)],
  ];
  return numbers(tiles.filter((tile): tile is [string, string] => tile[1] !== null));
}

/** Shows which columns were taken, and what was guessed. */
export function account(of: Reading, feed?: Feed | null): HTMLElement {
  const { columns, guesses } = of;
  const rows = columns.map(({ field, column }) => [words(field), column]);
  const ofFeed = (feed?.columns ?? []).map(({ field, column }) => [`Feed: ${field}`, column]);
  return part(
    'How it was read',
    'The column of each field. Other columns can be named when the file is chosen.',
    tableOf({ head: ['Field', 'Column'], rows: [...rows, ...ofFeed] }),
    guesses.length > 0 ? h('p', null, 'Guessed, because no column says it:') : '',
    guesses.length > 0 ? h('ul', null, ...guesses.map(({ text }) => h('li', null, text))) : '',
  );
}

/** Shows the rows that were left out, by reason. */
export function leftOut({ num_left_out, left_out }: Reading): HTMLElement {
  return part(
    'Left out',
    num_left_out > 0
      ? `${count(num_left_out)} rows did not become events, for these reasons.`
      : 'Every row became an event.',
    left_out.length > 0
      ? tableOf({
          head: ['Reason', 'Rows', 'Share', 'First at', 'Found'],
          rows: left_out.map(({ reason, rows, share, verdict, example }) => [
            words(reason),
            count(rows),
            `${percent(share)}${verdict === 'fine' ? '' : ' !'}`,
            `${example.path.split('/').at(-1)}:${example.line}`,
            `${example.column ? `${example.column}: ` : ''}${example.found}`,
          ]),
        })
      : '',
  );
}
