// A product as a card: picture, title, price, a button, and in a rail a menu.

import type { Product } from '../catalogue';
import { h } from '../dom';
import { price } from '../format';
import { icons } from '../icons';
import { picture } from '../illustrations';
import { to } from '../router';
import type { Shop } from '../shop';
import { type Entry, openMenu } from './menu';
import { toast } from './toast';

/** Additions to a card that is in a rail. */
export interface InRail {
  /** Reason for the recommendation, on a line of its own; '' keeps the line empty. */
  note?: string | undefined;
  /** Called when a click leads to the product or into the cart. */
  onClick: () => void;
  menu: () => Entry[];
}

/** Makes a frame with the product's picture on the colour of its aisle. */
export function pictureFrame(product: Product): HTMLElement {
  return h('div', {
    class: 'picture',
    'data-aisle': product.shelf.aisle.id,
    html: picture(product),
  });
}

/** Returns brand and size on one line. */
export const detailLine = (product: Product): string =>
  [product.brand, product.size].filter(Boolean).join(' · ');

/** Adds a product to the cart and records the event. */
export async function addToCart(shop: Shop, product: Product): Promise<void> {
  shop.cart.add(product.id);
  toast(`${product.title} is in your cart`);
  await shop.engine.record(product.id, 'cart');
}

export function card(shop: Shop, product: Product, inRail?: InRail): HTMLElement {
  const { title, inStock } = product;
  const add = h('button', {
    type: 'button',
    class: 'add',
    'aria-label': `Add ${title} to cart`,
    title: 'Add to cart',
    html: icons.plus,
    onclick: () => {
      inRail?.onClick();
      void addToCart(shop, product);
    },
  });
  return h(
    'article',
    { class: inStock ? 'card' : 'card sold-out', 'data-id': product.id },
    pictureFrame(product),
    h(
      'div',
      { class: 'card-text' },
      h(
        'h3',
        null,
        h('a', { href: to.product(product.id), title, onclick: inRail?.onClick }, title),
      ),
      h('p', { class: 'detail' }, detailLine(product)),
      inRail?.note === undefined
        ? null
        : h('p', { class: 'because', title: inRail.note }, inRail.note),
    ),
    h(
      'div',
      { class: 'card-foot' },
      h('span', { class: 'price' }, price(product.cents)),
      inStock ? add : h('span', { class: 'stock' }, 'Out of stock'),
    ),
    inRail && menuButton(title, inRail.menu),
  );
}

function menuButton(title: string, entries: () => Entry[]): HTMLElement {
  const button = h('button', {
    type: 'button',
    class: 'more',
    'aria-label': `More about ${title}`,
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    html: icons.more,
    onclick: () => openMenu(button, title, entries()),
  });
  return button;
}

/** Makes a placeholder for a card. */
export const ghost = (noted: boolean): HTMLElement =>
  h(
    'div',
    { class: 'card ghost' },
    h('div', { class: 'picture' }),
    h(
      'div',
      { class: 'card-text' },
      h('p', { class: 'ghost-title' }),
      h('p', { class: 'detail' }, '\u00a0'),
      noted ? h('p', { class: 'because' }, '\u00a0') : null,
    ),
    h('div', { class: 'card-foot' }, h('span', { class: 'add' })),
  );
