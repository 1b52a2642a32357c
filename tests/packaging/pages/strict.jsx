import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useRail, VicinoProvider } from 'vicino/react';
import './list.js';

const source = await fetch('./shop.vicino');

function Rail() {
  return useRail('trending', { k: 4 }).map(({ id }) => (
    <li key={id}>
      <a href={`/p/${id}`}>{id}</a>
    </li>
  ));
}

createRoot(document.querySelector('#app')).render(
  <StrictMode>
    <VicinoProvider source={source}>
      <Rail />
    </VicinoProvider>
  </StrictMode>,
);
