// The log that the demo's model learnt from: numbers, two figures and tables of the training report.
import { h } from '../dom';
import { bytes, count } from '../format';
import type { Figure } from './figure';
import type { Report } from './report';
import { percent } from './scales';
import { figure, folded, numbers, part, tableOf } from './view';

type Lengths = Report['session_lengths'];

/** Shows the report below the heading. */
export function sample(report: Report): (Node | string)[] {
  const { data } = report;
  const sizes: [string, number][] = [
    ['events', data.num_events],
    ['sessions', data.num_sessions],
    ['shoppers', data.num_shoppers],
    ['products', data.num_items],
  ];
  return [
    h(
      'p',
      { class: 'lead intro' },
      `${count(data.num_events)} events of ${count(data.num_items)} products${newest(data.newest_event_ms)}. This is the data behind every row in the shop.`,
    ),
    numbers(sizes.flatMap(([name, value]) => (value ? [[name, count(Number(value))]] : []))),
    figure(popularity(report)),
    figure(lengths(report)),
    tables(report),
  ];
}

/** Draws the events of products by rank, and marks the rank up to which half of all events are counted. */
function popularity({ data, popularity_curve: curve }: Report): Figure {
  const half = curve.find(({ share }) => share >= 0.5);
  const text =
    'Every product by how often it was bought, most bought first, both axes logarithmic.';
  return {
    id: 'popularity',
    title: 'A few products make up most of the sales',
    text: half
      ? `${text} The first ${count(half.rank)} of ${count(data.num_items)} products (${percent(half.rank / data.num_items)}) make half of all events. A list of bestsellers alone looks good on such data; what counts is the rest.`
      : text,
    chart: {
      kind: 'lines',
      x: { label: 'rank of the product, most bought first', scale: 'log' },
      y: { label: 'events', scale: 'log' },
      series: [{ name: '', points: curve.map(({ rank, events }) => [rank, events]) }],
      marks: half ? [{ at: half.rank, name: 'half of all events' }] : [],
    },
    table: {
      head: ['Rank', 'Events', 'Share so far'],
      rows: curve.map(({ rank, events, share }) => [count(rank), count(events), percent(share)]),
    },
  };
}

/** Draws the number of sessions by number of events; the longest 2 in 100 sessions are left out. */
function lengths({ data, session_lengths: all }: Report): Figure {
  const median = all[cut(all, 0.5)]?.length ?? 0;
  const single = all.find(({ length }) => length === 1)?.sessions ?? 0;
  return {
    id: 'lengths',
    title: 'Length of sessions',
    text: `Sessions by their number of events; the longest 2 % are not drawn. The median session has ${count(median)}, and ${percent(single / Math.max(1, data.num_sessions))} have a single one, from which nothing about pairs can be learnt.`,
    chart: {
      kind: 'histogram',
      x: { label: 'events in the session', scale: 'linear' },
      y: { label: 'sessions', scale: 'linear' },
      bins: all
        .slice(0, cut(all, 0.98) + 1)
        .map(({ length, sessions }) => ({ from: length - 0.5, to: length + 0.5, value: sessions })),
      marks: median > 0 ? [{ at: median, name: `median ${count(median)}` }] : [],
    },
    table: {
      head: ['Events', 'Sessions'],
      rows: all.map(({ length, sessions }) => [count(length), count(sessions)]),
    },
  };
}

/** Returns text such as ` up to 31 December 2017`, empty if the data has no real times. */
function newest(ms: number): string {
  if (!(ms > 0)) return '';
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(ms);
  return `, up to ${day}`;
}

/** Index of the length that a part of the sessions does not exceed; `lengths` ascend. */
function cut(lengths: Lengths, share: number): number {
  const all = lengths.reduce((sum, { sessions }) => sum + sessions, 0);
  let seen = 0;
  const at = lengths.findIndex(({ sessions }) => {
    seen += sessions;
    return seen >= all * share;
  });
  return Math.max(0, at);
}

function tables({ columns, hyperparameters, measurements, model, cleaning }: Report): HTMLElement {
  const named = (record: Record<string, unknown>): string[][] =>
    Object.entries(record)
      .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
      .map(([name, value]) => [words(name), number(name, value)]);
  const removed = cleaning.reduce((sum, { rows }) => sum + rows, 0);
  const table = (head: string[], rows: string[][]): HTMLElement => tableOf({ head, rows });
  return h(
    'div',
    { class: 'tables' },
    part(
      'Cleaning',
      removed > 0
        ? `${count(removed)} rows were left out, each for a reason.`
        : 'No row was left out.',
      table(
        ['Reason', 'Rows'],
        cleaning.map(({ reason, rows }) => [words(reason), count(rows)]),
      ),
    ),
    columns.length > 0
      ? part(
          'Columns',
          'Where each field was found.',
          table(
            ['Field', 'Column'],
            columns.map(({ field, column }) => [words(field), column]),
          ),
        )
      : '',
    Object.keys(measurements).length > 0
      ? part(
          'Measured',
          'On the last part of the sessions, which also chose the settings. Later data would be a stronger test.',
          table(['Measure', 'Value'], named(measurements)),
        )
      : '',
    Object.keys(hyperparameters).length > 0
      ? part(
          'Settings',
          'Settings of learning.',
          folded('All settings', () => table(['Setting', 'Value'], named(hyperparameters))),
        )
      : '',
    Object.keys(model).length > 0
      ? part('Model', 'The file that this shop ranks with.', table(['What', 'Value'], named(model)))
      : '',
  );
}

export const words = (name: string): string => {
  const text = name.replace(/^num_/, '').replaceAll('_', ' ').replace('.', ': ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function number(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (/(^|_)bytes$/.test(name)) return bytes(value);
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}
