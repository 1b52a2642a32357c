/**
 * Records the events that a shop pushes for Google Analytics 4, from its `dataLayer`.
 *
 * @packageDocumentation
 */

import type { EventKind } from '../core/types.js';
import type { AnyRecommender } from './binding-core.js';

/** Options of reading a data layer. */
export interface DataLayerOptions {
  /** Returns the id that the model knows for an item, or `undefined` to leave the item out. Default: `item_id`. */
  id?: (item: Readonly<Record<string, unknown>>) => string | undefined;
}

type Fields = Record<string, unknown>;

const KINDS: Readonly<Record<string, EventKind>> = {
  view_item: 'view',
  add_to_cart: 'cart',
  purchase: 'purchase',
};

/** Key of the orders of a tab, since a confirmation page may be loaded again. */
const ORDERS = 'vicino:orders';

/**
 * Records the GA4 events `view_item`, `add_to_cart` and `purchase`, and counts `view_item_list` as impressions and
 * `select_item` as a click: events already in the data layer and later ones, pushed as objects or by `gtag`. A purchase
 * with a `transaction_id` seen before is skipped. Never throws. Returns the function that ends it.
 */
export function fromDataLayer(
  recommender: AnyRecommender | PromiseLike<AnyRecommender>,
  dataLayer: unknown[],
  { id = ({ item_id }) => (item_id == null ? undefined : String(item_id)) }: DataLayerOptions = {},
): () => void {
  let over = false;
  const orders = new Set<unknown>(remembered());
  // Data pushed without an event belongs to the next event, as in Google Tag Manager.
  let ahead: unknown;

  const take = (entry: unknown) => {
    const pushed = (entry ?? {}) as Fields & ArrayLike<unknown>;
    // `gtag` pushes its arguments.
    const byGtag = pushed[0] === 'event';
    const name = byGtag ? pushed[1] : pushed.event;
    if (typeof name !== 'string') {
      if ('ecommerce' in pushed) ahead = pushed.ecommerce;
      return;
    }
    const data = ((byGtag ? pushed[2] : (pushed.ecommerce ?? ahead)) ?? {}) as Fields;
    ahead = undefined;
    const items = Array.isArray(data.items) ? (data.items as Fields[]) : [];
    const ids = items.map((item) => id(item ?? {})).filter((one) => one) as string[];
    if (ids.length === 0) return;
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    const order = data.transaction_id;
    if (kind === 'purchase' && order != null) {
      if (orders.has(String(order))) return;
      orders.add(String(order));
      remember(orders);
    }
    const list = data.item_list_id ?? data.item_list_name;
    const rail = list ?? items[0]?.item_list_id ?? items[0]?.item_list_name;
    const where = rail == null ? {} : { rail: String(rail) };
    void Promise.resolve(recommender)
      .then(async (recommender) => {
        if (name === 'view_item_list') await recommender.recordImpression(ids, where);
        if (name === 'select_item') await recommender.recordClick(ids[0] as string, where);
        if (kind)
          await Promise.all([...new Set(ids)].map((item) => recommender.record({ item, kind })));
      })
      .catch(() => {});
  };
  const takeAll = (entries: ArrayLike<unknown>) => {
    for (const entry of Array.from(entries)) {
      try {
        if (!over) take(entry);
      } catch {
        // A malformed entry must not break the page.
      }
    }
  };

  takeAll(dataLayer);
  const { push } = dataLayer;
  const own = function (this: unknown, ...entries: unknown[]) {
    const answer = push.apply(dataLayer, entries);
    takeAll(entries);
    return answer;
  };
  dataLayer.push = own;
  return () => {
    over = true;
    // If another script has wrapped `push` since, `own` stays in the chain and only passes entries on.
    if (dataLayer.push === own) dataLayer.push = push;
  };
}

function remembered(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(ORDERS) ?? '[]');
  } catch {
    return [];
  }
}

function remember(orders: Set<unknown>): void {
  try {
    sessionStorage.setItem(ORDERS, JSON.stringify([...orders].slice(-20)));
  } catch {
    // This page remembers them.
  }
}
