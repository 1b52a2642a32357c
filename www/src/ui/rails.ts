// The shop's rails: which list stands behind each, and the words around it.
import type { Product } from '../catalogue';
import type { Ranking } from '../engine';
import { plural } from '../format';
import type { Shop } from '../shop';
import { type Rail, rail } from './rail';

const NOTHING: Ranking = { items: [], ms: 0 };

/** *For you*: from everything in the history. */
export function forYou(shop: Shop): Rail {
  return rail(shop, 'for-you', () => {
    const seen = shop.engine.seen();
    return {
      title: 'For you',
      lead:
        seen.length > 0
          ? `Ranked from ${plural(seen.length, 'product')} in your history, which stays here`
          : 'Ranked from your history, which stays here',
      ranking: seen.length > 0 ? shop.engine.forYou() : NOTHING,
      sources: true,
      empty: 'Your history is empty. Open a few products and this row becomes yours.',
    };
  });
}

/**
 * *Because you viewed X*: X is the `nth` latest product in the history, from 0, of
 * those that read differently from one another and from `except`.
 */
export function becauseYouViewed(shop: Shop, nth = 0, except?: Product): Rail {
  return rail(shop, `because-${nth}`, () => {
    const byTitle = new Map<string, Product>();
    for (const product of shop.engine.seen()) {
      if (!byTitle.has(product.title)) byTitle.set(product.title, product);
    }
    if (except) byTitle.delete(except.title);
    const product = [...byTitle.values()][nth];
    return product && becauseOf(shop, product);
  });
}

/** The same for the product on the page. */
export function relatedTo(shop: Shop, product: Product): Rail {
  return rail(shop, 'related', () => becauseOf(shop, product));
}

const becauseOf = (shop: Shop, product: Product) => ({
  title: `Because you viewed ${product.title}`,
  lead: 'What others go on to after it',
  ranking: shop.engine.related(product.id),
});

/** *Bought together*: with one product, or with all that is in the cart. */
export function boughtTogether(shop: Shop, ids: () => string[]): Rail {
  return rail(shop, 'together', () => {
    const with_ = ids();
    if (with_.length === 0) return undefined;
    return {
      title: 'Bought together',
      lead: with_.length === 1 ? 'Ends up in the same basket' : 'Goes with what is in your cart',
      ranking: shop.engine.boughtTogether(with_),
      sources: with_.length > 1,
    };
  });
}

/** *Trending*: what everybody buys, in the whole shop or among some products. */
export function trending(shop: Shop, where: string, among?: (product: Product) => boolean): Rail {
  return rail(shop, 'trending', () => ({
    title: 'Trending',
    lead: `What everybody buys ${where}`,
    ranking: shop.engine.trending(
      among
        ? {
            where: ({ id }) => {
              const product = shop.catalogue.get(id);
              return product !== undefined && among(product);
            },
          }
        : {},
    ),
  }));
}
