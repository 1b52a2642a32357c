import { useImpressions, useRail, VicinoProvider } from 'vicino/react';

function Rail({ initialItems }) {
  const items = useRail('related', { item: 'sku-1', k: 4, initialItems });
  return (
    <ul ref={useImpressions('related', 'a')}>
      {items.map(({ id }) => (
        <li key={id} data-vicino-id={id}>
          {id}
        </li>
      ))}
    </ul>
  );
}

export default function Hydrated({ recommender, initialItems }) {
  return (
    <VicinoProvider recommender={recommender}>
      <Rail initialItems={initialItems} />
      <p>below</p>
    </VicinoProvider>
  );
}
