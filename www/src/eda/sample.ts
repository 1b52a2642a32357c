// The log that the demo's model learnt from: all of its figures, and tables of the training report.
import { h } from '../dom';
import { bytes, count, words } from '../format';
import { contents } from './explored';
import { folded, part, tableOf } from './parts';
import type { Report, SampleLog } from './report';

/** Shows the log and the report below the heading. */
export function sample(log: SampleLog, report: Report): (Node | string)[] {
  const { data } = report;
  return [
    h(
      'p',
      { class: 'lead intro' },
      `Every row in the shop comes from these purchases${newest(data.newest_event_ms)}. The model learnt from ${count(data.num_events)} of them, those of ${count(data.num_items)} articles that are bought now and then.`,
    ),
    ...contents(log.reading, log.catalog, log),
    tables(report),
  ];
}

/** Returns text such as ` up to 31 December 2017`, empty if the data has no real times. */
function newest(ms: number): string {
  if (!(ms > 0)) return '';
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(ms);
  return `, up to ${day}`;
}

function tables({ hyperparameters, measurements, model }: Report): HTMLElement {
  const named = (record: Record<string, unknown>): string[][] =>
    Object.entries(record)
      .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
      .map(([name, value]) => [words(name), number(name, value)]);
  const table = (head: string[], rows: string[][]): HTMLElement => tableOf({ head, rows });
  return h(
    'div',
    { class: 'tables' },
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

function number(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (/(^|_)bytes$/.test(name)) return bytes(value);
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}
