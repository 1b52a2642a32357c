// The package in a page without a framework or a bundler; the suite calls `probe`.
import { Recommender } from './index.js';
import { lists, view } from './lists.js';

let shop;

globalThis.probe = {
  /** Loads a model; returns its description, or the code of the error. */
  async load(model, options) {
    const began = performance.now();
    try {
      shop = await Recommender.load(model, options);
    } catch ({ code, message }) {
      return { code, message };
    }
    const ms = performance.now() - began;
    const { history, model: about, consent } = shop;
    return {
      ms,
      numItems: about.numItems,
      storage: history.storage,
      problem: history.problem,
      consent: consent.state,
      items: history.list().map(({ item }) => item),
      encrypted: shop.privacyReport().encrypted,
    };
  },
  view: (items) => view(shop, items),
  lists: (items) => lists(shop, items),
  grant: () => shop.consent.grant(),
  deny: () => shop.consent.deny(),
  /** Mean time of a list in ms; many, because the clock of most engines is coarse on purpose. */
  forYouMs(times) {
    const began = performance.now();
    for (let left = times; left > 0; left--) shop.forYou();
    return (performance.now() - began) / times;
  },
};
