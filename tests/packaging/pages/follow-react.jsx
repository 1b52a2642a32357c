import { createRoot } from 'react-dom/client';
import { useRail, VicinoProvider } from 'vicino/react';
import { follow } from './follow-probe.js';
import { options, shop } from './shop.js';

function Rail() {
  return useRail('forYou', options).map(({ id }) => <p key={id} data-vicino-id={id} />);
}

createRoot(document.querySelector('#app')).render(
  <VicinoProvider recommender={shop}>
    <Rail />
  </VicinoProvider>,
);
follow(shop);
