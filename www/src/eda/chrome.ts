// Header and footer of the pages on data and models.
import { byId, h } from '../dom';
import { icons } from '../icons';
import { themeButton } from '../theme';

/** Fills the header: `shop` leads home, `links` lead to the sister pages. */
export function chrome(shop: string, links: [string, string][], foot: (Node | string)[]): void {
  byId('header').replaceChildren(
    h(
      'div',
      { class: 'bar' },
      h(
        'a',
        { class: 'logo', href: shop, 'aria-label': 'Vicino Market, home' },
        h('span', { html: icons.logo }),
        h('span', null, 'Vicino ', h('b', null, 'Market')),
      ),
      h(
        'nav',
        { class: 'back', 'aria-label': 'Pages' },
        h('a', { href: shop }, 'Back to the shop'),
        ...links.map(([href, name]) => h('a', { href }, name)),
      ),
      themeButton(),
    ),
  );
  byId('footer').replaceChildren(h('div', { class: 'foot' }, h('p', { class: 'caveat' }, ...foot)));
}
