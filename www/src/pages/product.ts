// One product, and what goes with it. Opening it is remembered.
import type { Product } from '../catalogue';
import { h } from '../dom';
import { price } from '../format';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { addToCart, pictureFrame } from '../ui/card';
import { keepCurrent } from '../ui/rail';
import { becauseYouViewed, boughtTogether, forYou, relatedTo } from '../ui/rails';
import { crumbs } from './aisle';

export function productPage(shop: Shop, product: Product): Page {
  const { shelf } = product;
  const rails = [
    boughtTogether(shop, () => [product.id]),
    relatedTo(shop, product),
    forYou(shop),
    becauseYouViewed(shop, 0, product),
  ];
  const fact = (name: string, value: string | Node): HTMLElement =>
    h('div', null, h('dt', null, name), h('dd', null, value));
  const stop = rememberView(shop, product);
  const stopRails = keepCurrent(shop, rails);
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
            'dl',
            { class: 'facts' },
            fact('Brand', product.makerName),
            product.size ? fact('Size', product.size) : null,
            fact('Category', h('a', { href: to.aisle(shelf.aisle.id, shelf.slug) }, shelf.name)),
            fact('Product number', product.id),
            fact('Popularity', `number ${product.place + 1} of ${shop.catalogue.products.length}`),
          ),
          h(
            'button',
            {
              type: 'button',
              class: 'button',
              id: 'add-to-cart',
              onclick: () => void addToCart(shop, product),
            },
            'Add to cart',
          ),
        ),
      ),
      ...rails.map(({ element }) => element),
    ],
    leave: () => {
      stop();
      stopRails();
    },
  };
}

/** Records one view, at once or as soon as the model has loaded. */
function rememberView({ engine }: Shop, { id }: Product): () => void {
  if (engine.recommender) {
    void engine.record(id, 'view');
    return () => undefined;
  }
  const stop = engine.subscribe(() => {
    if (!engine.recommender) return;
    stop();
    void engine.record(id, 'view');
  });
  return stop;
}
