// The rails of a page: one call ranks them all, with no product in two of them. They follow the history and the
// settings until the page is left.
import type { RailRequest } from 'vicino';
import { byId, h, pause } from '../dom';
import type { RankedRail } from '../engine';
import { milliseconds, plural } from '../format';
import { icons } from '../icons';
import { callOf } from '../ranking-call';
import type { Shop } from '../shop';
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
/** Name of the mark in the browser's own timeline. */
const FIRST_RAIL = 'first-rail';

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
        ? `${plural(rails.length, 'row')} ranked on this device in ${milliseconds(ms)}`
        : 'Ranked on this device',
    );
    time.dataset.ms = String(ms);
    if (status === 'ready') markFirst();
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

/** Marks the moment at which the first rail of the visit was there, once. */
function markFirst(): void {
  if (performance.getEntriesByName(FIRST_RAIL).length === 0) performance.mark(FIRST_RAIL);
}

const railFor = ({ slot }: RailView, rails: RankedRail[]): RankedRail | undefined =>
  rails.filter(({ name }) => name === slot.name)[slot.nth ?? 0];
