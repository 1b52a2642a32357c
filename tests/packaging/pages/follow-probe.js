// Changes a recommender in every way, and reports the items that the page's one rail shows after each.
import { say, until } from './wait.js';

export const follow = (shop) =>
  say(async () => {
    const ids = () =>
      [...document.querySelectorAll('[data-vicino-id]')].map((one) => one.dataset.vicinoId);
    const change = async (make) => {
      const before = ids().join();
      await make();
      await until(() => ids().length > 0 && ids().join() !== before);
      return ids();
    };
    const first = await change(() => {});
    const [top, second] = first;
    const model = await (await fetch('./variants.vicino')).arrayBuffer();
    return {
      first,
      sold: await change(() => shop.catalog.update([{ id: top, inStock: false }])),
      cleared: await change(() => shop.catalog.clear()),
      viewed: await change(() => shop.record({ item: second })),
      denied: await change(() => shop.consent.deny()),
      // As vicino/delivery does.
      renewed: await change(() => shop.replaceModel(new Uint8Array(model))),
    };
  });
