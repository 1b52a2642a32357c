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
}

/** A remembered event. */
export type HistoryEvent = Readonly<Required<RecordedEvent>>;

/** An item that a predicate decides about. */
export interface Candidate {
  /** The shop's id. */
  readonly id: string;
  /** Its category, if the model knows one. */
  readonly category?: string;
}

/** Restricts a list to one or several categories, or to what a predicate allows. */
export type Where = { category: string | readonly string[] } | ((item: Candidate) => boolean);

/** What every list can be asked for. */
export interface ListOptions {
  /** How many items, 0 to 1,000,000. Fewer are listed only if fewer are allowed. Default: 12. */
  k?: number;
  /** Ids of items never to list. */
  exclude?: readonly string[];
  /**
   * A category, several, or a predicate: called for the best candidates in turn, until `k` are found.
   * What it throws, the list throws.
   */
  where?: Where;
  /** Whether to say which items each recommendation comes from. Default: false. */
  explain?: boolean;
  /** Shuffles items of equal score, the same way for the same seed; 0 to 4,294,967,295. */
  seed?: number;
}

/** What `forYou` can be asked for. */
export interface ForYouOptions extends ListOptions {
  /** Whether to list items that the history holds. Default: false. */
  repeats?: boolean;
}

/** A part of a score. */
export interface Reason {
  /** The item that the part comes from. */
  id: string;
  /** Its share of the score; the shares of one recommendation add up to 1. */
  share: number;
}

/** A listed item. */
export interface Recommendation {
  /** The shop's id. */
  id: string;
  /** What the order comes from; 0 for items that fill the list because they are popular. */
  score: number;
  /** Its category, if the model knows one. */
  category?: string;
  /** Present with `explain`: the largest share first; empty for items that are listed because they are popular. */
  reasons?: Reason[];
}

/** Where a history is kept. */
export type Storage = 'indexeddb' | 'localstorage' | 'memory';

/** How to load a model. */
export interface LoadOptions {
  /** Gives up loading. */
  signal?: AbortSignal;
  /**
   * The WebAssembly module, where the file beside the script is not the one to take: an address, its
   * bytes, or compiled. The first load on a page decides.
   */
  wasm?: string | URL | BufferSource | WebAssembly.Module;
  /** Under which name the history is kept on this device. Default: `vicino`. */
  historyName?: string;
  /** How many events the history keeps, 1 to 10,000. Default: 200. */
  historyLimit?: number;
  /**
   * Where to keep the history. `auto` is the first of IndexedDB, `localStorage` and memory that works; a place
   * asked for by name gives way to memory only. Default: `auto`, in Node `memory`.
   */
  storage?: 'auto' | Storage;
  /**
   * Whether to keep the decoded model in IndexedDB, so that the next page need not decode it; it holds nothing of
   * the shopper, and where it cannot be kept it is decoded again. Default: true, false with `storage: 'memory'`.
   */
  keep?: boolean;
}

/** What can be loaded: an address, a response to it, or the bytes. */
export type ModelSource = string | URL | Response | ArrayBuffer | Uint8Array;

/** The events that the device remembers. */
export interface History {
  /** Where they are kept. */
  readonly storage: Storage;
  /** Why they are not kept where they should be, or what else went wrong with storage. */
  readonly problem: string | undefined;
  /** Their size in storage. */
  readonly bytes: number;
  /** How many distinct items of them the model does not know; ranking ignores these. */
  readonly unknownIds: number;
  /** All events, newest first; a copy. */
  list(): HistoryEvent[];
  /** Removes every event of an item. */
  remove(item: string): Promise<void>;
  /** Removes everything. */
  clear(): Promise<void>;
  /** Everything as JSON. */
  export(): string;
  /** Adds events from what `export` wrote, leaving out those that are there already; gives how many it added. */
  import(json: string): Promise<number>;
  /** Calls `listener` after every change, those of other tabs included; gives the function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** What there is to know about a model. */
export interface ModelInfo {
  /** Size of the file. */
  readonly bytes: number;
  /** Whether it was decoded from its file, or an earlier page had kept it. */
  readonly opened: 'file' | 'kept';
  /** How many items it knows. */
  readonly numItems: number;
  /** How many neighbours its tables hold. */
  readonly numEdges: number;
  /** How many events it was trained on. */
  readonly numEvents: number;
  /** How many sessions it was trained on. */
  readonly numSessions: number;
  /** How many shoppers it was trained on; 0 if the events named none. */
  readonly numShoppers: number;
  /** Time of the newest event, ms since 1970 UTC; 0 if the events had no real times. */
  readonly newestEventMs: number;
  /** Version of the trainer. */
  readonly trainerVersion: string;
  /** Names of the categories. */
  readonly categories: readonly string[];
  /** What the file reveals about shoppers at most. */
  readonly privacy: {
    /** A pair of items counts only if at least this many shoppers (or sessions) made it. */
    readonly minShoppers: number;
    /** Whether that counts shoppers, or sessions. */
    readonly byShopper: boolean;
    /** Pairs that were kept. */
    readonly pairsKept: number;
    /** Pairs that were removed. */
    readonly pairsRemoved: number;
  };
  /** What the trainer measured on held-out sessions, by name of the metric. */
  readonly measurements: Readonly<Record<string, number>>;
}
