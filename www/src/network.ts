// Counts network requests since the model loaded. Two sources together miss none: the browser's own list of requests of
// this page, and the service worker, which handles every request once it runs and reports those that it sends to the
// network. Answers from its copy are not network requests.

/** Counts from the moment `start` is called. */
export class NetworkCount {
  #page: string[] = [];
  #worker: string[] = [];
  #started = false;
  readonly #listeners = new Set<() => void>();

  /** Addresses requested past the worker, and those that the worker requested. */
  get requests(): { page: readonly string[]; worker: readonly string[]; total: number } {
    return {
      page: this.#page,
      worker: this.#worker,
      total: this.#page.length + this.#worker.length,
    };
  }

  get started(): boolean {
    return this.#started;
  }

  start(): void {
    const since = performance.now();
    this.#started = true;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
        const passedWorker = entry.workerStart > 0;
        const inMemory = /^(data|blob):/.test(entry.name);
        if (entry.startTime >= since && !passedWorker && !inMemory) this.#page.push(entry.name);
      }
      this.#tell();
    }).observe({ type: 'resource', buffered: true });
    navigator.serviceWorker?.addEventListener(
      'message',
      ({ data }: MessageEvent<{ type?: string; url?: string } | null>) => {
        if (data?.type !== 'vicino-shop-network') return;
        this.#worker.push(data.url ?? '');
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
