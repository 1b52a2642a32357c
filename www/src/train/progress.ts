// How far a run is: the step, a bar, the time that is left, and what was found so far. Steps are announced; the numbers
// between them are not.
import type { Progress } from 'vicino/train';
import { h } from '../dom';
import { count } from '../format';

export interface ProgressView {
  element: HTMLElement;
  show(progress: Progress): void;
  /** Shows a step of which nothing is known yet. */
  begin(step: string): void;
  end(): void;
}

/** Time between two updates, in ms. */
const UPDATE_MS = 100;

/** Words of the program for its tables, and what they are to a visitor. */
const TABLES: [RegExp, string][] = [
  [/\bnext: /, 'What comes next: '],
  [/\btogether: /, 'What is bought together: '],
  [/\bsimilar: /, 'What is alike: '],
];

/** Makes a view; `prefix` goes before the name of each step. */
export function progressView(id: string, label: string, prefix = ''): ProgressView {
  const bar = h('progress', { id: `${id}-bar`, max: '1', 'aria-label': label });
  const words = h('p', { id: `${id}-words` });
  const found = h('p', { class: 'detail', id: `${id}-found` });
  const said = h('p', { class: 'visually-hidden', role: 'status' });
  const element = h('div', { class: 'run', id, hidden: true }, words, bar, found, said);
  let step = '';
  let last = 0;

  const show = (progress: Progress): void => {
    const now = performance.now();
    const isNew = progress.step !== step;
    if (!isNew && now - last < UPDATE_MS) return;
    last = now;
    step = progress.step;
    element.hidden = false;
    const { done, total, rows, secondsLeft } = progress;
    if (total > 0) bar.value = Math.min(1, done / total);
    else bar.removeAttribute('value');
    const name = named(prefix, step);
    const parts = [name];
    if (total > 0) parts.push(`${Math.floor((100 * Math.min(done, total)) / total)} %`);
    if (rows) parts.push(`${count(rows)} rows`);
    if (secondsLeft !== undefined) parts.push(left(secondsLeft));
    words.textContent = parts.join(', ');
    found.textContent = progress.found ? sentence(progress.found) : '';
    if (isNew) said.textContent = name;
  };
  return {
    element,
    show,
    begin: (text) => {
      step = '';
      show({ step: text, done: 0, total: 0 });
    },
    end: () => {
      element.hidden = true;
      said.textContent = '';
      step = '';
    },
  };
}

function left(seconds: number): string {
  if (seconds < 1.5) return 'a second left';
  if (seconds < 100) return `about ${Math.round(seconds)} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}

function named(prefix: string, step: string): string {
  const [pattern, words] = TABLES.find(([pattern]) => pattern.test(step)) ?? [/^/, ''];
  return sentence(`${prefix}${step.replace(pattern, prefix ? words.toLowerCase() : words)}`);
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
