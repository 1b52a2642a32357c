// A grid of many products, sorted and shown in parts.
import type { Product } from '../catalogue';
import { h } from '../dom';
import { count, plural } from '../format';
import type { Shop } from '../shop';
import { card } from './card';

const STEP = 24;

const orders: Record<string, { name: string; compare?: (a: Product, b: Product) => number }> = {
  found: { name: 'Best match' },
  bought: { name: 'Most bought', compare: (a, b) => a.place - b.place },
  cheap: { name: 'Price, low first', compare: (a, b) => a.cents - b.cents || a.place - b.place },
  dear: { name: 'Price, high first', compare: (a, b) => b.cents - a.cents || a.place - b.place },
  name: { name: 'Name', compare: (a, b) => a.title.localeCompare(b.title) || a.place - b.place },
};

/** Makes a grid of products with a choice of order and a button for more; `first` is the order to start with. */
export function grid(shop: Shop, products: Product[], first: 'found' | 'bought'): HTMLElement {
  let order: string = first;
  let limit = STEP;
  const cards = h('ul', { class: 'grid' });
  const more = h('button', { type: 'button', class: 'button quiet', onclick: () => showMore() });
  const own = h('input', { type: 'checkbox', onchange: () => show(STEP) });
  const summary = h('p', { class: 'summary', role: 'status' });
  const select = h(
    'select',
    {
      onchange: () => {
        order = select.value;
        show(STEP);
      },
    },
    Object.entries(orders)
      .filter(([key]) => key !== 'found' || first === 'found')
      .map(([key, { name }]) => h('option', { value: key, selected: key === first }, name)),
  );

  const show = (atMost: number): void => {
    limit = atMost;
    const { compare } = orders[order] ?? {};
    const chosen = own.checked ? products.filter(({ maker }) => maker === 0) : [...products];
    if (compare) chosen.sort(compare);
    const shown = chosen.slice(0, limit);
    cards.replaceChildren(...shown.map((product) => h('li', null, card(shop, product))));
    summary.textContent = plural(chosen.length, 'product');
    more.hidden = shown.length === chosen.length;
    more.textContent = `Show ${Math.min(STEP, chosen.length - shown.length)} more of ${count(chosen.length)}`;
  };
  const showMore = (): void => {
    const before = limit;
    show(limit + STEP);
    cards.children[before]?.querySelector('a')?.focus();
  };
  show(STEP);
  return h(
    'div',
    { class: 'shelf' },
    h(
      'div',
      { class: 'tools' },
      summary,
      h('label', { class: 'check' }, own, 'Store brand only'),
      h('label', { class: 'order' }, 'Order ', select),
    ),
    cards,
    more,
  );
}
