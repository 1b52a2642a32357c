// Reads an exported history, which anybody may have edited.
import type { VicinoError } from '../core/errors.js';
import { FORMAT, KINDS, VERSION } from './state.js';
import type { EventKind, HistoryEvent } from './types.js';

const isNumberIn = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/** Describes what was expected of an event; empty for a valid event. */
function expectedOf({ item, kind, at, dwellMs, rating, session }: Partial<HistoryEvent>) {
  if (typeof item !== 'string' || !item) return '`item` to be an id, a string that is not empty';
  if (!KINDS.includes(kind as EventKind)) return '`kind` to be view, cart or purchase';
  if (!isNumberIn(at, -1e16, 1e16)) return '`at` to be a time in ms since 1970';
  if (dwellMs !== undefined && !isNumberIn(dwellMs, 0, 1e16)) return '`dwellMs` to be 0 or more';
  if (rating !== undefined && !isNumberIn(rating, 1, 5)) return '`rating` to be from 1 to 5';
  return session === undefined || typeof session === 'string' ? '' : '`session` to be a string';
}

/** Parses an exported history into events and unwanted items with their times; throws the error that `refuse` makes. */
export function readExport(
  text: unknown,
  refuse: (why: string) => VicinoError,
): {
  events: HistoryEvent[];
  disliked: Map<string, [number]>;
} {
  let json: Record<string, unknown> | null;
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
  const rows = Array.isArray(disliked) ? disliked : [];
  return {
    events: events.map(({ item, kind, at, dwellMs, rating, session }) =>
      // By way of JSON, which leaves out values that are undefined.
      JSON.parse(JSON.stringify({ item, kind, at, dwellMs, rating, session })),
    ),
    disliked: new Map(
      rows.filter((row) => typeof row?.[0] === 'string' && typeof row[1]?.[0] === 'number'),
    ),
  };
}
