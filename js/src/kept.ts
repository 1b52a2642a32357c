import type { Engine } from '../wasm/vicino.js';
import { Slices } from './open.js';

/** The database of what was decoded; one model per origin, the one that was loaded last. */
const DATABASE = 'vicino:kept';
/** Pieces by number. */
const STORE = 'models';
/** Pieces that are read at once, some milliseconds' work. */
const BATCH = 8;
/** A page that waits at its start for a blocked database should not do so for much longer than decoding takes. */
const DEADLINE_MS = 1000;

/** The pieces that an earlier page has kept; whose file they are of is for `Opening.restore` to say. Never rejects. */
export function readKept(): Promise<Uint8Array[] | undefined> {
  const reading = use('readonly', (store) => {
    const pieces: Uint8Array[] = [];
    const next = () => {
      const asked = store.getAll(IDBKeyRange.lowerBound(pieces.length), BATCH);
      asked.onsuccess = () => {
        const found = asked.result.filter((piece) => piece instanceof Uint8Array);
        pieces.push(...found);
        if (found.length === BATCH) next();
      };
    };
    next();
    return pieces;
  }).then((pieces) => (pieces.length > 0 ? pieces : undefined));
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, DEADLINE_MS, undefined);
  });
  return Promise.race([reading, late]).catch(() => undefined);
}

/**
 * Keeps the image of the engine that `live` gives when the page has nothing else to do, in place of what was kept;
 * nothing if there is no engine any more. Never throws.
 */
export function keepLater(live: () => Engine | undefined): void {
  const keep = async () => {
    const pieces: Uint8Array[] = [];
    const slices = new Slices();
    for (;;) {
      await slices.next();
      const engine = live();
      if (!engine) return;
      const piece = engine.image(pieces.length);
      if (!piece) break;
      pieces.push(piece);
    }
    if (pieces.length === 0) return;
    await use('readwrite', (store) => {
      store.clear();
      let at = 0;
      // One after the other: each is copied, and all at once would hold the page up.
      const next = () => {
        const piece = pieces[at];
        if (piece) store.put(piece, at++).onsuccess = next;
      };
      next();
    });
  };
  const start = () => void keep().catch(() => {});
  // Safari and workers have none.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(start, { timeout: 5000 });
  else setTimeout(start, 1000);
}

/** Removes what was kept. Never throws. */
export function forgetKept(): void {
  try {
    indexedDB.deleteDatabase(DATABASE);
  } catch {
    // Where there is no storage, nothing was kept.
  }
}

/** What `work` gives, once its transaction is complete; rejects where storage is absent, blocked or full. */
function use<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      // Looking for what was kept leaves nothing behind.
      if (mode === 'readonly') opening.transaction?.abort();
      else opening.result.createObjectStore(STORE);
    };
    opening.onerror = reject;
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const transaction = database.transaction(STORE, mode);
        const value = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(value);
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
