// Data that leaves the device if the site asks for it: counts, as they are or as randomised answers.
import { checkOptions, checkValue, isFunction, isNumberIn, isSignal } from '../core/check.js';
import { VicinoError } from '../core/errors.js';
import { abortable } from '../core/load.js';
import type { Controller } from './controller.js';
import type { State } from './state.js';
import type { MetricCount } from './types.js';

/** Randomised answers that `send` rejected, by device: another try must not draw again. */
const refused = new WeakMap<Controller, { epsilon: number; counts: MetricCount[]; taken: Taken }>();

type Taken = State['counts'];

/** Converts the counts to rows, the oldest day first. */
export const rows = (counts: State['counts']): MetricCount[] =>
  [...counts]
    .map(([key, [day, impressions, clicks, carts, purchases]]) => {
      const [rail, variant] = JSON.parse(key);
      const date = new Date(day).toISOString().slice(0, 10);
      return { rail, variant, day: date, impressions, clicks, carts, purchases };
    })
    .sort((a, b) => (a.day < b.day ? -1 : +(a.day > b.day)));

/** Draws an answer that is true with probability `e^(epsilon/3) / (1 + e^(epsilon/3))` (Warner 1965). */
function answer(count: number, epsilon: number): number {
  const [draw] = crypto.getRandomValues(new Uint32Array(1)) as unknown as [number];
  const isTrue = draw / 2 ** 32 < 1 / (1 + Math.exp(-epsilon / 3));
  return +(count > 0 === isTrue);
}

function randomised(counts: readonly MetricCount[], epsilon: number): MetricCount[] {
  const sums = new Map<string, MetricCount>();
  for (const count of counts) {
    const key = JSON.stringify([count.rail, count.variant]);
    const sum = sums.get(key);
    if (!sum) sums.set(key, { ...count, day: '' });
    else {
      for (const name of ['impressions', 'clicks', 'carts', 'purchases'] as const) {
        sum[name] += count[name];
      }
    }
  }
  // Drop rows without impressions: their mere presence would reveal a click.
  return [...sums.values()]
    .filter(({ impressions }) => impressions > 0)
    .map((sum) => ({
      ...sum,
      clicks: answer(sum.clicks, epsilon),
      carts: answer(sum.carts, epsilon),
      purchases: answer(sum.purchases, epsilon),
    }));
}

const EPSILON = isNumberIn(0, 100);

/** Checks the arguments strictly: by a slip, or a value that is missing, counts would leave as they are. */
function check(
  send: unknown,
  given: readonly unknown[],
): { epsilon?: number; signal?: AbortSignal } {
  checkValue('flush', send, isFunction);
  if (given.length === 0) return {};
  const options = given[0] as object;
  checkOptions('flush', options, { epsilon: EPSILON, signal: isSignal });
  // The values of a class are not among its names. Plain objects of another window have another prototype.
  const prototype = Object.getPrototypeOf(options);
  if (prototype && Object.getPrototypeOf(prototype)) {
    throw new VicinoError('option-invalid', 'flush: expected a plain object of options');
  }
  const checked: { epsilon?: number; signal?: AbortSignal } = { ...options };
  if ('epsilon' in options) checkValue('flush', checked.epsilon, EPSILON, 'epsilon');
  return checked;
}

type Send = (counts: MetricCount[]) => unknown;

/** The last flush of a device: the next waits for its end, so that no counts are handed out twice. */
const last = new WeakMap<Controller, Promise<void>>();

/** Passes the counts to `send`, and subtracts them from the stored counts if it resolves. */
export async function flush(
  controller: Controller,
  send: Send,
  given: readonly unknown[],
): Promise<void> {
  const { epsilon, signal } = check(send, given);
  const next = (last.get(controller) ?? Promise.resolve()).then(() => {
    controller.requireState();
    if (!signal?.aborted) return handOut(controller, send, epsilon, signal);
  });
  last.set(
    controller,
    next.catch(() => {}),
  );
  await abortable(next, signal);
}

async function handOut(
  controller: Controller,
  send: Send,
  epsilon?: number,
  signal?: AbortSignal,
): Promise<void> {
  let taken: Taken = new Map(controller.state.counts);
  let handed = rows(taken);
  if (epsilon !== undefined) {
    const before = refused.get(controller);
    if (before?.epsilon === epsilon) ({ counts: handed, taken } = before);
    else handed = randomised(handed, epsilon);
    refused.set(controller, { epsilon, counts: handed, taken });
  }
  if (!taken.size) return;
  await abortable(Promise.resolve(send(handed.map((count) => ({ ...count })))), signal);
  refused.delete(controller);
  await controller.changeQuietly((state) => {
    for (const [key, row] of taken) {
      const left = state.counts.get(key)?.map((value, at) => (at ? value - (row[at] ?? 0) : value));
      if (left?.slice(1).some((value) => value > 0)) state.counts.set(key, left as typeof row);
      else state.counts.delete(key);
    }
  });
}
