// What was found in the files: sizes, columns, what stands out, what was left out, and the figures.
import { h } from '../dom';
import { findingsOf } from '../eda/explored';
import { account, leftOut, sizes } from '../eda/reading';
import { figure, folded } from '../eda/view';
import type { ExploreSummary } from './summary';

/** Figures that are shown at once; the others are in a part that opens. */
const FIRST = ['over-time', 'popularity'];

export function found({ reading, catalog, findings, figures }: ExploreSummary): HTMLElement {
  const first = figures.filter(({ id }) => FIRST.includes(id));
  const others = figures.filter(({ id }) => !FIRST.includes(id));
  return h(
    'section',
    { id: 'found', 'aria-labelledby': 'found-title' },
    h('h2', { id: 'found-title', tabindex: '-1' }, 'What is in it'),
    sizes(reading),
    h('div', { class: 'tables' }, account(reading, catalog), leftOut(reading)),
    findingsOf(findings),
    ...first.map(figure),
    others.length > 0
      ? folded(`All figures of the log: ${others.length} more`, () =>
          h('div', null, ...others.map(figure)),
        )
      : '',
  );
}
