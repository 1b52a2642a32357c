// Sees what is pushed into a data layer, and which methods of a recommender are called. Notes about a data layer are
// kept on the array itself: several readers share them, also those of another copy of the package.

export type Fields = Record<string, unknown>;

/** Name and data of an event, and the order of a purchase. */
export type Event = [name: string, data: Fields, order: string];

/** Reads an event; false if its recommender is not to be had. */
type Reader = (...event: Event) => Promise<boolean>;

/** Notes about one data layer. */
interface Notes {
  /** Functions that see every entry before anybody else does. */
  readonly watchers: Set<(entry: object) => void>;
  /** Readers of events, the oldest first; each event is for one of them. */
  readonly readers: Set<Reader>;
  /** Entries that were read. */
  readonly seen: WeakSet<object>;
  /** Events for which there was no reader left. */
  readonly left: Event[];
  /** Orders that were read. */
  readonly orders: Set<string>;
  /** Recommenders whose lists are pushed, and the number of those who asked for it. */
  readonly sources: WeakMap<object, { num: number; stop: () => void }>;
  /** Data pushed without an event, which belongs to the next event, as in Google Tag Manager. */
  ahead: unknown;
  /** True while the package itself pushes, or records what was pushed. */
  isOwn: boolean;
  /** The `push` that calls the watchers, and the one that it has replaced. */
  own?: { readonly push: unknown[]['push']; readonly before: unknown[]['push'] } | undefined;
}

const NOTES = Symbol.for('vicino.dataLayer');

/** Returns the notes about a data layer. */
export function notesOn(dataLayer: unknown[]): Notes {
  const noted = dataLayer as { [NOTES]?: Notes };
  if (!noted[NOTES]) {
    const notes: Notes = {
      watchers: new Set(),
      readers: new Set(),
      seen: new WeakSet(),
      left: [],
      orders: new Set(),
      sources: new WeakMap(),
      ahead: undefined,
      isOwn: false,
    };
    Object.defineProperty(dataLayer, NOTES, { value: notes });
  }
  return noted[NOTES] as Notes;
}

/** Calls `watcher` with every entry that is pushed from now on; returns the function that ends it. */
export function watch(dataLayer: unknown[], watcher: (entry: object) => void): () => void {
  const notes = notesOn(dataLayer);
  const { watchers } = notes;
  watchers.add(watcher);
  if (!notes.own) {
    const before = dataLayer.push;
    const push = (...entries: unknown[]) => {
      for (const entry of entries) {
        for (const one of [...watchers]) see(entry, one);
      }
      return before.apply(dataLayer, entries);
    };
    notes.own = { push, before };
    dataLayer.push = push;
  }
  return () => {
    watchers.delete(watcher);
    const { own } = notes;
    // If another script has wrapped `push` since, ours stays in the chain and only passes entries on.
    if (watchers.size > 0 || !own || dataLayer.push !== own.push) return;
    // As it was: of the array itself, or inherited.
    Reflect.deleteProperty(dataLayer, 'push');
    if (dataLayer.push !== own.before) dataLayer.push = own.before;
    notes.own = undefined;
  };
}

/** Calls a function whose calls and pushes are the package's own. */
export function asOwn<T>(notes: Notes, call: () => T): T {
  notes.isOwn = true;
  try {
    return call();
  } finally {
    notes.isOwn = false;
  }
}

/** Calls a function with an entry; a malformed entry must not break the page. */
export function see(entry: unknown, watcher: (entry: object) => void): void {
  try {
    if (typeof entry === 'object' && entry !== null) watcher(entry);
  } catch {}
}

/** An entry as an event, with the key of its data. */
interface Pushed {
  readonly name: string | undefined;
  readonly key: 2 | 'ecommerce';
  readonly data: unknown;
}

/** Reads an entry: an object with `event`, or the arguments of `gtag('event', ...)`. */
export function read(entry: object): Pushed {
  const pushed = entry as Fields & ArrayLike<unknown>;
  const key = pushed[0] === 'event' ? 2 : 'ecommerce';
  const name = key === 2 ? pushed[1] : pushed.event;
  return { name: typeof name === 'string' ? name : undefined, key, data: pushed[key] };
}

export const fields = (value: unknown): Fields => Object(value) as Fields;

/** Returns the items of an event. */
export const itemsOf = ({ items }: Fields): Fields[] =>
  Array.isArray(items) ? items.map(fields) : [];

/** Returns the list that an event or an item names. */
export const listOf = ({ item_list_id, item_list_name }: Fields): unknown =>
  item_list_id ?? item_list_name;

/** Calls `then` after each call of a method, with arguments and answer; returns the function that ends it. */
export function after(
  shop: object,
  name: string,
  then: (args: unknown[], answer: unknown) => unknown,
): () => void {
  const methods = shop as Record<string, (...args: unknown[]) => unknown>;
  const before = methods[name] as (...args: unknown[]) => unknown;
  const isOwn = Object.hasOwn(methods, name);
  let over = false;
  const wrapped = (...args: unknown[]) => {
    const answer = before.apply(shop, args);
    if (!over) new Promise((resolve) => resolve(then(args, answer))).catch(report);
    return answer;
  };
  methods[name] = wrapped;
  return () => {
    over = true;
    // If somebody else has wrapped it since, ours stays in the chain.
    if (methods[name] !== wrapped) return;
    if (isOwn) methods[name] = before;
    else delete methods[name];
  };
}

/** Reports an error of the page's own functions, without breaking its rails. */
export function report(error: unknown): void {
  if ((error as { code?: string }).code !== 'freed') reportError(error);
}
