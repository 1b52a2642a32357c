// Compiled in a scratch project against the package's public types; not run.
import { type Changed, type Recommendation, Recommender } from 'vicino';
import { fromCallback, fromConsentMode, fromShopify } from 'vicino/consent';
import { fromDataLayer, toDataLayer } from 'vicino/datalayer';
import { loadManifest } from 'vicino/delivery';
import { setRecommender, type VicinoRail } from 'vicino/element';
import { pageRails } from 'vicino/pages';
import { usePage, useRail, useVicino, VicinoProvider } from 'vicino/react';
import { createVicino, rail } from 'vicino/svelte';
import { createVicino as createVue, useRail as useVueRail } from 'vicino/vue';
import { Recommender as InWorker, type WorkerRecommender } from 'vicino/worker';

export async function list(bytes: Uint8Array): Promise<Recommendation[]> {
  const shop = await Recommender.load(bytes, { storage: 'memory' });
  // @ts-expect-error: there is no such option
  shop.forYou({ limit: 3 });
  return shop.related('sku-1', { k: 3, where: ({ category }) => category !== 'Shoes' });
}

export async function listInWorker(worker: Worker): Promise<Recommendation[]> {
  const shop: WorkerRecommender = await InWorker.load('/shop.vicino', { worker });
  const storage: string = await shop.history.storage;
  const items: number = (await shop.model).numItems;
  const stop: () => void = shop.history.subscribe(() => {});
  const end: () => void = shop.subscribe((changed: Changed) => void changed.length);
  // @ts-expect-error: a predicate cannot be sent to a worker
  await shop.forYou({ where: () => true });
  // @ts-expect-error: it is a promise
  shop.forYou().length;
  stop();
  end();
  shop.free();
  return shop.related('sku-1', { k: items + storage.length, where: { category: 'Shoes' } });
}

export async function elsewhere(dataLayer: unknown[]): Promise<void> {
  const shop = await loadManifest('/manifest.json', { checkHours: 1 });
  shop.forYou({ k: 1 }).map(({ id }) => id);
  const inWorker = await loadManifest('/manifest.json', { load: InWorker.load });
  (await inWorker.forYou({ k: 1 })).map(({ id }) => id);
  const stop: () => void = fromDataLayer(shop, dataLayer);
  stop();
  toDataLayer(Promise.resolve(inWorker), dataLayer, { item: (id) => ({ item_name: id }) })();
  fromConsentMode(shop, dataLayer, { type: 'functionality_storage' })();
  fromShopify(inWorker, { onError: (error) => console.error(error) })();
  fromCallback(Promise.resolve(shop), (decide) => decide(true))();
  // @ts-expect-error: neither is a yes
  fromCallback(shop, (decide) => decide('granted'));
  setRecommender(inWorker);
  const element: VicinoRail = document.createElement('vicino-rail');
  element.list = 'related';
  element.addEventListener('vicino-click', ({ detail }) => detail.ids[0]?.length);
}

export function useHooks(): void {
  useRail('related', { item: 'sku-1', k: 4, where: () => true })[0]?.id.length;
  usePage([{ name: 'top', list: 'trending' }], { k: 3 })[0]?.items.length;
  usePage(pageRails('product', { item: 'sku-1' }))[0]?.items.length;
  usePage(pageRails('emptySearch'), { k: 3 });
  // @ts-expect-error: a product page has an item
  pageRails('product', { items: ['sku-1'] });
  // @ts-expect-error: a cart has items
  pageRails('cart');
  useVicino()?.forYou();
  VicinoProvider({ source: '/shop.vicino' });
  // @ts-expect-error: there is no such list
  useRail('relate');
}

export function useStores(): void {
  const shop = createVicino({ source: '/shop.vicino' });
  rail(shop, 'forYou', { k: 4 }).subscribe((items) => items[0]?.id.length);
  createVue({ source: new URL('https://shop.example/shop.vicino') });
  useVueRail('similar', () => ({ item: 'sku-1' })).value[0]?.id.length;
}
