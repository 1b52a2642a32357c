// Reads histories that somebody else may have written.
import type { VicinoError } from '../core/errors.js';
import type { HistoryEvent } from './types.js';

// Not from elsewhere: what two modules share would be another download.
const FORMAT = 'vicino-history';
const KINDS = ['view', 'cart', 'purchase'];

const isNumberIn = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/** What is wrong with an event. */
function wrong({ item, kind, at, dwellMs, rating, session }: Partial<HistoryEvent>) {
  if (typeof item !== 'string' || !item) return '`item` to be an id, a string that is not empty';
  if (!KINDS.includes(kind as string)) return '`kind` to be view, cart or purchase';
  if (!isNumberIn(at, -1e16, 1e16)) return '`at` to be a time in ms since 1970';
  if (dwellMs !== undefined && !isNumberIn(dwellMs, 0, 1e16)) return '`dwellMs` to be 0 or more';
  if (rating !== undefined && !isNumberIn(rating, 1, 5)) return '`rating` to be from 1 to 5';
  return session === undefined || typeof session === 'string' ? '' : '`session` to be a string';
}

/** The events of an exported history and what its shopper does not want, with the times; throws what `refuse` makes. */
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
  const { format, version = 1, events, disliked } = json ?? {};
  if (format !== FORMAT || !Array.isArray(events)) {
    throw refuse(
      `this is JSON, but not a history: expected \`format\` "${FORMAT}" and an array \`events\``,
    );
  }
  if ((version as number) > 1) {
    throw refuse(
      `the history is of version ${version}, this release reads 1; update the vicino package`,
    );
  }
  events.forEach((event, number) => {
    const expected = wrong(event ?? {});
    if (expected) throw refuse(`event ${number}: expected ${expected}`);
  });
  const rows = Array.isArray(disliked) ? disliked : [];
  return {
    events: events.map(({ item, kind, at, dwellMs, rating, session }) =>
      // Leaves out what is not known.
      JSON.parse(JSON.stringify({ item, kind, at, dwellMs, rating, session })),
    ),
    disliked: new Map(
      rows.filter((row) => typeof row?.[0] === 'string' && typeof row[1]?.[0] === 'number'),
    ),
  };
}
