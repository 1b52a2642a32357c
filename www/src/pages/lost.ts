// The page for an unknown address.
import { h } from '../dom';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { pageRails } from '../ui/rails';
import { trending } from '../ui/slots';

export function lostPage(shop: Shop, what: string): Page {
  const rails = pageRails(shop, [trending(shop)], () => [{ name: 'trending', list: 'trending' }]);
  return {
    title: 'Not found',
    content: [
      h('h1', { tabindex: '-1' }, 'Not found'),
      h('p', { class: 'empty' }, `${what} `, h('a', { href: to.home() }, 'Back to the shop'), '.'),
      ...rails.elements,
    ],
    leave: rails.stop,
  };
}
