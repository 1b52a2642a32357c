import { createVicino, useRail } from 'vicino/vue';
import { createApp, h } from 'vue';
import { follow } from './follow-probe.js';
import { options, shop } from './shop.js';

function useList() {
  const items = useRail('forYou', options);
  return () => items.value.map(({ id }) => h('p', { 'data-vicino-id': id }));
}

createApp({ setup: useList })
  .use(createVicino({ recommender: shop }))
  .mount('#app');
follow(shop);
