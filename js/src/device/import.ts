// Reads texts of a history, exported or stored, which anybody may have edited.
import { VicinoError } from '../core/errors.js';
import { DAY_MS, empty, FORMAT, KINDS, type State, type Tables, VERSION } from './state.js';
import type { DeviceOptions, EventKind, HistoryEvent } from './types.js';

/** Maximum length of a text to import: ten times that of 10,000 events with ids of usual length. */
const MOST_LETTERS = 8_388_608;
/** Farthest time that a `Date` can have. */
const LAST_MS = 8.64e15;

const isNumberIn = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/** Describes what was expected of an event; empty for a valid event. */
function expectedOf({ item, kind, at, dwellMs, rating, session }: Partial<HistoryEvent>) {
  if (typeof item !== 'string' || !item) return '`item` to be an id, a string that is not empty';
  if (!KINDS.includes(kind as EventKind)) return '`kind` to be view, cart or purchase';
  // Times from the future are moved to now.
  if (!isNumberIn(at, -LAST_MS, 1e300)) return '`at` to be a time in ms since 1970';
  if (dwellMs !== undefined && !isNumberIn(dwellMs, 0, 1e16)) return '`dwellMs` to be 0 or more';
  if (rating !== undefined && !isNumberIn(rating, 1, 5)) return '`rating` to be from 1 to 5';
  return session === undefined || typeof session === 'string' ? '' : '`session` to be a string';
}

/** Returns true for an event that can be kept. */
export const isEvent = (event: unknown): event is HistoryEvent => !expectedOf(Object(event));

/** Rows of each table, for their shape. */
const SHAPES: Record<keyof Tables, readonly unknown[]> = {
  disliked: [0],
  shown: [0, 0],
  clicked: [0, '', ''],
  counts: [0, 0, 0, 0, 0],
};

/** Makes a table of rows; those that are none are left out. */
export function readTable(name: keyof Tables, rows: unknown): Map<string, never> {
  const shape = SHAPES[name];
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) &&
    row.length === shape.length &&
    row.every((value, at) =>
      shape[at] === '' ? typeof value === 'string' : isNumberIn(value, -LAST_MS, 1e300),
    );
  const isKey = (id: unknown): boolean =>
    typeof id === 'string' && (name !== 'counts' || isRail(id));
  return new Map(
    (Array.isArray(rows) ? rows : []).filter(
      (pair) => Array.isArray(pair) && isKey(pair[0]) && isRow(pair[1]),
    ),
  );
}

/** Returns true for the key of a count, the JSON of rail, variant and day. */
function isRail(key: string): boolean {
  try {
    const [rail, variant] = JSON.parse(key);
    return typeof rail === 'string' && typeof variant === 'string';
  } catch {
    return false;
  }
}

/**
 * Parses an exported history into a state of its events and unwanted items, of which it keeps no more than the options
 * allow.
 */
export function readExport(
  text: unknown,
  { historyLimit = 200, historyDays = 180 }: DeviceOptions,
): State {
  const refuse = (why: string) => new VicinoError('history-invalid', `import: ${why}`);
  let json: Record<string, unknown> | null;
  if (typeof text === 'string' && text.length > MOST_LETTERS) {
    throw refuse(`the text has ${text.length} letters, at most ${MOST_LETTERS} are read`);
  }
  try {
    if (typeof text !== 'string') throw new Error(`found ${typeof text}`);
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`expected the JSON that export() wrote, ${(error as Error).message}`);
  }
  const { format, version = VERSION, events, disliked } = json ?? {};
  if (format !== FORMAT || !Array.isArray(events)) {
    throw refuse(
      `this is JSON, but not a history: expected \`format\` "${FORMAT}" and an array \`events\``,
    );
  }
  if ((version as number) > VERSION) {
    throw refuse(
      `the history is of version ${version}, this release reads ${VERSION}; update the vicino package`,
    );
  }
  events.forEach((event, number) => {
    const expected = expectedOf(event ?? {});
    if (expected) throw refuse(`event ${number}: expected ${expected}`);
  });
  const now = Date.now();
  // Cut before anything else is done with the events: a file may have any number.
  const kept = (events as HistoryEvent[])
    .filter(({ at }) => at >= now - historyDays * DAY_MS)
    .sort((a, b) => Math.min(b.at, now) - Math.min(a.at, now))
    .slice(0, historyLimit)
    .map(({ item, kind, at, dwellMs, rating, session }) =>
      // By way of JSON, which leaves out values that are undefined.
      JSON.parse(JSON.stringify({ item, kind, at: Math.min(at, now), dwellMs, rating, session })),
    );
  return { ...empty(), events: kept, disliked: readTable('disliked', disliked) };
}
