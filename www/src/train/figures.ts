// The figures of the log, as the program draws them for its report: lifted out of that page one by one, each in a task
// of its own, so that the page goes on answering.
import { h, pause } from '../dom';
import type { Figure } from '../eda/figure';
import { folded, tableOf } from '../eda/parts';

/** Shows figures one after the other; `report` is the page that `explore` writes. */
export function figures(report: string, of: readonly Figure[]): HTMLElement {
  const element = h('div', { class: 'figures' });
  void fill(element, drawings(report), of);
  return element;
}

async function fill(
  element: HTMLElement,
  drawn: Map<string, string>,
  of: readonly Figure[],
): Promise<void> {
  for (const { id, title, text, table } of of) {
    await pause();
    element.append(
      h(
        'section',
        { class: 'figure', 'aria-labelledby': `${id}-title` },
        h('h3', { id: `${id}-title` }, title),
        h('p', { id: `${id}-text` }, text),
        // Markup of the program, which escapes what is from the files; the policy lets no script of it run.
        h('div', { class: 'drawing', html: drawn.get(id) ?? '' }),
        table.rows.length > 0 ? folded('The numbers as a table', () => tableOf(table)) : '',
      ),
    );
  }
}

/** The drawing of each figure of a report, by its id. */
function drawings(report: string): Map<string, string> {
  const all = report.matchAll(/<figure id="([^"]*)">[\s\S]*?(<svg[\s\S]*?<\/svg>)/g);
  return new Map([...all].map(([, id = '', svg = '']) => [id, svg]));
}
