import type { DeviceOptions, DeviceReport } from '../device/types.js';

export type * from '../device/types.js';

/** An item that a predicate decides about. */
export interface Candidate {
  /** The shop's id. */
  readonly id: string;
  /** Its category, if the model knows one. */
  readonly category?: string;
}

/**
 * A condition on items, as plain JSON: all its keys must hold. What is not known fails a condition, but for stock: an
 * item counts as in stock until the catalogue says otherwise.
 */
export interface Filter {
  /** Of this category, or one of these. */
  category?: string | readonly string[];
  /** From `min` to `max`, both included. */
  price?: { min?: number; max?: number };
  /** In stock, or out of it. */
  inStock?: boolean;
  /** With one of `any`, with all of `all`, with none of `none`. */
  tags?: { any?: readonly string[]; all?: readonly string[]; none?: readonly string[] };
  /** Of this brand, or one of these. */
  brand?: string | readonly string[];
  /** All of these hold; true if there are none. */
  all?: readonly Filter[];
  /** One of these holds; false if there are none. */
  any?: readonly Filter[];
  /** This one does not. */
  not?: Filter;
}

/** Restricts a list to what a filter or a predicate allows. */
export type Where = Filter | ((item: Candidate) => boolean);

/** What every list can be asked for. Only `where`, `exclude` and `excludePurchased` make a list shorter than `k`. */
export interface ListOptions {
  /** How many items, 0 to 1,000,000. Fewer are listed only if fewer are allowed. Default: 12. */
  k?: number;
  /** Ids of items never to list. */
  exclude?: readonly string[];
  /** Leaves out what this shopper bought, at any time or within so many days. Default: false. */
  excludePurchased?: boolean | { withinDays: number };
  /**
   * A filter, or a predicate: called for the best candidates in turn, until `k` are found. What it throws, the list throws.
   */
  where?: Where;
  /** Multiplies scores: `factor` 2 doubles them, 1 changes nothing, near 0 sinks; of several, the factors are multiplied. */
  boost?: readonly { where: Filter; factor: number }[];
  /** What stands behind everything else: a filter, or ids. */
  bury?: Filter | readonly string[];
  /**
   * Ids for the first places, or with the place of each, 0 the first. They are listed if they are allowed, though the shopper may have seen
   * them.
   */
  pin?: readonly string[] | readonly { id: string; position: number }[];
  /** How many items of one category come before those of others; the list is full all the same. 1 to 1,000,000. Default: any number. */
  maxPerCategory?: number;
  /** 0 lists by score alone, 1 by how little an item is like those listed before it. Default: 0. */
  diversity?: number;
  /** 0 leaves scores as they are, 1 multiplies each by a random number from 0 to 1, the same for the same `seed`. Default: 0. */
  explore?: number;
  /**
   * How much an item sinks that was shown and ignored: 0 not at all, 1 as far as it can. Default: 0.5, and 0 for `recentlyViewed` and `buyItAgain`.
   */
  fatigue?: number;
  /** Whether to say which items each recommendation comes from. Default: false. */
  explain?: boolean;
  /** Shuffles items of equal score, the same way for the same seed; 0 to 4,294,967,295. */
  seed?: number;
}

/** What `forYou` can be asked for. */
export interface ForYouOptions extends ListOptions {
  /** Whether to list items that the history holds. Default: false. */
  includeSeen?: boolean;
  /** Which events count: `all`, or those of this session. Default: `all`. */
  window?: 'all' | 'session';
}

/** What `trending` can be asked for. */
export interface TrendingOptions extends ListOptions {
  /** Of this category only. */
  category?: string;
  /** In the last so many days, of those that the model knows; 0 is what it calls popular. Default: 0. */
  days?: number;
}

/** What `becauseYouViewed` can be asked for. */
export interface BecauseOptions extends ListOptions {
  /** How many rails at most, 0 to 100. Default: 3. */
  rails?: number;
}

/** The lists that a rail of a page can have. */
export type ListName =
  | 'forYou'
  | 'related'
  | 'boughtTogether'
  | 'similar'
  | 'trending'
  | 'recentlyViewed'
  | 'buyItAgain'
  | 'becauseYouViewed';

/** A rail that a page is to have. */
export interface RailRequest extends ForYouOptions, TrendingOptions, BecauseOptions {
  /** The shop's name of it. */
  name: string;
  /** What it lists. */
  list: ListName;
  /** The item that it is about. */
  item?: string;
  /** The items that it is about, for `boughtTogether`. */
  items?: readonly string[];
}

/** A rail of a page. */
export interface Rail {
  name: string;
  list: ListName;
  /** The item that it is about. */
  anchor?: string;
  items: Recommendation[];
}

/** A part of a score. */
export interface Reason {
  /** The item that the part comes from. */
  id: string;
  /** Its share of the score; the shares of one recommendation add up to 1. */
  share: number;
}

/** Why an item is listed, for people. */
export interface Sentence {
  /** What kind of sentence it is, for a translation. */
  key:
    | 'because-viewed'
    | 'because-in-cart'
    | 'because-bought'
    | 'viewed-next'
    | 'bought-together'
    | 'similar'
    | 'trending'
    | 'recently-viewed'
    | 'buy-again'
    | 'popular';
  /** Ids of the items that it names. */
  items: string[];
  /** The sentence in English, with ids for names. */
  text: string;
}

/** A listed item. */
export interface Recommendation {
  /** The shop's id. */
  id: string;
  /** What the order comes from; 0 for items that fill the list because they are popular. */
  score: number;
  /** Its category, if the catalogue or the model knows one. */
  category?: string;
  /** Present with `explain`: the largest share first; empty for items that are listed because they are popular. */
  reasons?: Reason[];
  /** Present with `explain`. */
  sentence?: Sentence;
}

/** What the shop says of an item; what is left out stays as it was. */
export interface CatalogItem {
  /** The shop's id. */
  id: string;
  /** 0 or more, in any currency. */
  price?: number;
  inStock?: boolean;
  /** In place of the category that the model knows. */
  category?: string;
  brand?: string;
  /** In place of all tags before. */
  tags?: readonly string[];
}

/** What the shop says of its items at this moment; kept in memory only. */
export interface Catalog {
  /** Adds to what is known; 100,000 items with all that can be said of them take some tenths of a second, so a page tells of them in parts. Says how many the model knows; the others are ignored. */
  update(items: readonly CatalogItem[]): { known: number; unknown: number };
  /** What is known of an item. */
  get(id: string): CatalogItem | undefined;
  /** Forgets all. */
  clear(): void;
  /** Of how many items something is known. */
  readonly size: number;
}

/** What this device knows of its shopper, and what the model can reveal of others. */
export interface PrivacyReport extends DeviceReport {
  /** What the model file reveals about shoppers at most. */
  model: ModelInfo['privacy'];
}

/** How to load a model, and how this device remembers. */
export interface LoadOptions extends DeviceOptions {
  /** Gives up loading. */
  signal?: AbortSignal;
  /**
   * The WebAssembly module, where the file beside the script is not the one to take: an address, its
   * bytes, or compiled. The first load on a page decides.
   */
  wasm?: string | URL | BufferSource | WebAssembly.Module;
}

/** What can be loaded: an address, a response to it, or the bytes. */
export type ModelSource = string | URL | Response | ArrayBuffer | Uint8Array;

/** What there is to know about a model. */
export interface ModelInfo {
  /** Size of the file. */
  readonly bytes: number;
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
