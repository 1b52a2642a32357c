// A product as a card: picture, title, price, one button.
import { picture } from '../art/draw';
import type { Product } from '../catalogue';
import { h } from '../dom';
import { price } from '../format';
import { icons } from '../icons';
import { to } from '../router';
import type { Shop } from '../shop';
import { toast } from './toast';

/** A frame with the product's picture on its aisle's colour. */
export function pictureFrame(product: Product): HTMLElement {
  return h('div', {
    class: 'picture',
    'data-aisle': product.shelf.aisle.id,
    html: picture(product),
  });
}

/** Maker and size, on one line. */
export const detailLine = (product: Product): string =>
  [product.makerName, product.size].filter(Boolean).join(' · ');

/** Puts one into the cart and remembers it. */
export async function addToCart(shop: Shop, product: Product): Promise<void> {
  shop.cart.add(product.id);
  toast(`${product.title} is in your cart`);
  await shop.engine.record(product.id, 'cart');
}

/** A card. `note` is a small line of why it is here. */
export function card(shop: Shop, product: Product, note?: string): HTMLElement {
  const add = h('button', {
    type: 'button',
    class: 'add',
    'aria-label': `Add ${product.title} to cart`,
    title: 'Add to cart',
    html: icons.plus,
    onclick: () => void addToCart(shop, product),
  });
  return h(
    'article',
    { class: 'card', 'data-id': product.id },
    pictureFrame(product),
    h(
      'div',
      { class: 'card-text' },
      h('h3', null, h('a', { href: to.product(product.id) }, product.title)),
      h('p', { class: 'detail' }, detailLine(product)),
      note ? h('p', { class: 'because' }, note) : null,
    ),
    h('div', { class: 'card-foot' }, h('span', { class: 'price' }, price(product.cents)), add),
  );
}
