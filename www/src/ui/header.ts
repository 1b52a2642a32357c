// The header of every page: name, search, privacy, settings, theme, cart, aisles.
import { h } from '../dom';
import { plural } from '../format';
import { icons } from '../icons';
import { to } from '../router';
import type { Shop } from '../shop';
import { themeButton } from '../theme';
import type { OpenDrawer } from './drawer/drawer';

/**
 * Fills the header. `onSearch` is called while the shopper types, `openDrawer` by the buttons for privacy and settings.
 */
export function header(
  shop: Shop,
  element: HTMLElement,
  { onSearch, openDrawer }: { onSearch: (query: string) => void; openDrawer: OpenDrawer },
): { setQuery(query: string): void; setAisle(id: string | undefined): void } {
  const input = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Search bananas, yogurt, 12 oz…',
    'aria-label': 'Search products',
    autocomplete: 'off',
    spellcheck: 'false',
    enterkeyhint: 'search',
    oninput: () => onSearch(input.value),
  });
  const form = h(
    'form',
    {
      role: 'search',
      class: 'search',
      onsubmit: (event: Event) => {
        event.preventDefault();
        onSearch(input.value);
        document.querySelector<HTMLElement>('#main .grid a')?.focus();
      },
    },
    h('span', { html: icons.search }),
    input,
  );
  const requests = h('span', { class: 'requests' });
  const privacy = h(
    'button',
    {
      type: 'button',
      class: 'privacy-button',
      id: 'open-privacy',
      'aria-haspopup': 'dialog',
      onclick: () => openDrawer('privacy'),
    },
    h('span', { html: icons.shield }),
    requests,
  );
  const switches = h('button', {
    type: 'button',
    class: 'icon-button',
    id: 'open-settings',
    'aria-haspopup': 'dialog',
    'aria-label': 'Rules of the rows',
    title: 'Rules of the rows',
    html: icons.sliders,
    onclick: () => openDrawer('lists'),
  });
  const units = h('span', { class: 'units' });
  const cart = h(
    'a',
    { class: 'icon-button cart-link', href: to.cart() },
    h('span', { html: icons.cart }),
    units,
  );
  const links = new Map(
    shop.catalogue.aisles.map(({ id, name }) => [id, h('a', { href: to.aisle(id) }, name)]),
  );
  element.replaceChildren(
    h(
      'div',
      { class: 'bar' },
      h(
        'a',
        { class: 'logo', href: to.home(), 'aria-label': 'Vicino Market, home' },
        h('span', { html: icons.logo }),
        h('span', null, 'Vicino ', h('b', null, 'Market')),
      ),
      form,
      h('div', { class: 'bar-buttons' }, privacy, switches, themeButton(), cart),
    ),
    h(
      'nav',
      { class: 'aisles', 'aria-label': 'Departments' },
      h(
        'ul',
        null,
        [...links.values()].map((link) => h('li', null, link)),
      ),
    ),
  );

  const showCart = (): void => {
    const number = shop.cart.numUnits;
    units.textContent = number > 0 ? String(number) : '';
    cart.setAttribute('aria-label', `Cart, ${plural(number, 'item')}`);
  };
  const showRequests = (): void => {
    const { total } = shop.network.requests;
    requests.replaceChildren(
      shop.network.started ? h('b', null, total) : h('span', null, '–'),
      h('span', { class: 'wide' }, total === 1 ? ' request' : ' requests'),
    );
    privacy.title = 'Requests since this page loaded. Open privacy and history.';
    privacy.setAttribute(
      'aria-label',
      `${plural(total, 'request')} since this page loaded. Open privacy and history`,
    );
    privacy.classList.toggle('alarm', total > 0);
  };
  shop.cart.subscribe(showCart);
  shop.network.subscribe(showRequests);
  showCart();
  showRequests();
  return {
    setQuery(query) {
      if (input.value.trim() !== query.trim()) input.value = query;
    },
    setAisle(id) {
      for (const [aisle, link] of links) {
        if (aisle === id) {
          link.setAttribute('aria-current', 'page');
          const list = link.closest('ul');
          requestAnimationFrame(() => {
            if (list) list.scrollLeft = link.offsetLeft - list.clientWidth / 2;
          });
        } else link.removeAttribute('aria-current');
      }
    },
  };
}
