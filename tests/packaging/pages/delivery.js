// Loads by the manifest in `models/`, with the settings in the address.
import { loadManifest } from 'vicino/delivery';
import { say, until } from './wait.js';

const {
  wait,
  manifest = './models/manifest.json',
  ...options
} = JSON.parse(decodeURIComponent(location.search.slice(1)) || '{}');
const problem = ({ code, message }) => ({ code, message });

say(async () => {
  const said = [];
  let updated = 0;
  try {
    const shop = await loadManifest(manifest, {
      ...options,
      onUpdate: () => updated++,
      onError: (error) => said.push(problem(error)),
    });
    await shop.record({ item: 'sku-1' });
    const before = shop.model.numItems;
    if (wait === 'update') await until(() => updated);
    if (wait === 'error') await until(() => said.length);
    return {
      ...{ before, said, after: shop.model.numItems },
      history: shop.history.list().map(({ item }) => item),
      rail: shop.trending({ k: 3 }).length,
    };
  } catch (error) {
    return { rejected: problem(error), said };
  }
});
