// The part of a state that lists are made from; src/rank weighs it.
import { NOT_WANTED, SHOWN } from '../core/words.js';
import { currentSession, DAY_MS, distinctItems, KINDS, type State } from './state.js';
import type { DeviceOptions, EventKind } from './types.js';

/** An event to rank by, an unwanted item, or an item that was shown and ignored. */
export interface HistoryRow {
  readonly id: string;
  /** Position in {@link KINDS}, {@link NOT_WANTED} or {@link SHOWN}. */
  readonly kind: number;
  /**
   * Of an event: age in days, half-life in days, dwell time in seconds and rating; `NaN` if unknown. Of an item that
   * was shown: days since the last impression, and the number of impressions.
   */
  readonly signals: readonly [number, number, number, number];
}

const days = (at: number, now: number) => Math.max(0, now - at) / DAY_MS;

/** Returns the events of all time or of this session, newest first, then unwanted and ignored items. */
export function historyRows(
  { events, disliked, shown }: State,
  now: number,
  window: 'all' | 'session',
  halfLifeDays: DeviceOptions['halfLifeDays'],
): HistoryRow[] {
  const within = window === 'all' ? events : currentSession(events, now);
  const row = (id: string, kind: number, ...signals: HistoryRow['signals']) => ({
    id,
    kind,
    signals,
  });
  return [
    ...within
      .filter(({ item }) => !disliked.has(item))
      .map(({ item, kind, at, dwellMs, rating = NaN }) =>
        row(
          item,
          KINDS.indexOf(kind),
          days(at, now),
          halfLifeDays?.[kind] ?? NaN,
          // JSON turns an infinite dwell time into null.
          (dwellMs ?? NaN) / 1e3,
          rating,
        ),
      ),
    ...Array.from(disliked.keys(), (id) => row(id, NOT_WANTED, 0, 0, 0, 0)),
    ...Array.from(shown, ([id, [at, level]]) => row(id, SHOWN, days(at, now), level, 0, 0)),
  ];
}

/** Returns distinct items with an event of this kind, newest first; `since` is the time of the oldest event, in ms. */
export const itemsWith = ({ events }: State, wanted: EventKind, since = -Infinity): string[] =>
  distinctItems(events.filter(({ kind, at }) => kind === wanted && at >= since));

/** An item with the ages of its purchases, newest first, in days. */
export interface Purchases {
  readonly id: string;
  readonly ages: readonly number[];
}

/** Returns the purchases of each item, newest first. */
export const purchasesByItem = (state: State, now: number): Purchases[] =>
  itemsWith(state, 'purchase').map((id) => ({
    id,
    ages: state.events
      .filter(({ item, kind }) => item === id && kind === 'purchase')
      .map(({ at }) => days(at, now)),
  }));
