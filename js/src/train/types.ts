/** A file that the program reads: a `File`, bytes with a name, or, in Node, a path or a `file:` URL. */
export type Input = string | URL | File | { name: string; data: Uint8Array | Blob };

/** How far a step of the work is. */
export interface Progress {
  /** What is done now, in words. */
  step: string;
  /** Units that are done, and all of them; `total` is 0 where nobody knows. */
  done: number;
  total: number;
  /** Rows that the step has read, if it reads a file. */
  rows?: number;
  /** What the step has found so far, in words. */
  found?: string;
  /** Seconds until the step ends at its present speed, once that can be told. */
  secondsLeft?: number;
}

/** What every call takes. */
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

/** How event logs and product feeds are read; names and meanings are those of the command's flags. */
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
  delimiter?: string;
  noHeader?: boolean;
  marketColumn?: string;
  /** Pause that ends a session, such as `30m`. */
  sessionGap?: string;
  sessionPause?: string;
  timeFormat?: string;
  dayFirst?: boolean;
  monthFirst?: boolean;
  /** Further tables that the log is joined with. */
  join?: Input[];
  where?: string[];
  maxRejected?: number | string;
  noCleaning?: boolean;
  accept?: string[];
  foldCase?: boolean;
  currencyRate?: Record<string, number>;
  voidOrders?: Keep;
  guests?: Keep;
  impossibleTimes?: Keep;
  from?: string;
  until?: string;
  nonProducts?: Keep;
  nonProduct?: string[];
  product?: string[];
  duplicates?: Keep;
  doubleClicks?: string;
  zeroPrices?: Keep;
  cancellations?: Keep;
  robotEventsPerHour?: number;
  robotItems?: number;
  minItemEvents?: number;
  maxPerShopper?: number;
  maxSessionEvents?: number;
  minSessionEvents?: number;
}

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
  similarity?: 'auto' | 'recipe' | 'cosine' | 'conditional' | 'slim';
  /** Products alike by content that each product gets from the feed. */
  similar?: number;
  catalogItems?: boolean;
  noBaskets?: boolean;
  noGrouping?: boolean;
  curated?: Input;
  eventWeights?: Record<EventKind, number>;
  seed?: number;
  /** Also makes the page with every figure. */
  report?: boolean;
}

export interface ExploreOptions extends ReadOptions {
  /** Also makes the page with every figure. */
  report?: boolean;
}

export interface EvaluateOptions extends ReadOptions {
  split?: 'time' | 'leave-last-out' | 'last-basket';
  /** Share of the sessions that is measured on. */
  holdout?: number | string;
  /** Tunes the constants of the model that is measured; by default they are the usual ones. */
  tune?: boolean;
  targets?: 'each' | 'last' | 'basket';
  noBaselines?: boolean;
  maxCases?: number;
  draws?: number;
  seed?: number;
  /** Also makes the page with every figure. */
  report?: boolean;
}

/** JSON of the command: the shape of each is on `docs/json.md`. */
export type Json = { [key: string]: unknown };

export interface Trained {
  /** The bytes of the model, for a file such as `shop.vicino`. */
  model: Uint8Array;
  /** What `vicino train --json` prints. */
  summary: Json;
  /** The page with every figure, as HTML, if it was wanted. */
  report?: string;
}

export interface Explored {
  /** What `vicino explore --json` prints. */
  summary: Json;
  report?: string;
}

export interface Evaluated {
  /** What `vicino evaluate --json` prints. */
  summary: Json;
  report?: string;
}

/** What a run of the program left. */
export interface RunResult {
  /** 0, or why it failed: 1 for data and files, 2 for the arguments. */
  status: number;
  stdout: Uint8Array;
  /** What it said on stderr, apart from progress. */
  stderr: string;
  /** The outputs that were asked for and that are there, by name. */
  outputs: Map<string, Uint8Array>;
}

/** What the program said when it failed. */
export class TrainError extends Error {
  override name = 'TrainError';
  constructor(
    message: string,
    /** The exit status: 1 for data and files, 2 for options. */
    readonly status: number,
  ) {
    super(message);
  }
}
