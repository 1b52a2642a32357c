// Reports cards that came into view, by rail: half of a card for half a second.

const LONG_ENOUGH_MS = 500;

/** Calls `shown` for observed cards, once for each, several at a time. */
export function watch(shown: (ids: string[], rail: string) => void): {
  observe(card: Element, id: string, rail: string): void;
  stop(): void;
} {
  const places = new WeakMap<Element, { id: string; rail: string }>();
  const waiting = new Set<Element>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = (): void => {
    timer = undefined;
    const byRail = new Map<string, string[]>();
    for (const card of waiting) {
      const place = places.get(card);
      observer.unobserve(card);
      if (!place || !card.isConnected) continue;
      byRail.set(place.rail, [...(byRail.get(place.rail) ?? []), place.id]);
    }
    waiting.clear();
    for (const [rail, ids] of byRail) shown(ids, rail);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) waiting.add(target);
        else waiting.delete(target);
      }
      // Cards that come later wait for the next call, so that all were in view long enough.
      clearTimeout(timer);
      if (waiting.size > 0) timer = setTimeout(look, LONG_ENOUGH_MS);
    },
    { threshold: 0.5 },
  );
  return {
    observe(card, id, rail) {
      places.set(card, { id, rail });
      observer.observe(card);
    },
    stop() {
      clearTimeout(timer);
      observer.disconnect();
    },
  };
}
