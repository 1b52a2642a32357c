// What stands out in a log.
import { h } from '../dom';

export interface Finding {
  weight: string;
  title: string;
  text: string;
  examples: string[];
}

/** Shows what stands out. */
export function findingsOf(findings: Finding[]): HTMLElement | string {
  if (findings.length === 0) return '';
  return h(
    'section',
    { class: 'figure', 'aria-labelledby': 'findings' },
    h('h2', { id: 'findings' }, 'Findings'),
    h('ul', { class: 'findings' }, ...findings.map(finding)),
  );
}

function finding({ weight, title, text, examples }: Finding): HTMLElement {
  const isWarning = weight === 'warning';
  return h(
    'li',
    { class: isWarning ? 'warning' : 'note' },
    h('h3', null, h('span', { class: 'weight' }, isWarning ? 'Warning' : 'Note'), ' ', title),
    h('p', null, text),
    examples.length > 0 ? h('ul', null, ...examples.map((example) => h('li', null, example))) : '',
  );
}
