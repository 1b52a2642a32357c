// The footer of every page: where the products come from, and links to the pages behind the shop.
import { h } from '../dom';
import { count } from '../format';
import type { Shop } from '../shop';
import type { OpenDrawer } from './drawer/drawer';

/** Address of the source code as the npm package names it; none until it does. */
declare const __REPOSITORY__: string | null;

export function footer(shop: Shop, element: HTMLElement, openDrawer: OpenDrawer): void {
  const { products, numProducts } = shop.catalogue;
  const link = (href: string, text: string): HTMLElement =>
    h('li', null, h('a', { href, 'data-link': text }, text));
  element.replaceChildren(
    h(
      'div',
      { class: 'foot' },
      h(
        'p',
        { class: 'caveat' },
        h('b', null, 'A demo of Vicino: nothing can be bought here. '),
        `The purchases are simulated: they are those of the public data set The Complete Journey. The shop has ${count(numProducts)} of its products in ${count(products.length)} sizes. Prices are the median paid. The data has numbers for brands, and neither pictures nor stock: the pictures are drawings, and which products are out of stock is made up.`,
      ),
      h(
        'ul',
        { class: 'links' },
        link('./train/', 'Try it with your own products'),
        link('./docs/', 'Documentation'),
        __REPOSITORY__ ? link(__REPOSITORY__, 'Source code') : null,
        link('./eda/', 'The data behind the rows'),
        link('./eda/model/', 'What is in the file that ranks'),
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
