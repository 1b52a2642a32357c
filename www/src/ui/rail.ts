// A row of ranked products. Its room is reserved before the model is loaded, so that nothing on the page moves later.
import { h } from '../dom';
import type { Ranked, RankedRail } from '../engine';
import { icons } from '../icons';
import type { Shop } from '../shop';
import { card, ghost, type InRail } from './card';
import { toast } from './toast';

/** A place for a rail on a page. */
export interface Slot {
  /** Name in the request; there is one `because` rail for each product viewed. */
  name: string;
  /** Index among the rails of that name, from 0. Default: 0. */
  nth?: number;
  title: (rail?: RankedRail) => string;
  /** One line under the title that explains the rail. */
  lead: (rail?: RankedRail) => string;
  /** Shows on each card why it is recommended; for rails with several sources. */
  noted?: boolean;
  /** Reserves room for the rail before its items are known. */
  reserved?: boolean;
}

export interface RailView {
  slot: Slot;
  element: HTMLElement;
  /** True after it was shown once. */
  readonly isDrawn: boolean;
  /** Right end of the head, for the time of ranking. */
  end: HTMLElement;
  /** Shows a ranked rail; placeholders while the model is `loading`. */
  show(rail: RankedRail | undefined, loading: boolean, explains: boolean): void;
}

const NUM_GHOSTS = 8;

/** Makes a rail; `onCard` is called for every new card. */
export function railView(
  shop: Shop,
  slot: Slot,
  onCard: (card: Element, id: string, rail: string) => void,
): RailView {
  const name = slot.nth === undefined ? slot.name : `${slot.name}-${slot.nth}`;
  const heading = h('h2', { id: `rail-${name}` });
  const lead = h('p', { class: 'lead' });
  const end = h('div', { class: 'rail-end' });
  const row = h('ul', { class: 'row', 'aria-labelledby': `rail-${name}` });
  const ghosts = h('div', { class: 'row ghosts', 'aria-hidden': 'true' });
  const arrows = h('div', { class: 'arrows' }, arrow(row, -1), arrow(row, 1));
  const element = h(
    'section',
    { class: 'rail', 'data-rail': name, 'aria-labelledby': `rail-${name}`, hidden: true },
    h('div', { class: 'rail-head' }, h('div', null, heading, lead), end, arrows),
    h('div', { class: 'rail-body' }, row, ghosts),
  );
  let shown = '';
  let isDrawn = false;

  const fill = (items: Ranked[], noted: boolean): void => {
    const focused = [...row.children].findIndex((one) => one.contains(document.activeElement));
    const cards = items.map((item) => card(shop, item.product, inRail(shop, slot, item, noted)));
    row.replaceChildren(...cards.map((one) => h('li', null, one)));
    cards.forEach((one, at) => {
      const id = items[at]?.product.id;
      if (id !== undefined) onCard(one, id, slot.name);
    });
    // The list was drawn again: keep the focus where it was.
    if (focused >= 0) cards[Math.min(focused, cards.length - 1)]?.querySelector('a')?.focus();
  };

  const show = (rail: RankedRail | undefined, loading: boolean, explains: boolean): void => {
    isDrawn = true;
    const items = rail?.items ?? [];
    const noted = Boolean(slot.noted && explains);
    const waits = loading && Boolean(slot.reserved);
    const isEmpty = items.length === 0;
    element.hidden = isEmpty && !waits;
    row.hidden = isEmpty;
    arrows.classList.toggle('idle', isEmpty);
    ghosts.hidden = !isEmpty || element.hidden;
    if (element.hidden) return;
    heading.textContent = slot.title(rail);
    lead.textContent = slot.lead(rail);
    if (!ghosts.hidden) {
      ghosts.replaceChildren(...Array.from({ length: NUM_GHOSTS }, () => ghost(noted)));
    }
    const now = JSON.stringify(
      items.map(({ product, sentence }) => [product.id, noted && sentence]),
    );
    if (now === shown) return;
    const isFirst = shown === '';
    shown = now;
    fill(items, noted);
    if (isFirst) return;
    row.scrollLeft = 0;
    flash(row);
  };
  return {
    slot,
    element,
    end,
    show,
    get isDrawn() {
      return isDrawn;
    },
  };
}

function inRail(
  shop: Shop,
  { name }: Slot,
  { product, because, sentence }: Ranked,
  noted: boolean,
) {
  const { id, title } = product;
  const { settings, engine } = shop;
  const { pins } = settings.now;
  const isPinned = pins.includes(id);
  const others = pins.filter((pin) => pin !== id);
  const why = because
    .slice(0, 3)
    .map(({ product, share }) => `${product.title} ${Math.round(share * 100)} %`)
    .join(', ');
  return {
    note: noted ? (sentence ?? '') : undefined,
    onClick: () => engine.clicked(id, name),
    menu: () => [
      {
        name: 'Not interested',
        run: () => {
          toast(`${title} will not be shown again`);
          void engine.recommender?.notInterested(id);
        },
      },
      {
        name: 'Why this?',
        run: () =>
          toast(why ? `${sentence} (${why})` : (sentence ?? 'The settings hide the reasons')),
      },
      {
        name: isPinned ? 'No longer put first' : 'Put first',
        run: () => settings.set({ pins: isPinned ? others : [...others, id] }),
      },
    ],
  } satisfies InRail;
}

function flash(row: HTMLElement): void {
  row.classList.remove('changed');
  requestAnimationFrame(() => row.classList.add('changed'));
}

function arrow(row: HTMLElement, direction: 1 | -1): HTMLElement {
  return h('button', {
    type: 'button',
    class: 'icon-button',
    'aria-label': direction < 0 ? 'Scroll back' : 'Scroll forward',
    html: direction < 0 ? icons.left : icons.right,
    onclick: () => {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      row.scrollBy({ left: direction * row.clientWidth * 0.8, behavior: calm ? 'auto' : 'smooth' });
    },
  });
}
