// After the documentation's snippet, which reads `window.dataLayer` and gave `shop` and `stop`.
import { say, until } from './wait.js';

export const check = (shop, stop) =>
  say(async () => {
    const item = (item_id) => ({ item_id, item_name: 'a name', price: 3 });
    function gtag() {
      // biome-ignore lint/complexity/noArguments: as Google's own snippet does
      window.dataLayer.push(arguments);
    }
    const push = (event, ecommerce) => window.dataLayer.push({ event, ecommerce });
    push('add_to_cart', { items: [item('sku-2')] });
    gtag('event', 'view_item', { items: [item('sku-3')] });
    gtag('js', new Date());
    push('remove_from_cart', { items: [item('sku-2')] });
    push('purchase', { transaction_id: 'T-1', items: [item('sku-4'), item('sku-5')] });
    push('purchase', { transaction_id: 'T-1', items: [item('sku-4'), item('sku-5')] });
    push('view_item_list', { item_list_id: 'home', items: [item('sku-6'), item('sku-7')] });
    push('select_item', { item_list_id: 'home', items: [item('sku-6')] });
    for (const odd of [
      null,
      undefined,
      1,
      'event',
      {},
      { event: 'view_item' },
      { event: 'purchase', ecommerce: 7 },
    ]) {
      window.dataLayer.push(odd);
    }
    window.dataLayer.push({ ecommerce: { items: [item('sku-10')] } }, { ecommerce: null });
    window.dataLayer.push({ event: 'view_item' });
    window.dataLayer.push({ ecommerce: { items: [null, {}, item(8)] } }, { event: 'view_item' });
    const events = await until(() => {
      const list = shop.history.list();
      return list.length >= 6 && list;
    });
    stop();
    push('view_item', { items: [item('sku-9')] });
    await new Promise((resolve) => setTimeout(resolve));
    return {
      events: events.map(({ item, kind }) => `${kind} ${item}`).sort(),
      later: shop.history.list().length,
      counts: (await shop.metrics.counts()).map(({ day, ...count }) => count),
      pushed: window.dataLayer.length,
      isNative: window.dataLayer.push === Array.prototype.push,
    };
  });
