/** What a shopper did with an item. */
export type EventKind = 'view' | 'cart' | 'purchase';

/** An event to remember. */
export interface RecordedEvent {
  /** The shop's id of the item. */
  item: string;
  /** Default: `view`. */
  kind?: EventKind;
  /** When, in ms since 1970 UTC. Default: now. */
  at?: number;
  /**
   * How long the shopper stayed, in ms. Counts `2 d / (d + 30 s)`: 0 nothing, 30 s as much as an unknown time,
   * for ever twice that. Said later with the same `item`, `kind` and `at`, it is added to the event.
   */
  dwellMs?: number;
  /** What the shopper gave, 1 to 5. Counts `(rating - 1) / 2`: 1 nothing, 3 as much as no rating, 5 twice that. */
  rating?: number;
  /** The shop's own session, where 30 minutes of pause are not what cuts. */
  session?: string;
}

/** A remembered event. */
export type HistoryEvent = Readonly<
  Required<Pick<RecordedEvent, 'item' | 'kind' | 'at'>> &
    Pick<RecordedEvent, 'dwellMs' | 'rating' | 'session'>
>;

/** Where a history is kept. */
export type Storage = 'indexeddb' | 'localstorage' | 'memory';

/** `memory-only`: gone with the page. `granted`: kept on the device. `denied`: nothing is remembered. */
export type ConsentState = 'memory-only' | 'granted' | 'denied';

/** How the device remembers. */
export interface DeviceOptions {
  /** Under which name the history is kept on this device. Default: `vicino`. */
  historyName?: string;
  /** How many events the history keeps, 1 to 10,000. Default: 200. */
  historyLimit?: number;
  /** How many days it keeps them; `Infinity` until the limit. Default: 180. */
  historyDays?: number;
  /**
   * Where to keep the history. `auto` is the first of IndexedDB, `localStorage` and memory that works; a place
   * asked for by name gives way to memory only. Default: `auto`, in Node `memory`.
   */
  storage?: 'auto' | Storage;
  /** What holds until {@link Consent} is told otherwise; `denied` wins over what it was told. Default: `memory-only`. */
  consent?: ConsentState;
  /** Whether nothing is kept while the browser sends Global Privacy Control, whatever the consent. Default: true. */
  honorGlobalPrivacyControl?: boolean;
  /** Whether what is kept is encrypted; then IndexedDB is the only place. Default: false. */
  encrypt?: boolean;
  /**
   * After how many days an event counts half, by kind. A small number forgets yesterday; a large one, or none,
   * leaves the order of events to decide, as in training. Default: none.
   */
  halfLifeDays?: Partial<Record<EventKind, number>>;
}

/** What the shopper allows. */
export interface Consent {
  /** What holds now. */
  readonly state: ConsentState;
  /** Whether the browser sends Global Privacy Control, and it is honoured: then nothing can be granted. */
  readonly globalPrivacyControl: boolean;
  /** Stores what is in memory, and what is to come; this decision, too. */
  grant(): Promise<void>;
  /** Deletes everything, in memory and stored, but this decision. */
  deny(): Promise<void>;
  /** Calls `listener` after every change; gives the function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** The events that the device remembers. */
export interface History {
  /** Where they are kept. */
  readonly storage: Storage;
  /** Why they are not kept where they should be, or what else went wrong with storage. */
  readonly problem: string | undefined;
  /** Size of {@link History.export}; what is stored is a little larger with `encrypt`. */
  readonly bytes: number;
  /** How many distinct items of them the model does not know; ranking ignores these. */
  readonly unknownIds: number;
  /** All events, newest first; a copy. */
  list(): HistoryEvent[];
  /** The events by session, the newest session and the newest event first. */
  sessions(): HistoryEvent[][];
  /** Items that the shopper is not interested in. */
  notInterested(): string[];
  /** Removes every event of an item. */
  remove(item: string): Promise<void>;
  /** Removes all events, impressions and what the shopper is not interested in. */
  clear(): Promise<void>;
  /** Removes everything of an item; or all that is kept, metrics and keys included, but the consent. */
  forget(item?: string): Promise<void>;
  /** Everything that is stored, as JSON. */
  export(): string;
  /** Adds events and dislikes of what `export` wrote, less those that are there; gives how many events it added. */
  import(json: string): Promise<number>;
  /** Calls `listener` after every change of events, those of other tabs included; gives the function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** Where on the page an item was shown. */
export interface Placement {
  /** The shop's name of the rail. Default: none, ''. */
  rail?: string;
  /** The variant of an experiment. Default: none, ''. */
  variant?: string;
}

/** What happened in a rail on a day. */
export interface MetricCount {
  rail: string;
  variant: string;
  /** The day in UTC, such as `2026-01-31`; '' for all days together. */
  day: string;
  /** Items shown. */
  impressions: number;
  clicks: number;
  /** Put into the cart within a day after a click in the rail; those without a click are of rail ''. */
  carts: number;
  /** Bought likewise. */
  purchases: number;
}

/** What this device counts. */
export interface Metrics {
  /** All counts, the oldest day first. */
  counts(): Promise<MetricCount[]>;
  /** One of the variants, the same at every visit; by chance, each equally often. */
  variant(experiment: string, variants: readonly [string, ...string[]]): string;
  /**
   * Hands the counts to `send` and clears them if it resolves. With `epsilon` clicks, carts and purchases become
   * answers to "was there any?" that are true by chance only: near 0 an answer is a coin, at 10 of 100 are 97 true.
   */
  flush(
    send: (counts: MetricCount[]) => unknown,
    options?: { epsilon?: number; signal?: AbortSignal },
  ): Promise<void>;
}

/** What this device knows about its shopper. */
export interface DeviceReport {
  consent: ConsentState;
  globalPrivacyControl: boolean;
  storage: Storage;
  encrypted: boolean;
  problem: string | undefined;
  /** What is used for it, such as `IndexedDB vicino`. */
  names: string[];
  bytes: number;
  /** The time of the oldest that is known, ms since 1970 UTC. */
  since: number | undefined;
  /** How many events, by kind. */
  events: Record<EventKind, number>;
  notInterested: number;
  /** How many items are known to have been shown. */
  impressions: number;
  /** How many rows of metrics. */
  metrics: number;
}
