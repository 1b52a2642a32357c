// Recommenders in the state of Vue, Pinia and Alpine, which put proxies in the place of objects.
import Alpine from 'alpinejs';
import { createPinia, defineStore } from 'pinia';
import { createApp, reactive, ref, watch } from 'vue';
import { shop } from './shop.js';
import { say, until } from './wait.js';

say(async () => {
  const listed = async (one) => {
    await one.record({ item: 'sku-1' });
    await one.catalog.update([{ id: 'sku-2', price: 3 }]);
    const items = await one.related('sku-1', { k: 3 });
    return [items.length, (await one.model).numItems, await one.consent.state];
  };
  const deep = ref({ in: { depth: [shop] } });
  // Goes through every property in depth.
  watch(deep, () => {}, { deep: true, immediate: true });
  const app = createApp({ render: () => null });
  app.use(createPinia());
  const useStore = defineStore('shop', { state: () => ({ shop }) });
  Alpine.data('rail', () => ({
    shop,
    text: '',
    async init() {
      this.text = JSON.stringify(await listed(this.shop));
    },
  }));
  document.querySelector('#app').innerHTML = '<p x-data="rail" x-text="text"></p>';
  Alpine.start();
  const shown = () => document.querySelector('p').textContent;
  await until(shown);
  return {
    ref: await listed(ref(shop).value),
    reactive: await listed(reactive({ shop }).shop),
    deep: await listed(deep.value.in.depth[0]),
    pinia: await listed(useStore().shop),
    alpine: JSON.parse(shown()),
  };
});
