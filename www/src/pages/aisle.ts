// A department, or one category of it.

import type { Filter } from 'vicino';
import { type Aisle, oneSizeEach, type Shelf } from '../catalogue';
import { h } from '../dom';
import { inAisle } from '../ranking-call';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { grid } from '../ui/grid';
import { pageRails } from '../ui/rails';
import { forYou, requestForYou, trending } from '../ui/slots';

export function aislePage(shop: Shop, aisle: Aisle, shelf?: Shelf): Page {
  const name = shelf?.name ?? aisle.name;
  const products = oneSizeEach(shelf?.products ?? aisle.products);
  // A row of its own needs products that *Trending* does not take.
  const isLarge = products.length > 30;
  const where: Filter = shelf ? { category: shelf.category } : inAisle(aisle.id);
  const personal = forYou(shop);
  const rails = pageRails(
    shop,
    [
      trending(shop, `in ${name}`),
      ...(isLarge ? [{ ...personal, title: () => `${personal.title()} in ${name}` }] : []),
    ],
    () => [
      { name: 'trending', list: 'trending', where },
      ...(isLarge ? [{ ...requestForYou(shop), where }] : []),
    ],
  );
  return {
    title: name,
    content: [
      crumbs(aisle, shelf),
      h('h1', { tabindex: '-1' }, name),
      h(
        'nav',
        { class: 'chips', 'aria-label': `Categories of ${aisle.name}` },
        h('a', { href: to.aisle(aisle.id), 'aria-current': shelf ? undefined : 'page' }, 'All'),
        aisle.shelves
          .filter((one) => one.products.length > 0)
          .map((one) =>
            h(
              'a',
              {
                href: to.aisle(aisle.id, one.slug),
                'aria-current': one === shelf ? 'page' : undefined,
              },
              one.name,
            ),
          ),
      ),
      ...rails.elements,
      h(
        'section',
        { 'aria-labelledby': 'all-products' },
        h('h2', { id: 'all-products' }, `All of ${name}`),
        grid(shop, products, 'bought'),
      ),
    ],
    leave: rails.stop,
  };
}

/** Makes the breadcrumbs from home to this page. */
export function crumbs(aisle: Aisle, shelf?: Shelf, product?: string): HTMLElement {
  return h(
    'nav',
    { class: 'crumbs', 'aria-label': 'You are here' },
    h(
      'ol',
      null,
      h('li', null, h('a', { href: to.home() }, 'Home')),
      shelf || product
        ? h('li', null, h('a', { href: to.aisle(aisle.id) }, aisle.name))
        : h('li', { 'aria-current': 'page' }, aisle.name),
      shelf
        ? product
          ? h('li', null, h('a', { href: to.aisle(aisle.id, shelf.slug) }, shelf.name))
          : h('li', { 'aria-current': 'page' }, shelf.name)
        : null,
      product ? h('li', { 'aria-current': 'page' }, product) : null,
    ),
  );
}
