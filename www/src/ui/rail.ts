// A row of ranked products that follows the history, and says how long the
// ranking took on this device.
import { h } from '../dom';
import type { Ranked, Ranking } from '../engine';
import { milliseconds } from '../format';
import { icons } from '../icons';
import type { Shop } from '../shop';
import { card } from './card';

/** What a rail shows at the moment. */
export interface RailContent {
  title: string;
  /** One line of why. */
  lead: string;
  ranking: Ranking;
  /** Whether each card says which product it comes from; for rails with several sources. */
  sources?: boolean;
  /** Shown in place of an empty row; without it an empty rail is not shown. */
  empty?: string;
}

/** A rail on the page. */
export interface Rail {
  element: HTMLElement;
  /** Ranks again and shows the difference. */
  update(): void;
}

/** A rail named `name`, whose content `rank` works out; nothing while it gives undefined. */
export function rail(shop: Shop, name: string, rank: () => RailContent | undefined): Rail {
  const heading = h('h2', { id: `rail-${name}` });
  const lead = h('p', { class: 'lead' });
  const time = h('p', { class: 'time' });
  const row = h('ul', { class: 'row', 'aria-labelledby': `rail-${name}` });
  const empty = h('p', { class: 'empty' });
  const arrows = h('div', { class: 'arrows' }, arrow(row, -1), arrow(row, 1));
  const element = h(
    'section',
    { class: 'rail', 'data-rail': name, 'aria-labelledby': `rail-${name}`, hidden: true },
    h('div', { class: 'rail-head' }, h('div', null, heading, lead), time, arrows),
    row,
    empty,
  );
  let shown = '';

  const update = (): void => {
    const content = shop.engine.recommender ? rank() : undefined;
    const items = content?.ranking.items ?? [];
    element.hidden = !content || (items.length === 0 && content.empty === undefined);
    if (!content || element.hidden) return;
    heading.textContent = content.title;
    lead.textContent = content.lead;
    time.innerHTML = icons.bolt;
    time.append(`${milliseconds(content.ranking.ms)} on this device`);
    time.dataset.ms = String(content.ranking.ms);
    time.hidden = items.length === 0;
    arrows.hidden = items.length === 0;
    row.hidden = items.length === 0;
    empty.hidden = items.length > 0;
    empty.textContent = content.empty ?? '';
    const now = JSON.stringify(
      items.map(({ product, because }) => [product.id, because[0]?.product.id]),
    );
    if (now === shown) return;
    const first = shown === '';
    shown = now;
    row.replaceChildren(
      ...items.map((item) =>
        h('li', null, card(shop, item.product, content.sources ? noteOf(item) : undefined)),
      ),
    );
    row.scrollLeft = 0;
    if (!first) flash(row);
  };
  return { element, update };
}

/** Updates rails whenever the model has loaded or the history changed, until the page is left. */
export function keepCurrent(shop: Shop, rails: Rail[]): () => void {
  const update = (): void => {
    for (const one of rails) one.update();
  };
  update();
  return shop.engine.subscribe(update);
}

function noteOf({ product, because }: Ranked): string | undefined {
  const main = because.find((reason) => reason.product.id !== product.id);
  return main ? `from ${main.product.title}` : undefined;
}

function flash(row: HTMLElement): void {
  row.classList.remove('changed');
  void row.offsetWidth;
  row.classList.add('changed');
}

function arrow(row: HTMLElement, direction: 1 | -1): HTMLElement {
  return h('button', {
    type: 'button',
    class: 'icon-button',
    'aria-label': direction < 0 ? 'Scroll back' : 'Scroll on',
    html: direction < 0 ? icons.left : icons.right,
    onclick: () => {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      row.scrollBy({ left: direction * row.clientWidth * 0.8, behavior: calm ? 'auto' : 'smooth' });
    },
  });
}
