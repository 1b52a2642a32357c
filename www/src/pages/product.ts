// One product, and products that go with it. Records the view, and the time that the shopper stays.
import type { Product } from '../catalogue';
import { h } from '../dom';
import { count, price } from '../format';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { addToCart, pictureFrame } from '../ui/card';
import { pageRails } from '../ui/rails';
import {
  forYou,
  recentlyViewed,
  related,
  requestForYou,
  requestRelated,
  requestSimilar,
  similar,
  together,
} from '../ui/slots';
import { crumbs } from './aisle';

export function productPage(shop: Shop, product: Product): Page {
  const { shelf } = product;
  const fact = (name: string, value: string | Node): HTMLElement =>
    h('div', null, h('dt', null, name), h('dd', null, value));
  const forget = rememberView(shop, product);
  const { id: item } = product;
  const rails = pageRails(
    shop,
    [together('Often in the same basket'), similar(), related(), forYou(shop), recentlyViewed()],
    () => [
      { name: 'together', list: 'boughtTogether', item },
      requestRelated('related', product),
      requestSimilar(product),
      { name: 'recent', list: 'recentlyViewed', exclude: product.sizes.map(({ id }) => id) },
      requestForYou(shop),
    ],
  );
  return {
    title: product.title,
    content: [
      crumbs(shelf.aisle, shelf, product.title),
      h(
        'section',
        { class: 'product', 'data-id': product.id },
        pictureFrame(product),
        h(
          'div',
          null,
          h('h1', { tabindex: '-1' }, product.title),
          product.cents > 0 ? h('p', { class: 'price' }, price(product.cents)) : null,
          h(
            'button',
            {
              type: 'button',
              class: 'button',
              id: 'add-to-cart',
              disabled: !product.inStock,
              onclick: () => void addToCart(shop, product),
            },
            product.inStock ? 'Add to cart' : 'Out of stock',
          ),
          h(
            'dl',
            { class: 'facts' },
            product.brand ? fact('Brand', product.brand) : null,
            product.size ? fact('Size', product.size) : null,
            otherSizes(product),
            fact('Category', h('a', { href: to.aisle(shelf.aisle.id, shelf.slug) }, shelf.name)),
            fact('Product number', product.id),
            fact('Popularity', popularity(product, shop.catalogue.products.length)),
          ),
        ),
      ),
      ...rails.elements,
    ],
    leave: () => {
      rails.stop();
      forget();
    },
  };
}

/** Makes links to the other sizes of a product, the most bought one of each. */
function otherSizes({ size, sizes }: Product): HTMLElement | null {
  const others = new Map<string, Product>();
  for (const one of sizes) {
    if (one.size !== '' && one.size !== size && !others.has(one.size)) others.set(one.size, one);
  }
  if (others.size === 0) return null;
  const links = [...others.values()].map((one) =>
    h('li', null, h('a', { href: to.product(one.id) }, one.size)),
  );
  return h(
    'div',
    null,
    h('dt', null, 'Other sizes'),
    h('dd', null, h('ul', { class: 'sizes' }, links)),
  );
}

/** Says in words how much a product is bought. */
function popularity({ place }: Product, total: number): string {
  if (place === 0) return 'The most bought of all';
  return `Number ${count(place + 1)} of ${count(total)} by purchases`;
}

/**
 * Records one view, at once or as soon as the model has loaded, and its dwell time when the shopper leaves the page.
 */
function rememberView({ engine }: Shop, { id }: Product): () => void {
  let at: number | undefined;
  let seenMs = 0;
  let since = document.hidden ? undefined : performance.now();
  const remember = (): void => {
    if (!engine.recommender || at !== undefined) return;
    at = Date.now();
    void engine.recommender.record({ item: id, kind: 'view', at });
  };
  const look = (): void => {
    if (since !== undefined) seenMs += performance.now() - since;
    since = document.hidden ? undefined : performance.now();
  };
  const stay = (): void => {
    look();
    const { recommender } = engine;
    // An event that was forgotten meanwhile must not come back.
    if (at === undefined || !recommender?.history.list().some(({ item }) => item === id)) return;
    void recommender.record({ item: id, kind: 'view', at, dwellMs: Math.round(seenMs) });
  };
  const stop = engine.subscribe(remember);
  remember();
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', stay);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', look);
    removeEventListener('pagehide', stay);
    stay();
  };
}
