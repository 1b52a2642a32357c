// Adding one state to another, in time that grows as sorting does.
import { CLICK_MS, type State, TABLE_NAMES } from './state.js';
import type { HistoryEvent } from './types.js';

/** Events of one item and kind, the oldest first. */
interface Equals {
  /** Places in the events of the state. */
  readonly places: number[];
  /** Event added last, which is the newest of those added. */
  added?: { event: HistoryEvent };
}

/**
 * Adds the data of another state; returns the number of events added. An event within {@link CLICK_MS} of an equal one
 * updates the newest of these; purchases are equal if they are of one instant.
 */
export function merge(state: State, from: State): number {
  const { events, shown } = state;
  const equals = new Map<string, Equals>();
  const equalsOf = ({ kind, item }: HistoryEvent): Equals => {
    const key = `${kind} ${item}`;
    let found = equals.get(key);
    if (!found) {
      found = { places: [] };
      equals.set(key, found);
    }
    return found;
  };
  for (let place = events.length - 1; place >= 0; place--) {
    equalsOf(events[place] as HistoryEvent).places.push(place);
  }
  const update = (old: HistoryEvent, event: HistoryEvent) => ({ ...old, ...event, at: old.at });
  const added: { event: HistoryEvent }[] = [];
  // The oldest first, so that events of one instant keep their order.
  for (let at = from.events.length - 1; at >= 0; at--) {
    const event = from.events[at] as HistoryEvent;
    shown.delete(event.item);
    const reach = event.kind === 'purchase' ? 0 : CLICK_MS;
    const own = equalsOf(event);
    const place = newestUntil(events, own.places, event.at + reach);
    const old = place === undefined ? undefined : events[place];
    const last = own.added && own.added.event.at >= event.at - reach ? own.added : undefined;
    if (last && (!old || last.event.at >= old.at)) last.event = update(last.event, event);
    else if (old && old.at >= event.at - reach) events[place as number] = update(old, event);
    else {
      own.added = { event };
      added.push(own.added);
    }
  }
  state.events = [...added.reverse().map(({ event }) => event), ...events].sort(
    (a, b) => b.at - a.at,
  );
  for (const name of TABLE_NAMES) {
    const table = state[name] as Map<string, number[]>;
    for (const [id, row] of from[name] as typeof table) {
      const old = name === 'counts' && table.get(id);
      table.set(id, old ? row.map((value, at) => value + (at && (old[at] as number))) : row);
    }
  }
  state.seed ??= from.seed;
  return added.length;
}

/** Returns the last of `places` of which the event is no later than `at`. */
function newestUntil(
  events: readonly HistoryEvent[],
  places: readonly number[],
  at: number,
): number | undefined {
  let low = 0;
  for (let high = places.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((events[places[middle] as number] as HistoryEvent).at <= at) low = middle + 1;
    else high = middle;
  }
  return places[low - 1];
}
