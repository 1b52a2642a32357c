import type { ListName, Recommendation, Sentence } from './types.js';

/** Kinds of sentence by list; `forYou` has others for items in the cart and items bought. */
const KEYS = {
  forYou: 'because-viewed',
  related: 'viewed-next',
  boughtTogether: 'bought-together',
  similar: 'similar',
  trending: 'trending',
  recentlyViewed: 'recently-viewed',
  buyItAgain: 'buy-again',
  becauseYouViewed: 'because-viewed',
} as const satisfies Record<ListName, Sentence['key']>;

const TEXTS: Record<Sentence['key'], string> = {
  'because-viewed': 'Because you viewed *',
  'because-in-cart': 'Because you added * to your cart',
  'because-bought': 'Because you bought *',
  'chosen-by-shop': 'Chosen by the shop',
  'viewed-next': 'Viewed after *',
  'bought-together': 'Often bought together with *',
  similar: 'Similar to *',
  trending: 'Trending',
  'recently-viewed': 'You viewed this recently',
  'buy-again': 'You bought this before',
  popular: 'Popular in this shop',
};

/** Explains a recommendation by its largest reasons; `kindOf` returns the kind of an item's newest event. */
export function sentence(
  list: ListName,
  { score, reasons = [] }: Recommendation,
  kindOf: (id: string) => string | undefined,
): Sentence {
  let key: Sentence['key'] = score > 0 ? KEYS[list] : 'popular';
  if (reasons[0]?.curated) key = 'chosen-by-shop';
  const items = TEXTS[key].includes('*')
    ? reasons.slice(0, key === 'bought-together' ? 2 : 1).map(({ id }) => id)
    : [];
  if (list === 'forYou' && items[0] !== undefined) {
    const kind = kindOf(items[0]);
    if (kind === 'cart') key = 'because-in-cart';
    if (kind === 'purchase') key = 'because-bought';
  }
  return { key, items, text: TEXTS[key].replace('*', () => items.join(' and ')) };
}
