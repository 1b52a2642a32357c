// The kinds of rails: their places on a page, with title and explanation, and the requests that fill them.
import type { RailRequest } from 'vicino';
import type { Product } from '../catalogue';
import { plural } from '../format';
import { ANY_NUMBER, inAisle } from '../ranking-call';
import type { Shop } from '../shop';
import { detailLine } from './card';
import type { Slot } from './rail';

/** Weight of the departments that a rail is about: with less, what everybody buys anyway is everywhere. */
const OWN_DEPARTMENT = 5;
const SEEN_DEPARTMENTS = 2;
/** Number of rails that each start from a product of the history. */
export const NUM_BECAUSE = 3;

/** *For you*: from everything in the history; while that is empty, what is popular. */
export const forYou = (shop: Shop): Slot => ({
  name: 'for-you',
  title: () => (shop.engine.seen.length > 0 ? 'For you' : 'Popular now'),
  lead: () => {
    const { seen, recommender } = shop.engine;
    if (seen.length > 0) {
      const from = seen.length === 1 ? 'product' : plural(seen.length, 'product');
      return `From the ${from} you looked at, on this device`;
    }
    return recommender?.consent.state === 'denied'
      ? 'The same for everybody, because you asked to remember nothing'
      : 'What most shoppers buy. Open a few products, and this row becomes yours';
  },
  noted: true,
  reserved: true,
});

/** Starts from the product that was looked at last, or from the `nth` before it. */
export const because = (nth: number): Slot => ({
  name: 'because',
  nth,
  title: (rail) => `Because you viewed ${rail?.anchor?.title ?? 'it'}`,
  lead: (rail) =>
    ['Shoppers also bought', rail?.anchor && detailLine(rail.anchor)].filter(Boolean).join(' · '),
});

/** Products that go with the one on the page. */
export const related = (): Slot => ({
  name: 'related',
  title: () => 'Shoppers also bought',
  lead: () => 'Then or at one of their next visits',
  reserved: true,
});

export const together = (lead: string, noted = false): Slot => ({
  name: 'together',
  title: () => 'Bought together',
  lead: () => lead,
  noted,
  reserved: true,
});

export const similar = (): Slot => ({
  name: 'similar',
  title: () => 'Similar products',
  lead: () => 'Alike by name, category, brand and price',
  reserved: true,
});

export const buyAgain = (): Slot => ({
  name: 'buy-again',
  title: () => 'Buy it again',
  lead: () => 'What you bought in this demo; what you may need again comes first',
});

export const recentlyViewed = (): Slot => ({
  name: 'recent',
  title: () => 'Recently viewed',
  lead: () => 'By you, on this device',
});

/** *Trending*: what was bought most of late, in the whole shop or among some products. */
export const trending = (shop: Shop, where = ''): Slot => ({
  name: 'trending',
  title: () => 'Trending',
  lead: () => {
    const { trendDays } = shop.settings.now;
    const when = trendDays > 0 ? `last ${plural(trendDays, 'day')}` : 'at any time';
    return `Most bought${where && ` ${where}`}, ${when}`;
  },
  reserved: true,
});

/** Asks for *For you*, more from the departments that the shopper looks at. */
export function requestForYou({ engine }: Shop): RailRequest {
  const aisles = [...new Set(engine.seen.map(({ shelf }) => shelf.aisle.id))];
  const boost = [{ where: { tags: { any: aisles } }, factor: SEEN_DEPARTMENTS }];
  return { name: 'for-you', list: 'forYou', ...(aisles.length > 0 && { boost }) };
}

/** Asks for a rail for each of the products looked at last. */
export const requestBecause = ({ engine }: Shop): RailRequest[] =>
  engine.seen.slice(0, NUM_BECAUSE).map((product) => requestRelated('because', product));

/** Asks for what goes with a product, most of it from its own department. */
export const requestRelated = (name: string, { id, shelf }: Product): RailRequest => ({
  name,
  list: 'related',
  item: id,
  boost: [{ where: inAisle(shelf.aisle.id), factor: OWN_DEPARTMENT }],
});

/** Asks for what is like a product, in its department; all of one category is what one expects there. */
export const requestSimilar = ({ id, shelf }: Product): RailRequest => ({
  name: 'similar',
  list: 'similar',
  item: id,
  where: inAisle(shelf.aisle.id),
  maxPerCategory: ANY_NUMBER,
});
