/** What the page and its worker say to each other. */

/** The page asks for a call of a method, or for the value of a property. */
export interface Ask {
  readonly id: number;
  /**
   * Names from the recommender on, joined by dots. Besides: `load`, `free`, `call:7`, which calls the function that was
   * the answer to 7, and `sent`, which says how {@link Answer} `send` of the same `id` went: an error, or nothing.
   */
  readonly path: string;
  /** Absent for a property. */
  readonly args?: readonly unknown[];
}

/** The worker answers one question, has the page send metrics, or says that a part (such as `history`) has changed. */
export type Answer =
  | { readonly id: number; readonly value: unknown; readonly callable: boolean }
  | { readonly id: number; readonly error: Failure }
  | { readonly id: number; readonly send: never[] }
  | { readonly changed: string };

/** An error as it travels. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Absent if it is not the library's own, such as one of storage. */
  readonly code?: string;
  readonly url?: string;
  readonly status?: number;
}

/** What an object has, so that the page can make one that looks the same. */
export interface Face {
  readonly methods: readonly string[];
  /** Values that the worker has to be asked for, since they change. */
  readonly properties: readonly string[];
  /** Whether it says when it has changed. */
  readonly changes: boolean;
  readonly parts: Readonly<Record<string, Face>>;
}
