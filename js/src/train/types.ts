/** A file that the program reads: a `File`, bytes with a name, or, in Node, a path or a `file:` URL. */
export type Input = string | URL | File | { name: string; data: Uint8Array | Blob };

/** An argument of `run`: a word, a file that is placed where the program finds it, or a place for an output. */
export type Argument = string | Exclude<Input, string> | { output: string };

/** Progress of a step of the work. */
export interface Progress {
  /** The step, in words. */
  step: string;
  /** Units that are done: bytes, constants tried, histories. */
  done: number;
  /** All units; 0 where nobody knows. */
  total: number;
  /** Rows that the step has read, if it reads a file. */
  rows?: number;
  /** The best that the step has found so far, in words. */
  found?: string;
  /** Seconds until the step ends at its present speed, once that can be told. */
  secondsLeft?: number;
}

/** Options of every call. */
export interface RunOptions {
  /** Ends the work; the promise is rejected with the signal's reason, and no file is left. */
  signal?: AbortSignal;
  /** Is told how far the work is, some ten times a second. */
  onProgress?: (progress: Progress) => void;
  /** Is told what is worth knowing, such as which columns were found. */
  onRemark?: (text: string) => void;
  /**
   * Is given each output, by its name, as soon as it is whole: the model `shop.vicino` comes well before `report.html`.
   * In Node all of them come at the end.
   */
  onOutput?: (name: string, bytes: Uint8Array) => void;
  /** Number of threads; one for each core by default, and always one in browsers. */
  threads?: number;
}

/** A kind of events. */
export type EventKind = 'view' | 'cart' | 'purchase';
type Keep = 'keep' | 'drop';

/** Options of reading event logs and product feeds; names and meanings are those of the command's flags. */
export interface ReadOptions extends RunOptions {
  /** The product feed. */
  catalog?: Input;
  /** Columns of the feed, by field. */
  catalogColumn?: Record<string, string>;
  /** Columns of the log, by field: `item`, `session`, `shopper`, `time`, `event` and others. */
  column?: Record<string, string>;
  /** A file of columns and values, as `saveMapping` of the command writes it. */
  mapping?: Input;
  /** Values of the event column, and the kind of event that each is. */
  eventType?: Record<string, EventKind>;
  /** The kind of all events, if no column tells. */
  eventsAre?: EventKind;
  /** Delimiter of the columns of text: one or two letters, or `tab`; found by default. */
  delimiter?: string;
  /** The first line is a row: columns go by their numbers, from 1. */
  noHeader?: boolean;
  /** The column of markets, such as countries. */
  marketColumn?: string;
  /** Pause that ends a session, such as `30m`. */
  sessionGap?: string;
  /** Time after which a session number that comes back is another session, such as `1d`. */
  sessionPause?: string;
  /** Form of the timestamps, as `strftime` writes it. */
  timeFormat?: string;
  /** Reads dates such as 3/11/2000 with the day first. */
  dayFirst?: boolean;
  /** Reads dates such as 3/11/2000 with the month first. */
  monthFirst?: boolean;
  /** Further tables that the log is joined with. */
  join?: Input[];
  /** Reads only the rows for which each of these holds, such as `total > 0`. */
  where?: string[];
  /** Share of damaged rows, 0 to 1, above which a log is refused. */
  maxRejected?: number | string;
  /** Leaves out nothing but damage. */
  noCleaning?: boolean;
  /** Reasons that may take more than a fifth of the rows. */
  accept?: string[];
  /** Makes product ids lower-case. */
  foldCase?: boolean;
  /** Factors of prices, by the code of their currency. */
  currencyRate?: Record<string, number>;
  /** Orders that were cancelled, refunded, voided or failed; dropped by default. */
  voidOrders?: Keep;
  /** Shopper ids that stand for nobody; dropped by default. */
  guests?: Keep;
  /** Times before 1995 and from 2100 on; dropped by default. */
  impossibleTimes?: Keep;
  /** Leaves out what happened before this date or time (UTC). */
  from?: string;
  /** Leaves out what happened on or after this date or time (UTC). */
  until?: string;
  /** Usual codes of postage, fees, vouchers and tests; dropped by default. */
  nonProducts?: Keep;
  /** Patterns of ids that are left out, too. */
  nonProduct?: string[];
  /** Patterns of ids that stay even if another rule would remove them. */
  product?: string[];
  /** Rows that equal an earlier one in every column; dropped by default. */
  duplicates?: Keep;
  /** Time within which an equal view or cart event is the same click, such as `2s`. */
  doubleClicks?: string;
  /** Purchases at a price of 0 or less; dropped by default. */
  zeroPrices?: Keep;
  /** Purchases that the shopper gave back later, in full; dropped by default. */
  cancellations?: Keep;
  /** Events within an hour from which a shopper who only looks is a robot; 300 by default. */
  robotEventsPerHour?: number;
  /** Products that a robot looks at more than; 100 by default. */
  robotItems?: number;
  /** Leaves out products with fewer events. */
  minItemEvents?: number;
  /** Of one shopper's events with one product, keeps the newest so many; 0 keeps all. */
  maxPerShopper?: number;
  /** Leaves out whole sessions of more events; 1000 by default. */
  maxSessionEvents?: number;
  /** Leaves out whole sessions of fewer events. */
  minSessionEvents?: number;
}

/** Options of training; names and meanings are those of the flags of `vicino train`. */
export interface TrainOptions extends ReadOptions {
  /** Effort of the search for good constants. */
  tune?: 'off' | 'default' | 'thorough';
  /** Constants to try for each table, at most, instead. */
  evaluations?: number;
  /** Size of the model, in bytes or such as `200kB`. */
  targetSize?: number | string;
  /** Sizes that are measured, of which the first that is good enough is taken. */
  sizes?: string;
  /** Neighbours of a product. */
  neighbours?: number;
  /** Distinct shoppers that a pair of products must have. */
  minShoppers?: number;
  /** Method that turns counts of pairs into weights; `recipe` by default. */
  similarity?: 'auto' | 'recipe' | 'cosine' | 'conditional' | 'slim';
  /** Products alike by content that each product gets from the feed. */
  similar?: number;
  /** Also puts products of the feed into the model that no event names yet. */
  catalogItems?: boolean;
  /** Does not learn what is bought together. */
  noBaskets?: boolean;
  /** Learns from every variant as a product of its own. */
  noGrouping?: boolean;
  /** A file of pairs that the shop chose itself. */
  curated?: Input;
  /** Weight of an event of a history when ranking, by its kind; learnt by default. */
  eventWeights?: Record<EventKind, number>;
  /** Seed of the random choices; 0 by default. */
  seed?: number;
  /** Also makes the page with every figure. */
  report?: boolean;
}

/** Options of exploring a log. */
export interface ExploreOptions extends ReadOptions {
  /** Also makes the page with every figure. */
  report?: boolean;
}

/** Options of measuring a recipe on a log; names and meanings are those of the flags of `vicino evaluate --events`. */
export interface EvaluateOptions extends ReadOptions {
  /** The part that is measured on: the newest sessions, or the last event or basket of each shopper. */
  split?: 'time' | 'leave-last-out' | 'last-basket';
  /** Share of the sessions that is measured on. */
  holdout?: number | string;
  /** Tunes the constants of the model that is measured; by default they are the usual ones. */
  tune?: boolean;
  /** Tunes so, with this many constants for each table at most. */
  evaluations?: number;
  /** Events that count as targets. */
  targets?: 'each' | 'last' | 'basket';
  /** Leaves out the simple methods. */
  noBaselines?: boolean;
  /** Histories that are compared on, at most. */
  maxCases?: number;
  /** Draws of the bootstrap. */
  draws?: number;
  /** Seed of the random choices; 0 by default. */
  seed?: number;
  /** Also makes the page with every figure. */
  report?: boolean;
}

/** JSON of the command: the shape of each is on `docs/json.md`. */
export type Json = { [key: string]: unknown };

/** A model and what is known of it. */
export interface Trained {
  /** The bytes of the model, for a file such as `shop.vicino`. */
  model: Uint8Array;
  /** The JSON that `vicino train --json` prints. */
  summary: Json;
  /** The page with every figure, as HTML, if it was wanted. */
  report?: string;
}

/** The account of a log. */
export interface Explored {
  /** The JSON that `vicino explore --json` prints. */
  summary: Json;
  /** The page with every figure, as HTML, if it was wanted. */
  report?: string;
}

/** The worth of a model of the log, beside simple methods. */
export interface Evaluated {
  /** The JSON that `vicino evaluate --json` prints. */
  summary: Json;
  /** The page with every figure, as HTML, if it was wanted. */
  report?: string;
}

/** Results of a run of the program. */
export interface RunResult {
  /** 0, or why it failed: 1 for data and files, 2 for the arguments. */
  status: number;
  /** Its results, as it printed them. */
  stdout: Uint8Array;
  /** Its messages on stderr, apart from progress. */
  stderr: string;
  /** The outputs that were asked for and that are there, by name. */
  outputs: Map<string, Uint8Array>;
}

/** An error of the program, in its own words. */
export class TrainError extends Error {
  /** Always `TrainError`. */
  override name = 'TrainError';
  constructor(
    message: string,
    /** The exit status: 1 for data and files, 2 for options. */
    readonly status: number,
  ) {
    super(message);
  }
}
