/** The database of what was decoded; one model per origin, the one that was loaded last. */
const DATABASE = 'vicino:kept';
const STORE = 'models';
const KEY = 'model';
/** A page that waits at its start for a blocked database should not do so for much longer than decoding takes. */
const DEADLINE_MS = 1000;

/** What an earlier page has kept; whose file it is the image of is for `Opening.restore` to say. Never rejects. */
export function readKept(): Promise<Uint8Array | undefined> {
  const reading = use('readonly', (store) => store.get(KEY)).then((kept) =>
    kept instanceof ArrayBuffer ? new Uint8Array(kept) : undefined,
  );
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, DEADLINE_MS, undefined);
  });
  return Promise.race([reading, late]).catch(() => undefined);
}

/** Keeps what `image` gives when the page has nothing else to do, in place of what was kept. Never throws. */
export function keepLater(image: () => Uint8Array | undefined): void {
  const keep = () => {
    const bytes = image();
    if (bytes) use('readwrite', (store) => store.put(bytes.buffer, KEY)).catch(() => {});
  };
  // Safari and workers have none.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(keep, { timeout: 5000 });
  else setTimeout(keep, 1000);
}

/** The result of one request, once its transaction is complete; rejects where storage is absent, blocked or full. */
function use(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = reject;
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const transaction = database.transaction(STORE, mode);
        const asked = request(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onabort = reject;
      } catch (error) {
        reject(error);
      } finally {
        // Once the transaction is through; so nobody's upgrade or deletion ever waits for this page.
        database.close();
      }
    };
  });
}
