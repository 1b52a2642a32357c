// Counts network requests since the model loaded, as the browser reports them:
// every resource entry of this page, plus what its service worker tells of its
// own. What the worker answers from its copy is a resource entry too, but went
// to no network; the browser marks it with the time the worker started.

/** Counts from the moment `start` is called. */
export class NetworkCount {
  #page: string[] = [];
  #worker = 0;
  #since: number | undefined;
  readonly #listeners = new Set<() => void>();

  /** Names of the files that this page asked the network for, and how often the worker did. */
  get requests(): { page: readonly string[]; worker: number; total: number } {
    return { page: this.#page, worker: this.#worker, total: this.#page.length + this.#worker };
  }

  get started(): boolean {
    return this.#since !== undefined;
  }

  start(): void {
    const since = performance.now();
    this.#since = since;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.startTime >= since && wentToNetwork(entry as PerformanceResourceTiming)) {
          this.#page.push(entry.name);
        }
      }
      this.#tell();
    }).observe({ type: 'resource', buffered: true });
    navigator.serviceWorker?.addEventListener(
      'message',
      (event: MessageEvent<{ type?: string } | null>) => {
        if (event.data?.type !== 'vicino-shop-network') return;
        this.#worker += 1;
        this.#tell();
      },
    );
    this.#tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function wentToNetwork(entry: PerformanceResourceTiming): boolean {
  if (/^(data|blob):/.test(entry.name)) return false;
  return entry.workerStart === 0 || navigator.serviceWorker?.controller === null;
}
