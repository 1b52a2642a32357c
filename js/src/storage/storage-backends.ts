// Places where a text can be stored on the device: it is read, edited and written in one go.

/** A value to store in place of the one that was read; without a text, the value is deleted. */
export interface StoredText {
  readonly text: string | undefined;
  /** True if the text holds no data about the shopper. */
  readonly isBare: boolean;
  readonly consent: string | undefined;
}

/** Turns the stored value into the one to store; `undefined` writes nothing. */
export type Edit = (stored: unknown) => StoredText | undefined;

/** Reads a value and writes the result of `edit`; rejects if the place does not work. */
export type Update = (name: string, writes: boolean, edit: Edit) => Promise<void>;

export const KEY = 'events';
const STORE = 'history';
/** Maximum time to wait: a healthy database takes a few ms, and a blocked one must not hold up a page for longer. */
const DEADLINE_MS = 2000;

/**
 * Runs `run` within one transaction of the database `name`, which is created only for writing. A connection lasts for
 * one transaction, so that it never blocks another tab and never has to be reopened.
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
        // Closes when the transaction is complete.
        database.close();
      }
    };
  });
}

/** Updates IndexedDB, where two tabs that write at the same moment wait for each other and lose nothing. */
export const updateDatabase: Update = async (name, writes, edit) => {
  let thrown: unknown;
  let hasRead = false;
  await transact<void>(name, writes, (store) => {
    const reading = store.get(KEY);
    reading.onsuccess = () => {
      hasRead = true;
      try {
        const written = edit(reading.result);
        if (written) write(store, KEY, written.text);
      } catch (error) {
        thrown = error;
        store.transaction.abort();
      }
    };
  }).catch((error) => {
    throw thrown ?? error;
  });
  if (!hasRead) edit(undefined);
};

/** Deletes the database; if it is in use, the browser deletes it later. */
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

/** Writes a value; deletes it if it is `undefined`. */
export function write(store: IDBObjectStore, key: string, value: unknown): void {
  if (value === undefined) store.delete(key);
  else store.put(value, key);
}

/** Updates `localStorage`, which browsers do not lock between tabs: two that write within a ms can lose an event. */
export function updateLocal(name: string, edit: Edit): void {
  const written = edit(localStorage.getItem(name) ?? undefined);
  if (written?.text !== undefined) localStorage.setItem(name, written.text);
  else if (written) localStorage.removeItem(name);
}

/** Throws if nothing can be written. */
export function probeLocal(name: string): void {
  localStorage.setItem(`${name}:probe`, '');
  localStorage.removeItem(`${name}:probe`);
}

export const isFull = (error: unknown): boolean =>
  /Quota/i.test((error as Error | undefined)?.name ?? '');

/** Describes the reason why a place cannot be used. */
export function failureOf(error: unknown): string {
  const { name = 'TypeError', message } = (error ?? {}) as Partial<Error>;
  if (isFull(error)) return 'is full';
  if (/Security|TypeE|Reference/.test(name)) return 'is absent or forbidden here';
  return name === 'Error' ? `${message}` : `failed: ${message || name}`;
}
