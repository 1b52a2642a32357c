// One text in IndexedDB, and the deletion of all that is stored.
//
// In the script of every page, since deleting must not depend on another script that may fail to load.
import { VicinoError } from '../core/errors.js';
import { empty, FORMAT, toJson } from './state.js';
import type { ConsentState } from './types.js';

export const KEY = 'events';
const STORE = 'history';
/** Maximum time to wait: a healthy database takes a few ms, and a blocked one must not hold up a page for longer. */
const DEADLINE_MS = 2000;

/** Use of a database: `edit` writes, but only into one that is there. */
export type Access = 'read' | 'edit' | 'create';

/**
 * Runs `run` within one transaction of the database `name`; resolves to what `run` gives. A connection lasts for one
 * transaction, so that it never blocks another tab, keeps no page from the back/forward cache and never has to be
 * reopened.
 */
export function transact<T>(
  name: string,
  access: Access,
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
      if (access === 'create' && !isLate) opening.result.createObjectStore(STORE);
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
        if (String([...database.objectStoreNames]) !== STORE) throw new TypeError();
        transaction = database.transaction(STORE, access === 'read' ? 'readonly' : 'readwrite');
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

/** Returns true for a text that this library stored. */
export const isOurs = (text: unknown): text is string =>
  typeof text === 'string' && text.includes(`"format":"${FORMAT}"`);

/** Returns true for a stored value that remembers that consent was refused; then it holds nothing else. */
const refuses = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.includes('"consent":"denied"')
    : (value as { consent?: ConsentState } | undefined)?.consent === 'denied';

/** Tells that a database cannot be there: it is forbidden here, or belongs to another program. */
export const isAbsent = (error: unknown): boolean =>
  /Security|TypeE|Reference|Version/.test((error as Error | undefined)?.name ?? '');

/**
 * Deletes all that is stored under a name; rejects if something may be left. What is not of this library stays.
 * `decision` is remembered, in `localStorage` if `isLocal` or if IndexedDB is not to be had; without it an earlier
 * refusal stays if `keeps`, which is what it resolves to.
 */
export async function erase(
  name: string,
  decision: 'granted' | 'denied' | undefined,
  keeps: boolean,
  isLocal: boolean,
): Promise<boolean> {
  let isKept = false;
  let failure: unknown;
  const keep = (value: unknown) => {
    const is = keeps && refuses(value);
    isKept ||= is;
    return is;
  };
  const text = (whole?: true) => decision && toJson({ ...empty(), consent: decision }, whole);
  try {
    const isThere = await transact<true>(
      name,
      decision && !isLocal ? 'create' : 'edit',
      (store, give) => {
        const reading = store.get(KEY);
        reading.onsuccess = () => {
          if (keep(reading.result)) return;
          store.clear();
          const left = isLocal ? undefined : text();
          if (left) store.put(left, KEY);
          else give(true);
        };
      },
    );
    if (isThere) await deleteDatabase(name);
  } catch (error) {
    failure = error;
  }
  try {
    const stored = localStorage.getItem(name);
    if (isOurs(stored) && !keep(stored)) localStorage.removeItem(name);
    const left = isLocal || failure ? text(true) : undefined;
    if (left && (stored === null || isOurs(stored))) localStorage.setItem(name, left);
  } catch {}
  if (failure && !isAbsent(failure)) {
    throw new VicinoError(
      'storage',
      `${name} may still be stored: IndexedDB ${(failure as Error).message}`,
      { cause: failure },
    );
  }
  return isKept;
}

/** Deletes a database that was emptied; if it is in use, the browser deletes it later. */
const deleteDatabase = (name: string): Promise<unknown> =>
  new Promise((resolve) => {
    setTimeout(resolve, DEADLINE_MS);
    const deleting = indexedDB.deleteDatabase(name);
    deleting.onsuccess = deleting.onerror = deleting.onblocked = resolve;
  });
