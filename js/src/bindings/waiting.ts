// When a recommender is loaded: a rail far below the view costs nothing until it is near, or the page idle.

/** How long a page may go on after it has loaded where no browser says that it is idle, in ms. */
const IDLE_MS = 1000;

/** Calls `run` when the element is within a screen of the view; gives the function that ends that. */
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

/** Calls `run` when the page has loaded and nothing else to do; gives the function that ends that. */
function whenIdle(run: () => void): () => void {
  let isOver = false;
  const go = () => isOver || run();
  // Safari has no idle callbacks.
  const wait = () =>
    'requestIdleCallback' in globalThis ? requestIdleCallback(go) : setTimeout(go, IDLE_MS);
  // Until then the page waits for the network, which is no reason to ask more of it.
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { once: true });
  return () => {
    isOver = true;
  };
}

/** Those who want a recommender, and how long they can wait for it. */
export interface Waiting {
  /** Something wants it: a rail can wait if an element of it is known, all else cannot. */
  want(rail?: string): void;
  /** Where a rail is, which wants it when it is near the view; gives the function that takes the element back. */
  near(element: Element, rail?: string): () => void;
  /** Calls `load`, which gives the function that ends it, once somebody cannot wait or the page is idle; gives the function that ends all. */
  open(load: () => () => void, isLazy: unknown): () => void;
}

/** Nobody wants anything yet. */
export function waiting(): Waiting {
  /** Names of rails, each as often as there are elements. */
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
