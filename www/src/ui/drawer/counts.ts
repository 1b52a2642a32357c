// Counts of the rails on this device.
import type { MetricCount } from 'vicino';
import { h } from '../../dom';
import { count } from '../../format';
import type { Shop } from '../../shop';
import type { Pane } from './pane';

const COLUMNS = ['impressions', 'clicks', 'carts', 'purchases'] as const;
const NAMES: Record<string, string> = {
  '': 'Elsewhere',
  'for-you': 'For you / Popular now',
  because: 'Because you viewed',
  related: 'Shoppers also bought',
  together: 'Bought together',
  similar: 'Similar products',
  trending: 'Trending',
  recent: 'Recently viewed',
  'buy-again': 'Buy it again',
};

export function countsPane(shop: Shop): Pane {
  const table = h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Counts' });
  const element = h(
    'div',
    null,
    h('h3', null, 'How the rows do'),
    h(
      'p',
      { class: 'hint' },
      'A product counts as shown when half of its card is in view for half a second. What is put into the cart or bought within a day after a click counts for the row of the click. These counts are kept on this device; nothing is sent.',
    ),
    table,
  );
  let asked = 0;
  const update = async (): Promise<void> => {
    const { recommender } = shop.engine;
    const mine = ++asked;
    const rows = (await recommender?.metrics.counts()) ?? [];
    if (mine === asked) table.replaceChildren(rows.length > 0 ? counts(rows) : nothing());
  };
  // Impressions do not call listeners, so that lists are not ranked again for them.
  setInterval(() => element.checkVisibility() && void update(), 1000);
  return { element, update: () => void update() };
}

const nothing = (): HTMLElement =>
  h('p', { class: 'empty' }, 'Nothing counted yet: look at a row first.');

function counts(rows: MetricCount[]): HTMLElement {
  const sums = new Map<string, Record<(typeof COLUMNS)[number], number>>();
  for (const row of rows) {
    const sum = sums.get(row.rail) ?? { impressions: 0, clicks: 0, carts: 0, purchases: 0 };
    for (const column of COLUMNS) sum[column] += row[column];
    sums.set(row.rail, sum);
  }
  const head = (text: string): HTMLElement => h('th', { scope: 'col' }, text);
  return h(
    'table',
    { id: 'metrics' },
    h('thead', null, h('tr', null, ['Row', 'Shown', 'Clicks', 'Carts', 'Bought'].map(head))),
    h(
      'tbody',
      null,
      [...sums].map(([rail, sum]) =>
        h(
          'tr',
          { 'data-metric': rail },
          h('th', { scope: 'row' }, NAMES[rail] ?? rail),
          COLUMNS.map((column) => h('td', null, count(sum[column]))),
        ),
      ),
    ),
  );
}
