// The moment at which a recommender is loaded: a rail far below the view costs nothing until it is near, or the page is
// idle.

/** Time after which a loaded page counts as idle if the browser does not report it, in ms. */
const IDLE_MS = 1000;

/** Calls `run` when the element is within a screen of the view; returns the function that ends the wait. */
function whenNear(element: Element, run: () => void): () => void {
  if (!globalThis.IntersectionObserver) {
    run();
    return () => {};
  }
  const views = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) run();
    },
    { rootMargin: '100%' },
  );
  views.observe(element);
  return () => views.disconnect();
}

/** Calls `run` when the page has loaded and is idle; returns the function that ends the wait. */
export function whenIdle(run: () => void): () => void {
  let isOver = false;
  const go = () => isOver || run();
  // Safari has no idle callbacks.
  const wait = () =>
    'requestIdleCallback' in globalThis ? requestIdleCallback(go) : setTimeout(go, IDLE_MS);
  // A page that waits for the network should not have to load more.
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { once: true });
  return () => {
    isOver = true;
  };
}

/** The users of one recommender, and the time until which loading it can wait for them. */
export interface Waiting {
  /** Asks for the recommender: at once, unless the element of `rail` is known, which then asks when it is near. */
  want(rail?: string): void;
  /** Adds an element of a rail, which asks when it is near the view; returns the function that removes it. */
  near(element: Element, rail?: string): () => void;
  /**
   * Calls `load` as soon as a user cannot wait, or the page is idle; at once if `isLazy` is false. `load` returns the
   * function that undoes it. Returns the function that ends everything.
   */
  open(load: () => () => void, isLazy: unknown): () => void;
}

/** Makes a {@link Waiting} without users. */
export function waiting(): Waiting {
  /** Names of rails, each as often as it has elements. */
  const rails: unknown[] = [];
  let isWanted = false;
  let load: (() => void) | undefined;
  const now = () => {
    isWanted = true;
    load?.();
    load = undefined;
  };
  return {
    want(rail) {
      if (!rails.includes(rail)) now();
    },
    near(element, rail) {
      rails.push(rail);
      const stop = isWanted ? () => {} : whenNear(element, now);
      return () => {
        rails.splice(rails.indexOf(rail), 1);
        stop();
      };
    },
    open(start, isLazy = true) {
      let stop = () => {};
      load = () => {
        stop = start();
      };
      let giveUp = () => {};
      if (isWanted || !isLazy) now();
      else giveUp = whenIdle(now);
      return () => {
        giveUp();
        load = undefined;
        stop();
      };
    },
  };
}
