// The home page.
import { h } from '../dom';
import { count } from '../format';
import { to } from '../router';
import type { Page, Shop } from '../shop';
import { pictureFrame } from '../ui/card';
import { pageRails } from '../ui/rails';
import {
  because,
  buyAgain,
  forYou,
  NUM_BECAUSE,
  recentlyViewed,
  requestBecause,
  requestForYou,
  trending,
} from '../ui/slots';

export function home(shop: Shop, openSettings: () => void): Page {
  const slots = [forYou(shop), trending(shop), buyAgain(), recentlyViewed()];
  const becauses = Array.from({ length: NUM_BECAUSE }, (_, nth) => because(nth));
  const rails = pageRails(shop, [...slots, ...becauses], () => [
    requestForYou(shop),
    { name: 'buy-again', list: 'buyItAgain' },
    { name: 'recent', list: 'recentlyViewed' },
    ...requestBecause(shop),
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
        `Open a few of these ${count(catalogue.numProducts)} products, and the rows below change to suit you. They are worked out in this browser: nothing you look at is sent anywhere.`,
      ),
      h(
        'p',
        { class: 'hero-links' },
        h('a', { class: 'button', href: './train/' }, 'Try it with your own products'),
        h(
          'button',
          { type: 'button', class: 'button quiet', onclick: openSettings },
          'Change the rules',
        ),
      ),
      h('p', { class: 'caveat' }, 'A demo with simulated purchases; nothing is sold here.'),
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
    .slice(0, 6)
    .flatMap(({ products }) => (products[0] ? [pictureFrame(products[0])] : []));
}
