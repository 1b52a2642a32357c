// The cart, products that go with it, and a check-out that buys nothing.
import type { Product } from '../catalogue';
import { h } from '../dom';
import { plural, price } from '../format';
import { icons } from '../icons';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { detailLine, pictureFrame } from '../ui/card';
import { pageRails } from '../ui/rails';
import { buyAgain, forYou, requestForYou, together } from '../ui/slots';
import { toast } from '../ui/toast';

export function cartPage(shop: Shop): Page {
  const lines = h('div', { class: 'cart' });
  const rails = pageRails(
    shop,
    [
      { ...together('Goes well with your cart', true), reserved: shop.cart.ids.length > 0 },
      buyAgain(),
      forYou(shop),
    ],
    () => {
      const items = shop.cart.ids;
      return [
        ...(items.length > 0 ? [{ name: 'together', list: 'boughtTogether', items } as const] : []),
        { name: 'buy-again', list: 'buyItAgain', ...(items.length > 0 && { exclude: items }) },
        requestForYou(shop),
      ];
    },
  );
  const show = (): void => {
    const focused = document.activeElement?.getAttribute('data-focus');
    lines.replaceChildren(...(shop.cart.lines.length > 0 ? filled(shop) : [emptyCart()]));
    if (focused) {
      const next =
        lines.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`) ??
        lines.querySelector<HTMLElement>('button, a');
      next?.focus();
    }
  };
  const stopCart = shop.cart.subscribe(() => {
    show();
    rails.update();
  });
  show();
  return {
    title: 'Cart',
    content: [h('h1', { tabindex: '-1' }, 'Your cart'), lines, ...rails.elements],
    leave: () => {
      stopCart();
      rails.stop();
    },
  };
}

const emptyCart = (): HTMLElement =>
  h(
    'p',
    { class: 'empty' },
    'Your cart is empty. ',
    h('a', { href: to.home() }, 'Look around'),
    '.',
  );

function filled(shop: Shop): HTMLElement[] {
  const { cart } = shop;
  return [
    h('h2', { class: 'visually-hidden' }, 'Products in your cart'),
    h(
      'ul',
      { class: 'cart-lines' },
      cart.lines.map(({ product, quantity }) => line(shop, product, quantity)),
    ),
    h(
      'div',
      { class: 'cart-total' },
      h('p', null, plural(cart.numUnits, 'item')),
      h('p', { class: 'price' }, price(cart.cents)),
      h(
        'button',
        { type: 'button', class: 'button', id: 'check-out', onclick: () => void checkOut(shop) },
        'Check out',
      ),
      h(
        'p',
        { class: 'detail' },
        'Nothing is sold here. The demo only notes on this device what you “bought”.',
      ),
    ),
  ];
}

function line({ cart }: Shop, product: Product, quantity: number): HTMLElement {
  const change = (
    name: string,
    to_: number,
    text: string | undefined,
    html?: string,
  ): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'aria-label': `${name} ${product.title}`,
        'data-focus': `${name} ${product.id}`,
        html,
        onclick: () => cart.set(product.id, to_),
      },
      text,
    );
  return h(
    'li',
    null,
    pictureFrame(product),
    h(
      'div',
      { class: 'card-text' },
      h('h3', null, h('a', { href: to.product(product.id) }, product.title)),
      h('p', { class: 'detail' }, detailLine(product)),
    ),
    h(
      'div',
      { class: 'quantity' },
      change('One less', quantity - 1, '−'),
      h('span', { 'aria-label': 'Quantity' }, quantity),
      change('One more', quantity + 1, '+'),
    ),
    h('span', { class: 'price' }, price(product.cents * quantity)),
    change('Remove', 0, undefined, icons.trash),
  );
}

async function checkOut(shop: Shop): Promise<void> {
  const { ids } = shop.cart;
  shop.cart.clear();
  for (const id of ids) await shop.engine.record(id, 'purchase');
  toast(`Thank you. ${plural(ids.length, 'product')} noted on this device, nowhere else.`);
}
