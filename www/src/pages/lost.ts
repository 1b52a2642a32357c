// An address that leads nowhere.
import { h } from '../dom';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { keepCurrent } from '../ui/rail';
import { trending } from '../ui/rails';

export function lostPage(shop: Shop, what: string): Page {
  const rails = [trending(shop, 'in the whole shop')];
  return {
    title: 'Not here',
    content: [
      h('h1', { tabindex: '-1' }, 'That is not on our shelves'),
      h('p', { class: 'empty' }, `${what} `, h('a', { href: to.home() }, 'Back to the shop'), '.'),
      ...rails.map(({ element }) => element),
    ],
    leave: keepCurrent(shop, rails),
  };
}
