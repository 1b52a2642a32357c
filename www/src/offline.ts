// The offline copy of the shop: waits until it is complete, so that nothing is fetched unnoticed later.

/** Outcome of making the offline copy. */
export type Offline = 'ready' | 'unsupported' | 'failed' | 'waiting';

const PATIENCE_MS = 15_000;

/** Resolves when the offline copy is complete and serves this page, or when it has failed. Never throws. */
export async function keepOffline(): Promise<Offline> {
  // The development server has no built files to copy.
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return 'unsupported';
  try {
    const registration = await navigator.serviceWorker.register('./sw.js');
    return await Promise.race([settled(registration), patience()]);
  } catch {
    return 'failed';
  }
}

async function settled(registration: ServiceWorkerRegistration): Promise<Offline> {
  if (navigator.serviceWorker.controller && !registration.installing) return 'ready';
  const controlled = new Promise<Offline>((resolve) => {
    if (navigator.serviceWorker.controller) resolve('ready');
    navigator.serviceWorker.addEventListener('controllerchange', () => resolve('ready'), {
      once: true,
    });
  });
  const worker = registration.installing ?? registration.waiting;
  if (!worker) return controlled;
  const gone = new Promise<Offline>((resolve) => {
    const look = (): void => {
      if (worker.state === 'redundant') resolve(registration.active ? 'ready' : 'failed');
      if (worker.state === 'activated') resolve(controlled);
    };
    worker.addEventListener('statechange', look);
    look();
  });
  return gone;
}

const patience = (): Promise<Offline> =>
  new Promise((resolve) => setTimeout(() => resolve('waiting'), PATIENCE_MS));
