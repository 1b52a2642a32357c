/**
 * Records what a shop tells Google Analytics 4 anyway, from its `dataLayer`.
 *
 * @packageDocumentation
 */

import type { EventKind } from '../core/types.js';
import type { Ranks } from './binding-core.js';

/** How to read a data layer. */
export interface DataLayerOptions {
  /** The shop's id of an item, where `item_id` is not the one the model knows; `undefined` leaves the item out. */
  id?: (item: Readonly<Record<string, unknown>>) => string | undefined;
}

type Fields = Record<string, unknown>;

const KINDS: Readonly<Record<string, EventKind>> = {
  view_item: 'view',
  add_to_cart: 'cart',
  purchase: 'purchase',
};

/** Where a tab remembers its orders, since a page of thanks may be loaded again. */
const ORDERS = 'vicino:orders';

/**
 * Records the GA4 events `view_item`, `add_to_cart` and `purchase`, counts `view_item_list` as impressions and
 * `select_item` as a click; those in the data layer now and those that come, pushed as objects or by `gtag`. A
 * purchase whose `transaction_id` came before is left out. Never throws; gives the function that ends it.
 */
export function fromDataLayer(
  recommender: Ranks | PromiseLike<Ranks>,
  dataLayer: unknown[],
  { id = ({ item_id }) => (item_id == null ? undefined : String(item_id)) }: DataLayerOptions = {},
): () => void {
  let over = false;
  const orders = new Set<unknown>(remembered());
  // What is pushed without an event belongs to the next one, as in Google Tag Manager.
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
    const said = ((byGtag ? pushed[2] : (pushed.ecommerce ?? ahead)) ?? {}) as Fields;
    ahead = undefined;
    const items = Array.isArray(said.items) ? (said.items as Fields[]) : [];
    const ids = items.map((item) => id(item ?? {})).filter((one) => one) as string[];
    if (ids.length === 0) return;
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    const order = said.transaction_id;
    if (kind === 'purchase' && order != null) {
      if (orders.has(String(order))) return;
      orders.add(String(order));
      remember(orders);
    }
    const list = said.item_list_id ?? said.item_list_name;
    const rail = list ?? items[0]?.item_list_id ?? items[0]?.item_list_name;
    const where = rail == null ? {} : { rail: String(rail) };
    void Promise.resolve(recommender)
      .then(async (ranks) => {
        if (name === 'view_item_list') await ranks.recordImpression(ids, where);
        if (name === 'select_item') await ranks.recordClick(ids[0] as string, where);
        if (kind) await Promise.all([...new Set(ids)].map((item) => ranks.record({ item, kind })));
      })
      .catch(() => {});
  };
  const takeAll = (entries: ArrayLike<unknown>) => {
    for (const entry of Array.from(entries)) {
      try {
        if (!over) take(entry);
      } catch {
        // Whatever a page pushes must not break the page.
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
    // Somebody who wrapped it after us still calls us, and we what was there before.
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
