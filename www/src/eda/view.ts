// Figures and tables on the page: drawn one after the other, so that no step takes long, and again when the width of
// the page changes.
import { h } from '../dom';
import { type Drawing, draw, type Stop } from './charts';
import type { Figure } from './figure';
import { folded, tableOf } from './parts';
import { csv, png, save, svg } from './save';
import { onThemeChange } from './scales';

/** Makes a figure of the JSON from Rust. */
export const figure = ({ chart, ...rest }: Figure): HTMLElement =>
  view({ ...rest, draw: (width) => draw(chart, width) });

/** A figure that can be drawn. */
export interface View extends Pick<Figure, 'id' | 'title' | 'text' | 'table'> {
  draw: (width: number) => Drawing;
}

/** Shows a figure at the full width, with its numbers in a table below. */
export function view(of: View): HTMLElement {
  const { id, title, text, table } = of;
  const said = h('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  const place = h('div', {
    class: 'plot',
    id: `plot-${id}`,
    role: 'img',
    tabindex: '0',
    'aria-labelledby': `title-${id} text-${id}`,
    'aria-description': 'Arrow keys read the values one by one.',
  });
  const stops: Stop[] = [];
  let drawn = 0;
  const redraw = (): void => {
    const width = Math.floor(place.clientWidth);
    if (width === drawn || width === 0) return;
    drawn = width;
    const drawing = of.draw(width);
    stops.splice(0, stops.length, ...drawing.stops);
    // The container is the image for assistive technology, with name and description; the strokes are hidden.
    drawing.element.setAttribute('aria-hidden', 'true');
    place.replaceChildren(drawing.element);
  };
  new ResizeObserver(() => inTurn(redraw)).observe(place);
  onThemeChange(() => {
    if (!place.isConnected) return;
    drawn = 0;
    inTurn(redraw);
  });
  readByKeys(place, stops, said);
  return h(
    'section',
    { class: 'figure', 'aria-labelledby': `title-${id}` },
    h('h2', { id: `title-${id}` }, title),
    h('p', { id: `text-${id}` }, text),
    place,
    said,
    buttons(of, place),
    table.rows.length > 0 ? folded('The numbers as a table', () => tableOf(table)) : '',
  );
}

const waiting = new Set<() => void>();

/** Runs jobs one by one, each as a task of its own, so that the page responds in between. */
function inTurn(job: () => void): void {
  const isRunning = waiting.size > 0;
  waiting.add(job);
  if (!isRunning) setTimeout(next);
}

function next(): void {
  const [job] = waiting;
  if (!job) return;
  try {
    job();
  } finally {
    waiting.delete(job);
    if (waiting.size > 0) setTimeout(next);
  }
}

/** Lets arrow keys step from value to value: the tip appears as for the pointer, and its text is announced. */
function readByKeys(place: HTMLElement, stops: Stop[], said: HTMLElement): void {
  let at = -1;
  const point = (type: string, stop?: Stop): void => {
    const plot = [...place.querySelectorAll('svg')].at(-1);
    if (!plot) return;
    const { left, top } = plot.getBoundingClientRect();
    plot.dispatchEvent(
      new PointerEvent(type, {
        pointerType: 'mouse',
        clientX: left + (stop?.x ?? 0),
        clientY: top + (stop?.y ?? 0),
      }),
    );
  };
  place.addEventListener('keydown', (event) => {
    const last = stops.length - 1;
    const to: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: last,
    };
    const target = to[event.key];
    if (target === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    at = Math.min(last, Math.max(0, target));
    const stop = stops[at];
    if (!stop) return;
    point('pointerenter', stop);
    point('pointermove', stop);
    said.textContent = stop.text.replaceAll('\n', ', ');
  });
  place.addEventListener('blur', () => {
    at = -1;
    said.textContent = '';
    point('pointerleave');
  });
}

function buttons({ id, title, table }: View, place: HTMLElement): HTMLElement {
  const button = (kind: string, act: () => unknown): HTMLElement =>
    h(
      'button',
      { type: 'button', class: 'save', 'aria-label': `Save ${title} as ${kind}`, onclick: act },
      kind,
    );
  return h(
    'p',
    { class: 'saves' },
    h('span', { 'aria-hidden': 'true' }, 'Save as'),
    button('PNG', async () => save(`${id}.png`, await png(svg(place, title)))),
    button('SVG', () =>
      save(`${id}.svg`, new Blob([svg(place, title).text], { type: 'image/svg+xml' })),
    ),
    button('CSV', () => save(`${id}.csv`, csv(table))),
  );
}
