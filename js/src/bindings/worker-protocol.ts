// Messages between the page and its worker.
import type { Changed } from '../core/types.js';

/** A call of a method, or a request for the value of a property. */
export interface WorkerRequest {
  readonly id: number;
  /**
   * Names from the recommender on, joined by dots. Besides: `load`, `free`, `pagehide` and `pageshow`, of which the
   * browser does not tell a worker, `call:7`, which calls the function that answered request 7, and `sent`, which
   * reports the outcome of {@link WorkerResponse} `send` of the same `id`: an error, or nothing.
   */
  readonly path: string;
  /** Arguments of a method; absent for a property. */
  readonly args?: readonly unknown[];
}

/**
 * A message of the worker: its script runs, the answer to a request, metrics to send, or the part that has
 * changed.
 */
export type WorkerResponse =
  | { readonly ready: true }
  | { readonly id: number; readonly value: unknown; readonly callable: boolean }
  | { readonly id: number; readonly error: Failure }
  | { readonly id: number; readonly send: never[] }
  | { readonly changed: Changed };

/** An error in a form that can be sent. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Code of a `VicinoError`; absent for other errors, such as one of storage. */
  readonly code?: string;
  readonly url?: string;
  readonly status?: number;
}

/** Shape of an object in the worker, from which the page makes an object that looks the same. */
export interface ApiShape {
  readonly methods: readonly string[];
  /** Names of the properties; the page requests their values, since they change. */
  readonly properties: readonly string[];
  /** True if the object has `subscribe`. */
  readonly changes: boolean;
  readonly parts: Readonly<Record<string, ApiShape>>;
}
