import { VicinoError } from '../core/errors.js';

type Callable = (...args: unknown[]) => unknown;

/**
 * Watches for requests, for a site's own tests; returns the function that ends the watch and throws if there were any.
 *
 * The origin of a request is not known for certain, so every request of this page counts, unless `allow` returns true
 * for its address: the watch may blame the library for a request of the page, but never misses one of the library.
 * Requests of workers and other frames are not seen.
 */
export function assertNoNetwork(allow: (url: string) => boolean = () => false): () => void {
  const asked = new Set<string>();
  const undo: (() => void)[] = [];
  const note = (address: unknown) => {
    const url = String((address as Request | undefined)?.url ?? address);
    const full = URL.canParse(url, globalThis.location?.href)
      ? new URL(url, globalThis.location?.href).href
      : url;
    if (!allow(full)) asked.add(full);
  };
  const watch = (target: object | undefined, name: string, at = 0) => {
    const holder = target as Record<string, Callable> | undefined;
    const original = holder?.[name];
    if (!holder || !original) return;
    holder[name] = new Proxy(original, {
      apply(call, self, args) {
        note(args[at]);
        return Reflect.apply(call, self, args);
      },
      construct(type, args, newTarget) {
        note(args[at]);
        return Reflect.construct(type, args, newTarget);
      },
    });
    undo.push(() => {
      holder[name] = original;
    });
  };
  for (const name of ['fetch', 'WebSocket', 'EventSource']) watch(globalThis, name);
  watch(globalThis.XMLHttpRequest?.prototype, 'open', 1);
  watch(globalThis.Navigator?.prototype, 'sendBeacon');
  const start = performance.now();
  const see = (entries: PerformanceEntry[]) => {
    for (const { name, startTime } of entries) if (startTime >= start) note(name);
  };
  const observer =
    globalThis.PerformanceObserver && new PerformanceObserver((list) => see(list.getEntries()));
  observer?.observe({ type: 'resource' });
  return () => {
    see(observer?.takeRecords() ?? []);
    observer?.disconnect();
    for (const back of undo.splice(0)) back();
    if (asked.size) {
      throw new VicinoError('network-used', `requests during the watch: ${[...asked].join(', ')}`);
    }
  };
}
