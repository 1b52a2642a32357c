import type { AnyRecommender } from '../bindings/binding-core.js';
import { checkDataLayer, checkShop, isFunction } from '../bindings/checks.js';
import { checkOptions, isOneOf } from '../core/check.js';
import type { Placement, Rail } from '../core/types.js';
import {
  after,
  asOwn,
  type Fields,
  fields,
  listOf,
  notesOn,
  read,
  report,
  watch,
} from './watch.js';

/** Options of pushing the events of rails. */
export interface ListEventOptions {
  /** Returns what the data layer should say of an item, such as `item_name` and `price`. Default: `item_id` alone. */
  item?: (id: string) => Readonly<Record<string, unknown>> | undefined;
  /** Returns the name of a rail's list for reports. Default: the name of the rail. */
  listName?: (rail: string) => string;
  /**
   * Form of the entries: `gtm`, objects as Google Tag Manager reads them, or `gtag`, arguments as a page without it
   * needs them. Default: `gtm`.
   */
  format?: 'gtm' | 'gtag';
}

const DAY_MS = 864e5;
/** Maximum number of items of an event. */
const NUM_ITEMS = 200;
/** Fields of an item that say in which list it was, and where. */
const LIST = ['item_list_id', 'item_list_name', 'index'];
/** Events whose items get the list in which they were selected; without a name, data for the next event. */
const LATER = ['add_to_cart', 'begin_checkout', 'purchase', undefined];

/**
 * Pushes the GA4 events `view_item_list` and `select_item` for what the recommender counts as shown and clicked, each
 * item with its list and its place in it, and adds the list to the items of `add_to_cart`, `begin_checkout` and
 * `purchase` that the page pushes within a day after a click. Returns the function that ends it.
 */
export function toDataLayer(
  recommender: AnyRecommender | PromiseLike<AnyRecommender>,
  dataLayer: unknown[],
  options: ListEventOptions = {},
): () => void {
  checkShop('toDataLayer', recommender);
  checkDataLayer('toDataLayer', dataLayer);
  checkOptions('toDataLayer', options, {
    item: isFunction,
    listName: isFunction,
    format: isOneOf('gtm', 'gtag'),
  });
  const { sources } = notesOn(dataLayer);
  let over = false;
  let release = () => {};
  const begin = (shop: AnyRecommender) => {
    if (over) return;
    // Two of them for one recommender must not push everything twice.
    const source = sources.get(shop) ?? { num: 0, stop: start(shop, dataLayer, options) };
    source.num++;
    sources.set(shop, source);
    release = () => {
      if (--source.num > 0) return;
      sources.delete(shop);
      source.stop();
    };
  };
  // Without a recommender there are no rails.
  if ('then' in recommender)
    Promise.resolve(recommender)
      .then(begin)
      .catch(() => {});
  else begin(recommender);
  return () => {
    if (!over) release();
    over = true;
  };
}

/** Pushes the events of a recommender; returns the function that ends it. */
function start(
  shop: AnyRecommender,
  dataLayer: unknown[],
  { item, listName = (rail) => rail, format }: ListEventOptions,
): () => void {
  const notes = notesOn(dataLayer);
  /** Places of items, by rail and id. */
  const places = new Map<string, Map<string, number>>();
  /** Lists in which items were selected, by `item_id`, with the time. */
  const selected = new Map<unknown, { readonly at: number; readonly list: Fields }>();

  const listFor = (rail: string): Fields =>
    rail ? { item_list_id: rail, item_list_name: listName(rail) } : {};
  const itemOf = (id: string): Fields => ({ item_id: id, ...item?.(id) });

  const push = (name: string, ids: readonly string[], where: unknown) => {
    // What `fromDataLayer` has read is there already.
    if (notes.isOwn) return;
    const { rail = '' } = fields(where) as Placement;
    const list = listFor(rail);
    const known = places.get(rail) ?? new Map<string, number>();
    places.set(rail, known);
    // Of a rail that was not made by `page`, the shop says at once what is shown.
    if (name === 'view_item_list') {
      for (const [at, id] of ids.entries()) if (!known.has(id)) known.set(id, at);
    }
    for (let at = 0; at < ids.length; at += NUM_ITEMS) {
      const items = ids.slice(at, at + NUM_ITEMS).map((id) => {
        const index = known.get(id);
        return { ...itemOf(id), ...list, ...(index !== undefined && { index }) };
      });
      const data = { ...list, items };
      const entries =
        format === 'gtag'
          ? [command('event', name, data)]
          : [{ ecommerce: null }, { event: name, ecommerce: data }];
      for (const entry of entries) notes.seen.add(entry);
      asOwn(notes, () => dataLayer.push(...entries));
    }
  };

  /** Notes the lists of a click, and adds them to the items of later events. */
  const carry = (entry: object) => {
    const { name, key, data } = read(entry);
    const event = fields(data);
    const given: unknown[] = Array.isArray(event.items) ? event.items : [];
    const shared = listIn(event);
    const at = Date.now();
    if (name === 'select_item') {
      for (const one of given.map(fields)) {
        selected.set(String(one.item_id), { at, list: { ...shared, ...listIn(one) } });
      }
    }
    if (!LATER.includes(name) || listOf(shared) != null) return;
    const items = given.map((one) => {
      const known = selected.get(String(fields(one).item_id));
      if (!known || at - known.at > DAY_MS || listOf(fields(one)) != null) return one;
      return { ...known.list, ...fields(one) };
    });
    // A copy, as the page may use the objects elsewhere.
    if (items.some((one, at) => one !== given[at])) {
      (entry as Fields)[key] = { ...event, items };
    }
  };

  const place = (rails: readonly Rail[]) => {
    for (const { name } of rails) places.set(name, new Map());
    for (const { name, items } of rails) {
      for (const [at, { id }] of items.entries()) places.get(name)?.set(id, at);
    }
  };

  const seed = (json: string) => {
    const { clicked } = JSON.parse(json);
    for (const [id, [at, rail]] of clicked ?? []) {
      const { item_id } = itemOf(id);
      if (rail) selected.set(String(item_id), { at, list: listFor(rail) });
    }
  };
  // Clicks of earlier pages, as far as the device has kept them.
  Promise.resolve(shop.history.export()).then(seed).catch(report);

  const stops = [
    watch(dataLayer, carry),
    after(shop, 'recordImpression', ([ids, where]) =>
      push('view_item_list', ids as string[], where),
    ),
    after(shop, 'recordClick', ([id, where]) => push('select_item', [id as string], where)),
    after(shop, 'page', (_, page) =>
      Array.isArray(page) ? place(page) : (page as Promise<Rail[]>).then(place),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Makes a command of Google's tag, which reads commands from `arguments` alone. */
function command(..._parts: unknown[]): object {
  // biome-ignore lint/complexity/noArguments: see above
  return arguments;
}

const listIn = (from: Fields): Fields =>
  Object.fromEntries(LIST.flatMap((name) => (from[name] == null ? [] : [[name, from[name]]])));
