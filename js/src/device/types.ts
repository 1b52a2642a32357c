/** Kind of event: the shopper viewed an item, put it into the cart, or bought it. */
export type EventKind = 'view' | 'cart' | 'purchase';

/** An event to record. */
export interface RecordedEvent {
  /** The shop's id of the item. */
  item: string;
  /** Default: `view`. */
  kind?: EventKind;
  /** Time of the event, in ms since 1970 UTC; one later than now counts as now. Default: now. */
  at?: number;
  /**
   * Time that the shopper stayed, in ms. The event counts `2 d / (d + 30 s)` times: 0 for 0 s, 1 for 30 s (as without a
   * dwell time), up to 2. A dwell time recorded later with the same `item`, `kind` and `at` is added to the event.
   */
  dwellMs?: number;
  /** Rating, 1 to 5. The event counts `(rating - 1) / 2` times: 0 for 1, 1 for 3 (as without a rating), 2 for 5. */
  rating?: number;
  /** The shop's id of the session. Default: sessions end after a pause of 30 minutes. */
  session?: string;
}

/** A recorded event. */
export type HistoryEvent = Readonly<
  Required<Pick<RecordedEvent, 'item' | 'kind' | 'at'>> &
    Pick<RecordedEvent, 'dwellMs' | 'rating' | 'session'>
>;

/** Place where a history is stored. */
export type Storage = 'indexeddb' | 'localstorage' | 'memory';

/**
 * State of consent. `memory-only`: gone with the page. `granted`: stored on the device. `denied`: nothing is recorded.
 */
export type ConsentState = 'memory-only' | 'granted' | 'denied';

/** Options of the history on this device. */
export interface DeviceOptions {
  /**
   * Name of the history on this device; everything that is stored has it, after `vicino:`. Shops of one origin need one
   * each. Default: `vicino`.
   */
  historyName?: string;
  /** Maximum number of events to keep, 1 to 10,000. Default: 200. */
  historyLimit?: number;
  /** Number of days to keep an event; `Infinity` keeps events until the limit. Default: 180. */
  historyDays?: number;
  /**
   * Place to store the history. `auto` is the first of IndexedDB, `localStorage` and memory that works; if any other
   * place does not work, memory is used. Default: `auto`, in Node `memory`.
   */
  storage?: 'auto' | Storage;
  /**
   * Consent until {@link Consent} is called; a stored decision replaces it, except that `denied` always holds. Default:
   * `memory-only`.
   */
  consent?: ConsentState;
  /** Stores nothing while the browser sends Global Privacy Control, whatever the consent. Default: true. */
  honorGlobalPrivacyControl?: boolean;
  /** Encrypts the stored history; then IndexedDB is the only place. Default: false. */
  encrypt?: boolean;
  /**
   * Number of days after which an event counts half, by kind. A small number forgets yesterday; a large one, or none,
   * leaves the weights to the order of events, as in training. Default: none.
   */
  halfLifeDays?: Partial<Record<EventKind, number>>;
}

/** Consent of the shopper. */
export interface Consent {
  /** Present state. */
  readonly state: ConsentState;
  /** True if the browser sends Global Privacy Control and the site honours it; then consent cannot be granted. */
  readonly globalPrivacyControl: boolean;
  /**
   * Stores the events in memory, later events, and this decision. Rejects with `script` if what stores did not load;
   * the next call tries again.
   */
  grant(): Promise<void>;
  /**
   * Deletes everything, in memory and in storage, except this decision. Rejects with `storage` if anything may be left;
   * the next call tries again.
   */
  deny(): Promise<void>;
  /** Calls `listener` after every change; returns the function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** Events that the device remembers. */
export interface History {
  /** Place where they are stored. */
  readonly storage: Storage;
  /** Problems with storage so far, such as the reason why it is not in the place asked for. */
  readonly problem: string | undefined;
  /** Size of {@link History.export} in bytes; with `encrypt` the stored history is a little larger. */
  readonly bytes: number;
  /** Number of distinct items that the model does not know; ranking ignores them. */
  readonly unknownIds: number;
  /** Returns a copy of all events, newest first. */
  list(): HistoryEvent[];
  /** Returns the events by session, the newest session and the newest event first. */
  sessions(): HistoryEvent[][];
  /** Returns the items that the shopper is not interested in. */
  notInterested(): string[];
  /** Removes every event of an item; rejects, as `clear` and `forget` do, if a stored copy may be left. */
  remove(item: string): Promise<void>;
  /** Removes all events, impressions and unwanted items. */
  clear(): Promise<void>;
  /** Removes all data about an item; without an item, all data, metrics and keys included, but not the consent. */
  forget(item?: string): Promise<void>;
  /** Returns all data as JSON. */
  export(): string;
  /**
   * Adds the events and unwanted items of an export that are not there yet, the newest that may be kept; returns the
   * number of events added. A text may have 8,388,608 letters.
   */
  import(json: string): Promise<number>;
  /**
   * Calls `listener` after every change of events, those of other tabs included; returns the function that stops it.
   */
  subscribe(listener: () => void): () => void;
}

/** Place on a page where items were shown. */
export interface Placement {
  /** The shop's name of the rail. Default: `''`. */
  rail?: string;
  /** The variant of an experiment. Default: `''`. */
  variant?: string;
}

/** Counts of one rail, variant and day. */
export interface MetricCount {
  rail: string;
  variant: string;
  /** The day in UTC, such as `2026-01-31`; `''` for all days together. */
  day: string;
  /** Number of items shown. */
  impressions: number;
  clicks: number;
  /**
   * Number of items put into the cart within a day after a click in the rail; those without a click count for rail
   * `''`.
   */
  carts: number;
  /** Number of items bought, counted in the same way. */
  purchases: number;
}

/** Counts of this device. */
export interface Metrics {
  /** Returns all counts, the oldest day first. */
  counts(): Promise<MetricCount[]>;
  /** Assigns one of the variants by chance, each equally often; the same one at every visit. */
  variant(experiment: string, variants: readonly [string, ...string[]]): string;
  /**
   * Passes the counts to `send` and clears them if it resolves. With `epsilon`, clicks, carts and purchases become
   * randomised answers, 0 or 1, to "was there any?": a coin toss for an `epsilon` near 0, true in 97 of 100 cases for
   * 10; at most 100. An option that is `undefined` is refused here. Waits for the flush before; pass a `signal` if
   * `send` may hang.
   */
  flush(
    send: (counts: MetricCount[]) => unknown,
    options?: { epsilon?: number; signal?: AbortSignal },
  ): Promise<void>;
}

/** Data that this device holds about its shopper. */
export interface DeviceReport {
  consent: ConsentState;
  globalPrivacyControl: boolean;
  storage: Storage;
  encrypted: boolean;
  problem: string | undefined;
  /** Names of the storage in use, such as `IndexedDB vicino:vicino`. */
  names: string[];
  bytes: number;
  /** Time of the oldest data, ms since 1970 UTC. */
  since: number | undefined;
  /** Number of events, by kind. */
  events: Record<EventKind, number>;
  /** Number of unwanted items. */
  notInterested: number;
  /** Number of items that were shown. */
  impressions: number;
  /** Number of rows of metrics. */
  metrics: number;
}
