// The package in a page without a framework or a bundler; the suite calls `probe`.
import { Recommender } from './index.js';
import { lists, view, withConsent } from './lists.js';

let shop;

globalThis.probe = {
  /** Loads a model; gives what the page can tell of it, or the code of the error. */
  async load(model) {
    const began = performance.now();
    try {
      shop = await Recommender.load(model, withConsent(Recommender));
    } catch ({ code, message }) {
      return { code, message };
    }
    const ms = performance.now() - began;
    const { storage } = shop.history;
    return { ms, opened: shop.model.opened, numItems: shop.model.numItems, storage };
  },
  view: (items) => view(shop, items),
  lists: (items) => lists(shop, items),
  history: () => shop.history.list().map(({ item }) => item),
  /** Mean time of a list in ms; many, because the clock of most engines is coarse on purpose. */
  forYouMs(times) {
    const began = performance.now();
    for (let left = times; left > 0; left--) shop.forYou();
    return (performance.now() - began) / times;
  },
};
