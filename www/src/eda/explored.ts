// The results of reading a log: sizes, findings, rows left out, and every figure.
import { h } from '../dom';
import { bytes, count } from '../format';
import type { Figure, Grid } from './figure';
import { words } from './sample';
import { figure, numbers, part, tableOf } from './view';

/** Result of reading a log: `Explored` of `src/web/explore/log.rs`. */
export interface Explored {
  name: string;
  num_bytes: number;
  report: {
    num_rows: number;
    num_events: number;
    columns: { field: string; column: string }[];
  };
  exploration: {
    overview: Grid;
    quality: Grid;
    findings: { weight: string; title: string; text: string; examples: string[] }[];
    figures: Figure[];
    missing: { title: string; needs: string }[];
  };
}

/** Shows everything below the heading. */
export function explored(of: Explored, seconds: number): (Node | string)[] {
  const { report, exploration } = of;
  const { overview, quality, findings, figures, missing } = exploration;
  const left = report.num_rows - report.num_events;
  return [
    h(
      'p',
      { class: 'lead intro' },
      `${count(report.num_rows)} rows in ${bytes(of.num_bytes)}, read in ${seconds.toFixed(1)} s by this page, on this device. Nothing was uploaded.`,
    ),
    numbers(overview.rows.map(([name = '', value = '']) => [name, value])),
    findings.length > 0
      ? h(
          'section',
          { class: 'figure', 'aria-labelledby': 'findings' },
          h('h2', { id: 'findings' }, 'Findings'),
          h('ul', { class: 'findings' }, ...findings.map(finding)),
        )
      : '',
    part(
      'Cleaning',
      left > 0
        ? `${count(left)} rows did not become events, for these reasons.`
        : 'Every row became an event.',
      quality.rows.length > 0 ? tableOf(quality) : '',
    ),
    ...figures.map(figure),
    h(
      'div',
      { class: 'tables' },
      part(
        'Columns',
        'Where each field was found. Other columns can be named when the file is chosen.',
        tableOf({
          head: ['Field', 'Column'],
          rows: report.columns.map(({ field, column }) => [words(field), column]),
        }),
      ),
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

function finding({
  weight,
  title,
  text,
  examples,
}: Explored['exploration']['findings'][number]): HTMLElement {
  const isWarning = weight === 'warning';
  return h(
    'li',
    { class: isWarning ? 'warning' : 'note' },
    h('h3', null, h('span', { class: 'weight' }, isWarning ? 'Warning' : 'Note'), ' ', title),
    h('p', null, text),
    examples.length > 0 ? h('ul', null, ...examples.map((example) => h('li', null, example))) : '',
  );
}
