import type { AnyRecommender } from '../bindings/binding-core.js';
import { checkDataLayer, checkShop, isFunction } from '../bindings/checks.js';
import { checkOptions } from '../core/check.js';
import type { VicinoError } from '../core/errors.js';
import type { EventKind } from '../core/types.js';
import { ordersOf } from './orders.js';
import {
  asOwn,
  type Event,
  type Fields,
  fields,
  itemsOf,
  listOf,
  notesOn,
  read,
  see,
  watch,
} from './watch.js';

/** Options of reading a data layer. */
export interface DataLayerOptions {
  /** Returns the id that the model knows for an item, or `undefined` to leave the item out. Default: `item_id`. */
  id?: (item: Readonly<Record<string, unknown>>) => string | undefined;
}

const KINDS = new Map<string, EventKind | undefined>([
  ['view_item', 'view'],
  ['add_to_cart', 'cart'],
  ['purchase', 'purchase'],
  ['view_item_list', undefined],
  ['select_item', undefined],
]);

/**
 * Records the GA4 events `view_item`, `add_to_cart` and `purchase`, and counts `view_item_list` as impressions and
 * `select_item` as a click: events already in the data layer and later ones, pushed as objects or by `gtag`. Each is
 * read once, whatever stops and starts again. A purchase is skipped if this tab has seen its `transaction_id` before,
 * or without one the same items. Nothing that is pushed makes it throw. Returns the function that ends it.
 */
export function fromDataLayer(
  recommender: AnyRecommender | PromiseLike<AnyRecommender>,
  dataLayer: unknown[],
  options: DataLayerOptions = {},
): () => void {
  checkShop('fromDataLayer', recommender);
  checkDataLayer('fromDataLayer', dataLayer);
  checkOptions('fromDataLayer', options, { id: isFunction });
  const { id = ({ item_id }) => item_id as string | undefined } = options;
  const notes = notesOn(dataLayer);
  const { readers, seen, left, orders } = notes;
  const tab = ordersOf(recommender);

  /** Records an event; false if the recommender did not load or was freed. */
  const reader = async (name: string, data: Fields, order: string): Promise<boolean> => {
    const items = itemsOf(data);
    const ids = items.flatMap((item) => {
      const own = id(item);
      return own == null || own === '' ? [] : [String(own)];
    });
    const [item] = ids;
    if (item === undefined) return true;
    const rail = listOf(data) ?? listOf(fields(items[0]));
    const where = rail == null ? {} : { rail: String(rail) };
    const kind = KINDS.get(name);
    let shop: AnyRecommender;
    try {
      shop = await recommender;
    } catch {
      return false;
    }
    try {
      if (order && (await tab.isKnown(shop, order))) return true;
      // `toDataLayer` must not push what came from there.
      const done = asOwn(notes, () =>
        kind
          ? [...new Set(ids)].map((item) => shop.record({ item, kind }))
          : name === 'select_item'
            ? [shop.recordClick(item, where)]
            : [shop.recordImpression(ids, where)],
      );
      await Promise.all(done);
    } catch (error) {
      return (error as VicinoError).code !== 'freed';
    }
    return true;
  };

  const take = (entry: object) => {
    seen.add(entry);
    const pushed = read(entry);
    const { name } = pushed;
    if (name === undefined) {
      if ('ecommerce' in entry) notes.ahead = entry.ecommerce;
      return;
    }
    const data = fields(pushed.data ?? notes.ahead);
    notes.ahead = undefined;
    if (!KINDS.has(name)) return;
    const order = name === 'purchase' ? orderOf(data) : '';
    if (order && orders.has(order)) return;
    orders.add(order);
    void offer(name, data, order);
  };
  const offer = async (...event: Event) => {
    for (const next of readers) {
      // What makes the page's `id` throw is not for the next one either.
      if (await next(...event).catch(() => true)) return;
      readers.delete(next);
    }
    left.push(event);
  };

  const stop = watch(dataLayer, (entry) => {
    const [first] = readers;
    if (!notes.isOwn && first === reader) take(entry);
  });
  readers.add(reader);
  for (const event of left.splice(0)) void offer(...event);
  for (const entry of [...dataLayer]) see(entry, (one) => seen.has(one) || take(one));
  return () => {
    readers.delete(reader);
    tab.stop();
    stop();
  };
}

/** Returns the number of an order, or its items if it has none. */
const orderOf = (data: Fields): string =>
  JSON.stringify(
    data.transaction_id == null
      ? itemsOf(data).map(({ item_id, item_name, quantity }) => [item_id, item_name, quantity])
      : String(data.transaction_id),
  );
