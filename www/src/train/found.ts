// What was found in the files: sizes, columns, what stands out, what was left out, and the figures.
import { h, pause } from '../dom';
import { findingsOf } from '../eda/findings';
import { folded } from '../eda/parts';
import { account, leftOut, sizes } from '../eda/reading';
import { figures } from './figures';
import type { ExploreSummary } from './summary';

/** Figures that are shown at once; the others are in a part that opens. */
const FIRST = ['over-time', 'popularity'];

/** Shows it part by part, so that none stops the page; `report` is the page that `explore` writes. */
export async function showFound(
  place: HTMLElement,
  { reading, catalog, findings, figures: all }: ExploreSummary,
  report: string,
): Promise<void> {
  const first = all.filter(({ id }) => FIRST.includes(id));
  const others = all.filter(({ id }) => !FIRST.includes(id));
  const section = h('section', { id: 'found', 'aria-labelledby': 'found-title' });
  place.replaceChildren(section);
  const parts = [
    () => h('h2', { id: 'found-title' }, 'What is in it'),
    () => sizes(reading),
    () => h('div', { class: 'tables' }, account(reading, catalog), leftOut(reading)),
    () => findingsOf(findings),
    () => figures(report, first),
    () =>
      others.length > 0
        ? folded(`All figures of the log: ${others.length} more`, () => figures(report, others))
        : '',
  ];
  for (const make of parts) {
    await pause();
    section.append(make());
  }
}
