// Search results, updated while the shopper types.

import { oneSizeEach } from '../catalogue';
import { h } from '../dom';
import { milliseconds, plural } from '../format';
import type { Page, Shop } from '../shop';
import { grid } from '../ui/grid';
import { pageRails } from '../ui/rails';
import { forYou, requestForYou, trending } from '../ui/slots';

export function searchPage(shop: Shop, query: string): Page {
  const began = performance.now();
  const found = oneSizeEach(shop.search.find(query));
  const took = performance.now() - began;
  const asked = query.trim();
  const rails =
    found.length === 0
      ? pageRails(shop, [forYou(shop), trending(shop)], () => [
          requestForYou(shop),
          { name: 'trending', list: 'trending' },
        ])
      : undefined;
  const title = asked ? `“${asked}”` : 'Search';
  const result =
    found.length > 0
      ? [
          h(
            'p',
            { class: 'lead' },
            `${plural(found.length, 'product')} in ${milliseconds(took)}, found on this device`,
          ),
          h('h2', { class: 'visually-hidden' }, 'Products found'),
          grid(shop, found, 'found'),
        ]
      : [
          h(
            'p',
            { class: 'empty', role: 'status' },
            asked
              ? `No product matches ${title}. Try fewer letters, or a kind of product such as “cheese”.`
              : 'Type what you are looking for: a product, a category, a size.',
          ),
        ];
  return {
    title: `Search ${title}`,
    content: [h('h1', { tabindex: '-1' }, title), ...result, ...(rails?.elements ?? [])],
    leave: () => rails?.stop(),
  };
}
