// The home page.
import { h } from '../dom';
import { count } from '../format';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { pictureFrame } from '../ui/card';
import {
  because,
  buyAgain,
  forShopper,
  forYou,
  pageRails,
  recentlyViewed,
  trending,
} from '../ui/rails';

export function home(shop: Shop, openSettings: () => void): Page {
  const slots = [forYou(shop), trending(shop, 'in the whole shop'), buyAgain(), recentlyViewed()];
  const rails = pageRails(shop, [...slots, because(0), because(1), because(2)], () => [
    ...forShopper(shop),
    { name: 'buy-again', list: 'buyItAgain' },
    { name: 'recent', list: 'recentlyViewed' },
    { name: 'because', list: 'becauseYouViewed' },
    { name: 'trending', list: 'trending' },
  ]);
  const { catalogue } = shop;
  const hero = h(
    'section',
    { class: 'hero' },
    h(
      'div',
      null,
      h('h1', { tabindex: '-1' }, 'A shop that knows you and tells nobody.'),
      h(
        'p',
        null,
        `Open a few of these ${count(catalogue.products.length)} products. The rows below adapt to you, ranked in this browser from one small file. Nothing you look at leaves it.`,
      ),
      h(
        'p',
        { class: 'hero-links' },
        h('a', { class: 'button', href: './train/' }, 'Try it with your own shop'),
        h(
          'button',
          { type: 'button', class: 'button quiet', onclick: openSettings },
          'Change the settings',
        ),
        h('a', { class: 'button quiet', href: './eda/' }, 'What the model learnt from'),
      ),
      h('p', { class: 'caveat' }, `${catalogue.source}: ${catalogue.caveat}`),
    ),
    h('div', { class: 'hero-pictures', 'aria-hidden': 'true' }, heroPictures(shop)),
  );
  const aisles = h(
    'section',
    { 'aria-labelledby': 'aisles-title' },
    h('h2', { id: 'aisles-title' }, 'Departments'),
    h(
      'ul',
      { class: 'aisle-tiles' },
      catalogue.aisles.map((aisle) => {
        const first = aisle.products[0];
        return h(
          'li',
          null,
          h(
            'a',
            { class: 'aisle-tile', href: to.aisle(aisle.id), 'data-aisle': aisle.id },
            first ? pictureFrame(first) : null,
            h('span', null, aisle.name),
          ),
        );
      }),
    ),
  );
  const [mine, popular, ...others] = rails.elements;
  return {
    title: 'Home',
    content: [hero, mine, popular, aisles, ...others].filter((node) => node !== undefined),
    leave: rails.stop,
  };
}

/** Picks the most bought product of each of the first aisles, no two with the same drawing. */
function heroPictures({ catalogue }: Shop): HTMLElement[] {
  const drawn = new Set<string>();
  return catalogue.aisles
    .flatMap(({ shelves }) => shelves.slice(0, 1))
    .filter(({ art }) => !drawn.has(art) && drawn.add(art))
    .slice(0, 9)
    .flatMap(({ products }) => (products[0] ? [pictureFrame(products[0])] : []));
}
