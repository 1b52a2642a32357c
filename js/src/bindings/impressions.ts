/** Attribute with the id of the item that an element shows. */
export const ID = 'data-vicino-id';

/** Time for which half of an item has to be in view until it counts as shown, in ms; a second, as in advertising. */
const LONG_ENOUGH_MS = 1000;

/**
 * Calls `shown` with the ids of items below `root` that were in view for long enough; returns the function that ends
 * it.
 */
export function observeImpressions(root: Element, shown: (ids: string[]) => void): () => void {
  if (typeof IntersectionObserver === 'undefined') return () => {};
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  const counted = new Set<Element>();
  let ids: string[] = [];
  const count = (element: Element) => {
    views.unobserve(element);
    counted.add(element);
    // Items of one rail become due one after the other, and are reported together.
    if (ids.push(element.getAttribute(ID) as string) > 1) return;
    setTimeout(() => {
      shown(ids);
      ids = [];
    }, 50);
  };
  const views = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        if (isIntersecting) timers.set(target, setTimeout(count, LONG_ENOUGH_MS, target));
      }
    },
    { threshold: 0.5 },
  );
  const look = () => {
    for (const element of root.querySelectorAll(`[${ID}]`)) {
      if (!counted.has(element)) views.observe(element);
    }
  };
  const changes = new MutationObserver(look);
  look();
  changes.observe(root, { childList: true, subtree: true });
  return () => {
    views.disconnect();
    changes.disconnect();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
