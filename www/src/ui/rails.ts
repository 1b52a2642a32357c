// The rails of a page: one call ranks them all, with no product in two of them. They follow the history and the
// settings until the page is left.
import type { RailRequest } from 'vicino';
import type { Product } from '../catalogue';
import { byId, h, pause } from '../dom';
import type { RankedRail } from '../engine';
import { milliseconds, plural } from '../format';
import { icons } from '../icons';
import { callOf } from '../ranking-call';
import type { Shop } from '../shop';
import { detailLine } from './card';
import { type RailView, railView, type Slot } from './rail';
import { watch } from './watch';

export interface PageRails {
  /** Elements in the order of the slots. */
  elements: HTMLElement[];
  /** Ranks again and shows the difference. */
  update(): void;
  stop(): void;
}

/** Number of rails to draw at once: those in view. */
const AT_ONCE = 1;

/** Shows rails in `slots` for the present `requests`: the first request has the first choice of products. */
export function pageRails(shop: Shop, slots: Slot[], requests: () => RailRequest[]): PageRails {
  const { engine, settings } = shop;
  const watching = watch((ids, rail) => engine.shown(ids, rail));
  const views = slots.map((slot) => railView(shop, slot, watching.observe));
  const time = h('p', { class: 'time' });
  let updates = 0;

  const update = (): void => {
    const { status } = engine.state;
    const call = callOf(requests(), settings.now);
    const { rails, ms } = engine.page(call);
    if (status === 'ready') shop.code.show(call);
    const explains = call.shared.explain === true;
    const show = (view: RailView): void =>
      view.show(railFor(view, rails), status === 'loading', explains);
    views.slice(0, AT_ONCE).forEach(show);
    // The other rails reserve their room at once.
    if (updates === 0)
      for (const view of views) if (!view.isDrawn) view.show(undefined, true, explains);
    void showLater(views.slice(AT_ONCE), show, ++updates);
    const first = views.find(({ element }) => !element.hidden);
    if (first && time.parentElement !== first.end) first.end.append(time);
    time.innerHTML = icons.bolt;
    time.append(
      status === 'ready'
        ? `${plural(rails.length, 'row')} in ${milliseconds(ms)} on this device`
        : 'Ranked on this device',
    );
    time.dataset.ms = String(ms);
  };
  /** Draws the rails below one by one, until there is a newer ranking. */
  const showLater = async (
    below: RailView[],
    show: (view: RailView) => void,
    update: number,
  ): Promise<void> => {
    const main = byId('main');
    main.toggleAttribute('data-drawing', true);
    for (const view of below) {
      await pause();
      if (update !== updates) return;
      show(view);
    }
    main.toggleAttribute('data-drawing', false);
  };
  const stopEngine = engine.subscribe(update);
  const stopSettings = settings.subscribe(update);
  update();
  return {
    elements: views.map(({ element }) => element),
    update,
    stop: () => {
      updates = -1;
      byId('main').toggleAttribute('data-drawing', false);
      stopEngine();
      stopSettings();
      watching.stop();
    },
  };
}

const railFor = ({ slot }: RailView, rails: RankedRail[]): RankedRail | undefined =>
  rails.filter(({ name }) => name === slot.name)[slot.nth ?? 0];

/** *For you*: from everything in the history. */
export const forYou = (shop: Shop): Slot => ({
  name: 'for-you',
  title: () => shop.engine.variant,
  lead: () => {
    const { numSeen } = shop.engine;
    return numSeen > 0
      ? `From ${plural(numSeen, 'product')} in your history, which stays here`
      : 'From your history, which stays here';
  },
  noted: true,
  reserved: true,
  empty: 'Your history is empty. Open a few products and this row becomes yours.',
});

/** *Because you viewed X*, where X is the `nth` newest product of the history. */
export const because = (nth: number): Slot => ({
  name: 'because',
  nth,
  title: (rail) => `Because you viewed ${rail?.anchor?.title ?? 'it'}`,
  lead: (rail) =>
    ['Often viewed next', rail?.anchor && detailLine(rail.anchor)].filter(Boolean).join(' · '),
});

/** The same for the product on the page. */
export const related = ({ title }: Product): Slot => ({
  name: 'related',
  title: () => `Because you viewed ${title}`,
  lead: () => 'Often viewed next',
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
  lead: () => 'Alike by name, category, maker and price',
  reserved: true,
});

export const buyAgain = (): Slot => ({
  name: 'buy-again',
  title: () => 'Buy it again',
  lead: () => 'Products you bought, those due first',
});

export const recentlyViewed = (): Slot => ({
  name: 'recent',
  title: () => 'Recently viewed',
  lead: () => 'On this device',
});

/** *Trending*: popular products, in the whole shop or among some products. */
export const trending = (shop: Shop, where: string): Slot => ({
  name: 'trending',
  title: () => 'Trending',
  lead: () => {
    const { trendDays } = shop.settings.now;
    return `Popular ${where}${trendDays ? `, last ${plural(trendDays, 'day')}` : ''}`;
  },
  reserved: true,
});

/** Makes the requests that need a history; none while it is empty. */
export const forShopper = (shop: Shop): RailRequest[] =>
  shop.engine.numSeen > 0 ? [{ name: 'for-you', list: 'forYou' }] : [];
