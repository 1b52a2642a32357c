import type { AnyRecommender } from '../bindings/binding-core.js';

/** Maximum number of orders that a tab remembers. */
const NUM_ORDERS = 20;

/** Orders that pages of this tab have recorded, since a confirmation page may be loaded again. */
interface Orders {
  /** Returns true if an earlier page has recorded the order; else remembers it. */
  isKnown(shop: AnyRecommender, order: string): Promise<boolean>;
  stop(): void;
}

/** Makes the orders of a recommender. They are stored where its history is stored, and go when consent is withdrawn. */
export function ordersOf(recommender: AnyRecommender | PromiseLike<AnyRecommender>): Orders {
  let key = '';
  let stop = () => {};
  let over = false;
  const isStored = async (shop: AnyRecommender) => {
    const { names, encrypted } = await shop.privacyReport();
    if (!names[0] || encrypted) return false;
    key = `vicino:orders ${names[0]}`;
    return true;
  };
  const follow = async () => {
    const shop = await recommender;
    await isStored(shop);
    if (over) return;
    stop = shop.consent.subscribe(() => forget(shop).catch(() => {}));
  };
  const forget = async (shop: AnyRecommender) => {
    if (key && (await shop.consent.state) !== 'granted') sessionStorage.removeItem(key);
  };
  // A recommender that did not load or was freed has nothing stored.
  follow().catch(() => {});
  return {
    async isKnown(shop, order) {
      if (!(await isStored(shop))) return false;
      try {
        const stored = JSON.parse(sessionStorage.getItem(key) ?? '[]');
        const orders: unknown[] = Array.isArray(stored) ? stored : [];
        if (orders.includes(order)) return true;
        sessionStorage.setItem(key, JSON.stringify([...orders, order].slice(-NUM_ORDERS)));
      } catch {
        // Without the storage of the tab, this page alone remembers.
      }
      return false;
    },
    stop() {
      over = true;
      stop();
    },
  };
}
