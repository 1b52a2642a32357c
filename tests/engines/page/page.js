// The package in a page without a framework or a bundler; the suite calls `probe`.
import { Recommender } from './index.js';
import { lists, view } from './lists.js';
import { Recommender as InWorker } from './worker-client.js';

let shop;
let persisted;
addEventListener('pageshow', (event) => {
  persisted = event.persisted;
});

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
  /** The same in a worker; returns the items of the history. */
  async loadInWorker(model, options) {
    shop = await InWorker.load(model, options);
    return (await shop.history.list()).map(({ item }) => item);
  },
  items: async () => (await shop.history.list()).map(({ item }) => item),
  grant: () => shop.consent.grant(),
  /** True if the browser had kept the page for the way back. */
  wasKept: () => persisted,
  notKeptFor: () =>
    JSON.stringify(performance.getEntriesByType('navigation')[0]?.notRestoredReasons),
  recent: () => shop.recentlyViewed().map(({ id }) => id),
  /** Starts to listen; `heard` returns what changed since, with the items of the list made then. */
  hear() {
    const heard = [];
    shop.subscribe((changed) => heard.push([changed, this.recent()]));
    this.heard = () => heard;
  },
  deny: () => shop.consent.deny(),
  /** Mean time of a list in ms; many, because the clock of most engines is coarse on purpose. */
  forYouMs(times) {
    const began = performance.now();
    for (let left = times; left > 0; left--) shop.forYou();
    return (performance.now() - began) / times;
  },
};
