// The data about a shopper, its JSON, and its changes by events, impressions and time.
import type { DeviceOptions, EventKind, HistoryEvent } from './types.js';

/** Name and version of the JSON of a history. */
export const FORMAT = 'vicino-history';
export const VERSION = 1;

export const DAY_MS = 864e5;
/** Two equal view or cart events within this time count as one click, as in training. */
export const CLICK_MS = 2000;
/** A longer pause ends a session, as in training. */
const SESSION_MS = 18e5;
/** Maximum number of rows of a table; the newest are kept. */
const ROWS = 500;

export const KINDS: readonly EventKind[] = ['view', 'cart', 'purchase'];

/** Rows that start with a time, by id, or by the JSON of rail, variant and day. */
type Table<Row extends [at: number, ...unknown[]]> = Map<string, Row>;

/** Tables of a state, each by id. */
export interface Tables {
  /** Items that the shopper is not interested in. */
  disliked: Table<[number]>;
  /** Items that were shown, each with the number of times, which decays with a half-life. */
  shown: Table<[number, number]>;
  /** Items that were clicked, each with rail and variant. */
  clicked: Table<[number, string, string]>;
  /** Impressions, clicks, carts and purchases. */
  counts: Table<[number, number, number, number, number]>;
}

/** A change of a state. */
export type Change = (state: State) => void;

/** All data about a shopper. */
export interface State extends Tables {
  /** Newest first. */
  events: HistoryEvent[];
  /** Seed that assigns variants of experiments. */
  seed?: number | undefined;
  consent?: 'granted' | 'denied' | undefined;
  /** True if this copy, in `localStorage`, replaces the one in IndexedDB; else it is added. */
  whole?: boolean | undefined;
}

/** Maximum age of a row, in days. */
const TABLES: Record<keyof Tables, number> = {
  disliked: Infinity,
  shown: 30,
  clicked: 1,
  counts: 90,
};
/** Names of the tables. */
export const TABLE_NAMES = Object.keys(TABLES) as (keyof Tables)[];

export const empty = (): State => ({
  events: [],
  disliked: new Map(),
  shown: new Map(),
  clicked: new Map(),
  counts: new Map(),
});

export function toJson(state: State, whole?: boolean): string {
  const { events, seed, consent } = state;
  const tables = TABLE_NAMES.map((name) => [name, state[name].size ? [...state[name]] : undefined]);
  const more = { ...Object.fromEntries(tables), seed, consent };
  return JSON.stringify({ format: FORMAT, version: VERSION, whole, events, ...more });
}

/** Adds an event, and returns false if it updates one that is there. */
export function insert(state: State, event: HistoryEvent): boolean {
  const { events, shown } = state;
  const { item, kind, at } = event;
  shown.delete(item);
  let low = 0;
  for (let high = events.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((events[middle] as HistoryEvent).at > at + CLICK_MS) low = middle + 1;
    else high = middle;
  }
  let place: number | undefined;
  for (; low < events.length; low++) {
    const other = events[low] as HistoryEvent;
    if (other.at < at - CLICK_MS) break;
    if (other.item === item && other.kind === kind && kind !== 'purchase') {
      events[low] = { ...other, ...event, at: other.at };
      return false;
    }
    if (other.at <= at) place ??= low;
  }
  events.splice(place ?? low, 0, event);
  return true;
}

/** Removes the events and impressions of an item; with `all`, also its dislike and its click. */
export function removeItem(state: State, item: string, all: boolean): void {
  state.events = state.events.filter((event) => event.item !== item);
  state.shown.delete(item);
  if (all) {
    state.disliked.delete(item);
    state.clicked.delete(item);
  }
}

/** Removes everything but the consent, from every copy. */
export function wipe(state: State): void {
  Object.assign(state, empty(), { seed: undefined, whole: true });
}

/**
 * Returns the state with everything that is later than now moved to now: a clock was ahead when it was recorded. The
 * next event stores it so, or it would stay the newest; until then the clock of now may be the wrong one.
 */
export function settle(state: State, now: number): State {
  const isLater = ([at]: readonly unknown[]) => (at as number) > now;
  // The newest events come first.
  const tables = TABLE_NAMES.filter((name) => [...state[name].values()].some(isLater));
  const num = state.events.findIndex(({ at }) => at <= now);
  if (!tables.length && (num === 0 || !state.events.length)) return state;
  const events = state.events.map((event) => ({ ...event, at: Math.min(event.at, now) }));
  const settled = { ...state, events };
  for (const name of tables) {
    const last = name === 'counts' ? now - (now % DAY_MS) : now;
    const rows = [...state[name]].map(([id, [at, ...more]]) => [id, [Math.min(at, last), ...more]]);
    Object.assign(settled, { [name]: new Map(rows as never) });
  }
  return settled;
}

/** Removes rows that are too old, and the oldest of those that are too many. */
export function prune(
  state: State,
  { historyLimit = 200, historyDays = 180 }: DeviceOptions,
  limit = historyLimit,
): void {
  const now = Date.now();
  const ttlMs = historyDays * DAY_MS;
  state.events = state.events.filter(({ at }) => at >= now - ttlMs).slice(0, limit);
  for (const name of TABLE_NAMES) {
    const table = state[name];
    const oldest = now - Math.min(ttlMs, TABLES[name] * DAY_MS);
    // A map keeps the order of insertion: the oldest rows come first.
    for (const [id, [at]] of table) if (at < oldest || table.size > ROWS) table.delete(id);
  }
}

/** Sets a row and makes it the newest. */
function put<Row extends [number, ...unknown[]]>(table: Table<Row>, id: string, row: Row): void {
  table.delete(id);
  table.set(id, row);
}

export const IMPRESSION = 1;
export const CLICK = 2;

/** Adds to a count of a rail. */
export function count(
  state: State,
  now: number,
  rail: string,
  variant: string,
  what: number,
  by = 1,
): void {
  const day = now - (now % DAY_MS);
  const key = JSON.stringify([rail, variant, day]);
  const row = state.counts.get(key) ?? [day, 0, 0, 0, 0];
  state.counts.set(key, row.map((value, at) => (at === what ? value + by : value)) as typeof row);
}

/** Counts a cart or a purchase for the rail where the item was clicked. */
export function attribute(state: State, { item, kind }: HistoryEvent, now: number): void {
  const what = KINDS.indexOf(kind);
  const [at, rail, variant] = state.clicked.get(item) ?? [0, '', ''];
  const isRecent = at > now - DAY_MS;
  if (what) count(state, now, isRecent ? rail : '', isRecent ? variant : '', CLICK + what);
}

export function click(state: State, id: string, now: number, rail: string, variant: string): void {
  put(state.clicked, id, [now, rail, variant]);
  count(state, now, rail, variant, CLICK);
}

export function dislike(state: State, id: string, now: number): void {
  put(state.disliked, id, [now]);
}

/** Time after which an impression counts half, as in src/rank/weighing.rs. */
const IMPRESSION_HALF_LIFE_DAYS = 2;

export function show(state: State, ids: readonly string[], now: number): void {
  for (const id of ids) {
    const [at, level] = state.shown.get(id) ?? [now, 0];
    const days = Math.max(0, now - at) / DAY_MS;
    const next = 1 + level * 0.5 ** (days / IMPRESSION_HALF_LIFE_DAYS);
    put(state.shown, id, [now, Math.round(next * 100) / 100]);
  }
}

/** Returns the distinct items of events, in order of the events. */
export const distinctItems = (events: readonly HistoryEvent[]): string[] => [
  ...new Set(events.map(({ item }) => item)),
];

/** Groups events by session, all newest first. */
export function sessions(events: readonly HistoryEvent[]): HistoryEvent[][] {
  const all: HistoryEvent[][] = [];
  let newer: HistoryEvent | undefined;
  for (const event of events) {
    if (
      newer &&
      newer.session === event.session &&
      (event.session !== undefined || newer.at - event.at <= SESSION_MS)
    ) {
      all.at(-1)?.push(event);
    } else all.push([event]);
    newer = event;
  }
  return all;
}

/** Returns the events of the present session. */
export function currentSession(events: readonly HistoryEvent[], now: number): HistoryEvent[] {
  const [newest] = sessions(events);
  return newest && now - (newest[0] as HistoryEvent).at <= SESSION_MS ? newest : [];
}
