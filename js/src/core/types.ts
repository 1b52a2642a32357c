import type { DeviceOptions, DeviceReport } from '../device/types.js';

export type * from '../device/types.js';

/** An item that a predicate decides about. */
export interface Candidate {
  /** The shop's id. */
  readonly id: string;
  /** Its category, if the catalogue or the model knows one. */
  readonly category?: string;
}

/**
 * A condition on items, as plain JSON; all its keys must hold. A value that is not known fails its condition, except
 * for stock: an item counts as in stock until the catalogue reports otherwise.
 */
export interface Filter {
  /** Items of this category, or of one of these. */
  category?: string | readonly string[];
  /** Items from `min` to `max`, both included. */
  price?: { min?: number; max?: number };
  /** Items in stock (true) or out of stock (false). */
  inStock?: boolean;
  /** Items with at least one of `any`, all of `all` and none of `none`. */
  tags?: { any?: readonly string[]; all?: readonly string[]; none?: readonly string[] };
  /** Items of this brand, or of one of these. */
  brand?: string | readonly string[];
  /** Filters that must all hold; an empty array holds for every item. */
  all?: readonly Filter[];
  /** Filters of which one must hold; an empty array holds for no item. */
  any?: readonly Filter[];
  /** A filter that must not hold. */
  not?: Filter;
}

/** A filter, or a predicate that returns true for items that may be listed. */
export type Where = Filter | ((item: Candidate) => boolean);

/**
 * Options of every list. Only `where`, `exclude`, `excludePurchased` and `fallback` can make a list shorter than `k`.
 */
export interface ListOptions {
  /** Number of items, 0 to 1,000,000; fewer are listed only if fewer are allowed. Default: 12. */
  k?: number;
  /** Ids of items never to list. */
  exclude?: readonly string[];
  /** Leaves out items that this shopper bought, at any time or within so many days. Default: false. */
  excludePurchased?: boolean | { withinDays: number };
  /**
   * A filter; or a predicate, which is called for the best candidates in turn until `k` are found. An error that it
   * throws is thrown by the list.
   */
  where?: Where;
  /**
   * Factors of scores: 2 doubles a score, 1 leaves it unchanged, a factor near 0 makes the item sink. If several
   * filters hold, their factors are multiplied.
   */
  boost?: readonly { where: Filter; factor: number }[];
  /** Items to rank after all others: a filter, or ids. */
  bury?: Filter | readonly string[];
  /**
   * Ids for the first positions, or ids with a position each, 0 the first. They are listed if they are allowed, even if
   * the shopper has seen them.
   */
  pin?: readonly string[] | readonly { id: string; position: number }[];
  /**
   * Number of items of one category that are listed before those of other categories, 1 to 1,000,000; the list is
   * filled to `k` all the same. Default: any number.
   */
  maxPerCategory?: number;
  /**
   * Variants that a list shows of a product that has several: one of them (`product`), which is the one viewed last,
   * else the most sold one in stock; or every variant that is allowed (`false`). Default: `product`.
   */
  groupBy?: 'product' | false;
  /** Weight of variety: 0 ranks by score alone, 1 by dissimilarity to the items listed before. Default: 0. */
  diversity?: number;
  /**
   * Weight of chance: 0 leaves scores unchanged, 1 multiplies each by a random number from 0 to 1 that `seed`
   * determines. Default: 0.
   */
  explore?: number;
  /**
   * Strength with which items sink that were shown and ignored, from 0 (not at all) to 1. Default: 0.5, and 0 for
   * `recentlyViewed` and `buyItAgain`.
   */
  fatigue?: number;
  /** Adds to each recommendation the items that it comes from. Default: false. */
  explain?: boolean;
  /** Seed of `explore` and of the order of items with equal scores, 0 to 4,294,967,295. */
  seed?: number;
}

/** Options of `forYou`. */
export interface ForYouOptions extends ListOptions {
  /** Lists items of the history, too. Default: false. */
  includeSeen?: boolean;
  /** Events that count: those of all time, or of this session. Default: `all`. */
  window?: 'all' | 'session';
}

/** Options of `boughtTogether`. */
export interface TogetherOptions extends ListOptions {
  /**
   * Items that follow those that are bought together, or stand in for them: popular items, items that shoppers view
   * after these and then popular ones, or none, which makes the list shorter than `k`. Default: `popular`.
   */
  fallback?: 'popular' | 'related' | 'none';
}

/** Options of `trending`. */
export interface TrendingOptions extends ListOptions {
  /** Items of this category only. */
  category?: string;
  /** Number of days to count events of, one of those that the model has; 0 counts all time. Default: 0. */
  days?: number;
}

/** Options of `becauseYouViewed`. */
export interface BecauseOptions extends ListOptions {
  /** Maximum number of rails, 0 to 100. Default: 3. */
  rails?: number;
}

/** Names of the lists. */
export type ListName =
  | 'forYou'
  | 'related'
  | 'boughtTogether'
  | 'similar'
  | 'trending'
  | 'recentlyViewed'
  | 'buyItAgain'
  | 'becauseYouViewed';

/** A request for one rail of a page. */
export interface RailRequest
  extends ForYouOptions,
    TogetherOptions,
    TrendingOptions,
    BecauseOptions {
  /** The shop's name of the rail. */
  name: string;
  /** List that the rail shows. */
  list: ListName;
  /** Item that the list starts from. */
  item?: string;
  /** Items that the list starts from, for `boughtTogether`; they replace `item`. */
  items?: readonly string[];
}

/** A rail of a page. */
export interface Rail {
  name: string;
  list: ListName;
  /** Item that the list starts from. */
  anchor?: string;
  items: Recommendation[];
}

/** A part of a score. */
export interface Reason {
  /** Item that the part comes from. */
  id: string;
  /** Its share of the score; the shares of one recommendation add up to 1. */
  share: number;
  /** True if the shop chose the recommendation for the lists of this item. */
  curated?: true;
}

/** A sentence that explains a recommendation. */
export interface Sentence {
  /** Kind of sentence, for a translation. */
  key:
    | 'because-viewed'
    | 'because-in-cart'
    | 'because-bought'
    | 'chosen-by-shop'
    | 'viewed-next'
    | 'bought-together'
    | 'similar'
    | 'trending'
    | 'recently-viewed'
    | 'buy-again'
    | 'popular';
  /** Ids of the items that it names. */
  items: string[];
  /** The sentence in English, with ids in place of names. */
  text: string;
}

/** A listed item. */
export interface Recommendation {
  /** The shop's id. */
  id: string;
  /** Score that the list is ordered by; 0 for items that fill the list because they are popular. */
  score: number;
  /** Its category, if the catalogue or the model knows one. */
  category?: string;
  /** Present with `explain`: the largest share first; empty for items that are listed because they are popular. */
  reasons?: Reason[];
  /** Present with `explain`. */
  sentence?: Sentence;
}

/** Values that the shop gives for an item; values left out stay as they were. */
export interface CatalogItem {
  /** The shop's id. */
  id: string;
  /** Price, 0 or more, in any currency. */
  price?: number;
  inStock?: boolean;
  /** Category, which replaces that of the model. */
  category?: string;
  brand?: string;
  /** Tags, which replace all tags given before. */
  tags?: readonly string[];
}

/** Values that the shop gives for its items; kept in memory only. */
export interface Catalog {
  /**
   * Adds values, and returns the numbers of items that the model knows and does not know; the latter are ignored.
   * 100,000 items with all values take some tenths of a second, so a page should update in parts.
   */
  update(items: readonly CatalogItem[]): { known: number; unknown: number };
  /** Returns the values of an item. */
  get(id: string): CatalogItem | undefined;
  /** Removes all values. */
  clear(): void;
  /** Calls `listener` after every change; returns the function that stops it. */
  subscribe(listener: () => void): () => void;
  /** Number of items that have values. */
  readonly size: number;
}

/** Part of a recommender that has changed. */
export type Changed = 'catalog' | 'consent' | 'history' | 'model';

/** Data that this device holds about its shopper, and the most that the model can reveal about others. */
export interface PrivacyReport extends DeviceReport {
  /** Privacy statement of the model file. */
  model: ModelInfo['privacy'];
}

/** Options of loading a model and opening the history. */
export interface LoadOptions extends DeviceOptions {
  /** Signal that aborts loading. */
  signal?: AbortSignal;
  /**
   * WebAssembly module to use, as an address, bytes, or compiled. The first load on a page decides. Default: the file
   * beside the script.
   */
  wasm?: string | URL | BufferSource | WebAssembly.Module;
  /**
   * Maximum size of the model in bytes, 1 to 2,147,483,647; a larger one is refused, and its download ends there. It
   * bounds memory, too: opening takes at most a multiple of it. Default: 8,388,608 (8 MiB).
   */
  maxBytes?: number;
  /**
   * Market to list for, one of `model.markets`: its own popular items, and no items that it lacks. Default: all markets
   * together.
   */
  market?: string;
}

/** A model: its address, a response with it, or its bytes. */
export type ModelSource = string | URL | Response | ArrayBuffer | Uint8Array;

/** Description of a model. */
export interface ModelInfo {
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** Number of items. */
  readonly numItems: number;
  /** Number of neighbours in its tables. */
  readonly numEdges: number;
  /** Number of events that it was trained on. */
  readonly numEvents: number;
  /** Number of sessions that it was trained on. */
  readonly numSessions: number;
  /** Number of shoppers that it was trained on; 0 if the events named none. */
  readonly numShoppers: number;
  /** Time of the newest event, ms since 1970 UTC; 0 if the events had no real times. */
  readonly newestEventMs: number;
  /** Version of the trainer. */
  readonly trainerVersion: string;
  /** Names of the categories. */
  readonly categories: readonly string[];
  /** Names of the markets; empty if the shop has one alone. */
  readonly markets: readonly string[];
  /** The most that the file reveals about shoppers. */
  readonly privacy: {
    /** Minimum number of shoppers (or sessions) behind a pair of items. */
    readonly minShoppers: number;
    /** True if `minShoppers` counts shoppers, false if it counts sessions. */
    readonly byShopper: boolean;
    /** Number of pairs that were kept. */
    readonly pairsKept: number;
    /** Number of pairs that were removed. */
    readonly pairsRemoved: number;
  };
  /** Figures that the trainer measured on held-out sessions, by name of the metric. */
  readonly measurements: Readonly<Record<string, number>>;
}
