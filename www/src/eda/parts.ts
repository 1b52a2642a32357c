// Parts of the pages on data: boxes, numbers, tables and errors.
import { h } from '../dom';
import { count } from '../format';
import type { Grid } from './figure';

/** Number of rows of a table to show; the CSV has all rows. */
const MOST_ROWS = 200;

/** Makes a part that is built when it is opened. */
export function folded(name: string, content: () => HTMLElement): HTMLElement {
  const details = h('details', null, h('summary', null, name));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(content());
  });
  return details;
}

/** Makes a table whose first column names the rows. */
export function tableOf({ head, rows }: Grid): HTMLElement {
  const left = rows.length - MOST_ROWS;
  return h(
    'div',
    { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': head.join(', ') },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          head.map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h(
        'tbody',
        null,
        rows.slice(0, MOST_ROWS).map((cells) =>
          h(
            'tr',
            null,
            cells.map((cell, at) =>
              at === 0 ? h('th', { scope: 'row' }, cell) : h('td', null, cell),
            ),
          ),
        ),
      ),
    ),
    left > 0 ? h('p', null, `${count(left)} more rows are in the CSV.`) : '',
  );
}

/** Makes a box with a title and a table. */
export const part = (title: string, text: string, ...content: (Node | string)[]): HTMLElement =>
  h(
    'section',
    { class: 'figure' },
    h('h2', null, title),
    text ? h('p', null, text) : '',
    ...content,
  );

/** Makes a list of numbers with their names below. */
export const numbers = (rows: [string, string][]): HTMLElement =>
  h(
    'dl',
    { class: 'numbers' },
    ...rows.map(([name, value]) => {
      const number = h('dd', null, value);
      number.style.setProperty('--letters', String(value.length));
      return h('div', null, number, h('dt', null, name));
    }),
  );

/** Makes an error message with a remedy. */
export const failure = (title: string, text: string): HTMLElement =>
  h(
    'div',
    { class: 'notice bad', role: 'alert' },
    h('div', null, h('p', null, h('b', null, title)), h('p', null, text)),
  );
