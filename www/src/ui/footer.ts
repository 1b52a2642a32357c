// The footer of every page: source of the data, and links to the pages behind the shop.
import { h } from '../dom';
import { count } from '../format';
import type { Shop } from '../shop';
import type { OpenDrawer } from './drawer/drawer';

export function footer(shop: Shop, element: HTMLElement, openDrawer: OpenDrawer): void {
  const { source, caveat, products, numProductsInData } = shop.catalogue;
  element.replaceChildren(
    h(
      'div',
      { class: 'foot' },
      h(
        'p',
        { class: 'caveat' },
        h('b', null, `${source}: ${caveat}. `),
        `${count(products.length)} of its ${count(numProductsInData)} products are in this shop. Prices are the median paid. Makers have numbers, because the data does not name them; pictures are drawn from category and maker, and it is made up which products are out of stock. Nothing can be bought here.`,
      ),
      h(
        'ul',
        null,
        h('li', null, h('a', { href: './eda/' }, 'What the model learnt from')),
        h('li', null, h('a', { href: './eda/model/' }, 'What is in the model')),
        h(
          'li',
          null,
          h(
            'button',
            { type: 'button', class: 'link', onclick: () => openDrawer('privacy') },
            'Your history and privacy',
          ),
        ),
      ),
    ),
  );
}
