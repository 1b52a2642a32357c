// The part of a state that lists are made from.
import { currentSession, distinctItems, KINDS, type State, shownFactor, weight } from './state.js';
import type { DeviceOptions, EventKind } from './types.js';

/** An event to rank by, or an unwanted item. */
export interface WeightedEvent {
  readonly id: string;
  /** 0 view, 1 cart, 2 purchase. */
  readonly kind: number;
  /** Factor of the event, 1 as usual; -1 for an unwanted item. */
  readonly weight: number;
}

/** Returns the events of all time or of this session, newest first, then the unwanted items without their events. */
export function weightedEvents(
  { events, disliked }: State,
  now: number,
  window: 'all' | 'session',
  halfLifeDays: DeviceOptions['halfLifeDays'],
): WeightedEvent[] {
  const within = window === 'all' ? events : currentSession(events, now);
  return [
    ...within
      .filter(({ item }) => !disliked.has(item))
      .map((event) => ({
        id: event.item,
        kind: KINDS.indexOf(event.kind),
        weight: weight(event, now, halfLifeDays),
      })),
    ...Array.from(disliked.keys(), (id) => ({ id, kind: 0, weight: -1 })),
  ];
}

/** An item that was shown and ignored. */
export interface IgnoredItem {
  readonly id: string;
  /** Factor of its score, 0 to 1. */
  readonly factor: number;
}

/** Returns the items that were shown and ignored. */
export const ignoredItems = ({ shown }: State, now: number): IgnoredItem[] =>
  Array.from(shown, ([id, row]) => ({ id, factor: shownFactor(row, now) }));

/** Returns distinct items with an event of this kind, newest first; `since` is the time of the oldest event, in ms. */
export const itemsWith = ({ events }: State, wanted: EventKind, since = -Infinity): string[] =>
  distinctItems(events.filter(({ kind, at }) => kind === wanted && at >= since));

/** An item with the times of its purchases, newest first, in ms. */
export interface Purchases {
  readonly id: string;
  readonly times: number[];
}

/** Returns the purchases of each item, newest first. */
export const purchasesByItem = (state: State): Purchases[] =>
  itemsWith(state, 'purchase').map((id) => ({
    id,
    times: state.events
      .filter(({ item, kind }) => item === id && kind === 'purchase')
      .map(({ at }) => at),
  }));
