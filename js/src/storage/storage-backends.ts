// Where a text can be kept on the device: read, changed and written in one go.

/** What to store in place of what was read: nothing without a text. */
export interface StoredText {
  readonly text: string | undefined;
  /** Whether the text tells nothing about the shopper. */
  readonly isBare: boolean;
  readonly consent: string | undefined;
}

/** Makes of what is stored what is to be stored; `undefined` writes nothing. */
export type Edit = (stored: unknown) => StoredText | undefined;

/** Reads, and writes what `change` makes of it; rejects where that cannot be. */
export type Update = (name: string, writes: boolean, change: Edit) => Promise<void>;

export const KEY = 'events';
const STORE = 'history';
/** A healthy browser takes a few ms; a page that waits at its start for a blocked one should not do so for longer. */
const DEADLINE_MS = 2000;

/**
 * Runs within one transaction of the database `name`, which is made only if it is to be written. A connection lives
 * for one transaction only: so it never stands in the way of another tab, and there is nothing to reopen.
 */
export function transact<T>(
  name: string,
  writes: boolean,
  run: (store: IDBObjectStore, give: (value: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let value: T | undefined;
    let transaction: IDBTransaction | undefined;
    let isLate = false;
    const late = () => {
      isLate = true;
      reject(new Error(`did not answer within ${DEADLINE_MS} ms`));
      try {
        transaction?.abort();
      } catch {}
    };
    const timer = setTimeout(late, DEADLINE_MS);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    const opening = indexedDB.open(name, 1);
    let isNone = false;
    opening.onblocked = late;
    opening.onupgradeneeded = () => {
      if (writes && !isLate) opening.result.createObjectStore(STORE);
      else {
        isNone = true;
        opening.transaction?.abort();
      }
    };
    opening.onerror = (event) => {
      event.preventDefault();
      end(() => (isNone ? resolve(undefined) : reject(opening.error)));
    };
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        if (isLate) return;
        transaction = database.transaction(STORE, writes ? 'readwrite' : 'readonly');
        transaction.oncomplete = () => end(() => resolve(value));
        transaction.onabort = () => end(() => reject(transaction?.error));
        run(transaction.objectStore(STORE), (given) => {
          value = given;
        });
      } catch (error) {
        end(() => reject(error));
      } finally {
        // Once the transaction is through.
        database.close();
      }
    };
  });
}

/** IndexedDB, where two tabs that write at the same moment queue up and lose nothing. */
export const updateDatabase: Update = async (name, writes, change) => {
  let thrown: unknown;
  let hasRead = false;
  await transact<void>(name, writes, (store) => {
    const reading = store.get(KEY);
    reading.onsuccess = () => {
      hasRead = true;
      try {
        const written = change(reading.result);
        if (written) write(store, KEY, written.text);
      } catch (error) {
        thrown = error;
        store.transaction.abort();
      }
    };
  }).catch((error) => {
    throw thrown ?? error;
  });
  if (!hasRead) change(undefined);
};

/** Deletes the database, or leaves it to the browser to do so when it can. */
export const eraseDatabase = (name: string): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, DEADLINE_MS);
    try {
      const deleting = indexedDB.deleteDatabase(name);
      deleting.onsuccess = deleting.onerror = deleting.onblocked = () => resolve();
    } catch {
      resolve();
    }
  });

/** Puts a value in the place of another, or nothing. */
export function write(store: IDBObjectStore, key: string, value: unknown): void {
  if (value === undefined) store.delete(key);
  else store.put(value, key);
}

/** `localStorage`, which browsers do not lock between tabs: those that write within a ms can lose an event. */
export function updateLocal(name: string, change: Edit): void {
  const written = change(localStorage.getItem(name) ?? undefined);
  if (written?.text !== undefined) localStorage.setItem(name, written.text);
  else if (written) localStorage.removeItem(name);
}

/** Throws where nothing can be written. */
export function probeLocal(name: string): void {
  localStorage.setItem(`${name}:probe`, '');
  localStorage.removeItem(`${name}:probe`);
}

export const isFull = (error: unknown): boolean =>
  /Quota/i.test((error as Error | undefined)?.name ?? '');

/** Why a place cannot be used. */
export function failureOf(error: unknown): string {
  const { name = 'TypeError', message } = (error ?? {}) as Partial<Error>;
  if (isFull(error)) return 'is full';
  if (/Security|TypeE|Reference/.test(name)) return 'is absent or forbidden here';
  return name === 'Error' ? `${message}` : `failed: ${message || name}`;
}
