// The life of one `<vicino-rail>` from one change of its attributes to the next.
import { VicinoError } from '../core/errors.js';
import type { LoadOptions, Rail, Recommendation } from '../core/types.js';
import { type AnyRecommender, loadOnce, observeRails } from './binding-core.js';
import { firstElement, INNER, type ItemData, makeCard } from './card.js';
import { ID, observeImpressions } from './impressions.js';
import { type RailElement, readRequest, wrong } from './rail-request.js';
import { onRecommender, sharedRecommender } from './shared.js';
import { waiting, whenIdle } from './waiting.js';

/** An element that shows one list. */
export interface ListedElement extends RailElement {
  loadOptions?: LoadOptions;
  data?: (id: string) => ItemData | PromiseLike<ItemData>;
  recommender?: AnyRecommender | PromiseLike<AnyRecommender>;
}

/**
 * Starts a rail with its present attributes; `restart` is called when it has to start again. Returns the function that
 * ends it.
 */
export function startRail(element: ListedElement, restart: () => void): () => void {
  const { list, name, variant, src, loading, recommender: own } = element;
  const rail = name || list;
  const where = { rail, ...(variant && { variant }) };
  const end = new AbortController();
  const { signal } = end;
  let recommender: AnyRecommender | undefined;
  let shows = 0;

  const state = (state: string) => element.setAttribute('state', state);
  const emit = (type: string, detail: object) =>
    element.dispatchEvent(
      new CustomEvent(type, { detail: { rail, ...detail }, bubbles: true, composed: true }),
    );
  const fail = (error: unknown) => {
    const { code } = Object(error);
    if (signal.aborted || code === 'freed') return;
    // An answer that is still on its way is older.
    shows++;
    state(code === 'unsupported' ? code : 'error');
    emit('vicino-error', { error });
  };
  const items = () => [...element.querySelectorAll(`:scope > [${ID}]`)];
  const on = (
    type: 'click' | 'keydown',
    hear: (event: Event, at: number, all: Element[]) => void,
  ) =>
    element.addEventListener(
      type,
      (event) => {
        const all = items();
        const at = all.findIndex((one) => one.contains(event.target as Node));
        if (at >= 0) hear(event, at, all);
      },
      { signal },
    );

  const show = async (recommendations: readonly Recommendation[]) => {
    const turn = ++shows;
    const isOver = () => turn !== shows || signal.aborted;
    const template = element.querySelector<HTMLTemplateElement>(':scope > template');
    if (!template) return state('ready');
    if (!firstElement(template)) {
      throw new VicinoError('option-invalid', '<vicino-rail>: the template holds no element');
    }
    const known = new Map(items().map((one) => [one.getAttribute(ID), one]));
    const made = await Promise.all(
      recommendations.map(async ({ id, category, score, sentence }) => {
        try {
          // An element that a server wrote for an item stays, and keeps its focus.
          const there = known.get(id);
          if (there) return there;
          const data = await element.data?.(id);
          const values = { id, category, score, text: sentence?.text, ...data };
          return makeCard(template, id, values);
        } catch (error) {
          // The others are of use without it.
          if (!isOver()) emit('vicino-error', { error, id });
          return undefined;
        }
      }),
    );
    if (isOver()) return;
    const shown = made.filter((card) => card !== undefined);
    // Without a single card, what is there is better than nothing.
    if (recommendations.length && !shown.length) return state('error');
    for (const child of [...element.children]) {
      if (child !== template && !child.slot && !shown.includes(child)) child.remove();
    }
    shown.forEach((one, position) => {
      // With the role of an item of the list, a link would no longer be announced as a link.
      if (!one.role && !one.matches(INNER)) one.role = 'listitem';
      // An element that is in place must not move, which would take its focus.
      const place = items()[position] ?? null;
      if (place !== one) element.insertBefore(one, place);
    });
    state('ready');
  };

  on('click', (_, position, all) => {
    const id = all[position]?.getAttribute(ID) as string;
    emit('vicino-click', { ids: [id], position });
    recommender?.recordClick(id, where);
  });
  // Arrow keys, Home and End move from item to item, as in any list.
  on('keydown', (event, at, { length, ...all }) => {
    const { key, target } = event as KeyboardEvent;
    const step = getComputedStyle(element).direction === 'rtl' ? -1 : 1;
    const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: length - 1 }[key];
    const next = all[to ?? -1]?.querySelector<HTMLElement>(INNER);
    if (!next || (target as Element).matches('input,select,textarea')) return;
    event.preventDefault();
    next.focus();
  });

  const begin = async () => {
    const source = own ?? (src ? loadOnce(src, element.loadOptions) : sharedRecommender());
    const arrived = await source;
    if (signal.aborted) return;
    if (typeof arrived?.page !== 'function') {
      throw new VicinoError(
        'option-invalid',
        '<vicino-rail>: the property `recommender` is no recommender',
      );
    }
    const { page } = element;
    const requests = page ?? [await readRequest(element, arrived)];
    if (signal.aborted) return;
    const ownRail = (rails: readonly Rail[]) =>
      page ? rails.find(({ name }) => name === rail) : rails[0];
    recommender = arrived;
    stops.push(
      observeRails(
        arrived,
        requests,
        {},
        [],
        (rails) => show(ownRail(rails)?.items ?? []).catch(fail),
        fail,
      ),
      observeImpressions(element, (ids) => {
        emit('vicino-impression', { ids });
        arrived.recordImpression(ids, where);
      }),
    );
  };
  const stops = [() => end.abort()];
  if (loading !== 'lazy' && loading !== 'eager') {
    fail(wrong('loading', 'lazy or eager', loading));
  } else if (!own && !src) {
    stops.push(onRecommender(restart));
    if (sharedRecommender()) begin().catch(fail);
    else {
      const missing = wrong('src', 'the address of a model, or a call of setRecommender', src);
      stops.push(whenIdle(() => fail(missing)));
    }
  } else {
    const wait = waiting();
    const open = () => {
      begin().catch(fail);
      return () => {};
    };
    stops.push(wait.open(open, !own && loading === 'lazy'), wait.near(element));
  }
  return () => {
    for (const stop of stops) stop();
  };
}
