// The longest task of the main thread while a page loads a recommender and makes its first list.

/** Trace categories of Chromium for tasks, and for marks that a page sets. */
const CATEGORIES = ['disabled-by-default-devtools.timeline', 'blink.user_timing'];

/**
 * Runs `measure`, in which the page sets the marks of `timed` in measure.js; adds `longest`, in ms, to what it gives.
 * The browser takes seconds to open a page from then on, and is best closed.
 */
export async function longestTask(browser, page, measure) {
  await browser.startTracing(page, { categories: CATEGORIES });
  let sample;
  let trace;
  try {
    sample = await measure();
  } finally {
    trace = await browser.stopTracing();
  }
  return { ...sample, longest: longestIn(JSON.parse(trace).traceEvents) };
}

/**
 * Milliseconds of the longest task that loads or ranks. Both would be one task where the history is in place already:
 * what ranks counts to the task in which loading ended.
 */
export function longestIn(events) {
  const mark = (name) => {
    const found = events.findLast((event) => event.name === `bench-${name}`);
    if (!found) throw new Error(`the trace has no mark bench-${name}`);
    return found;
  };
  const [load, loaded, rank, ranked] = ['load', 'loaded', 'rank', 'ranked'].map(mark);
  // A task that had not ended when the trace did has no duration.
  const overlap = ({ ts, dur = Infinity }, from, to) =>
    Math.max(0, Math.min(ts + dur, to.ts) - Math.max(ts, from.ts));
  const tasks = events.filter(
    ({ name, pid, tid }) => name === 'RunTask' && pid === load.pid && tid === load.tid,
  );
  if (tasks.length === 0) throw new Error('the trace has no tasks');
  const durations = tasks.map((task) => {
    const { ts, dur = Infinity } = task;
    const isLast = ts <= loaded.ts && ts + dur >= loaded.ts;
    return overlap(task, load, loaded) + (isLast ? ranked.ts - rank.ts : 0);
  });
  return Math.max(...durations) / 1e3;
}
