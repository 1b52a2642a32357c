// Places where a text can be stored on the device: it is read, edited and written in one go.
import { type Access, isAbsent, isOurs, KEY, transact } from '../device/database.js';

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
export type Update = (name: string, access: Access, edit: Edit) => Promise<void>;

/** Updates IndexedDB, where two tabs that write at the same moment wait for each other and lose nothing. */
export const updateDatabase: Update = async (name, access, edit) => {
  let thrown: unknown;
  let hasRead = false;
  await transact<void>(name, access, (store) => {
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

/** Writes a value; deletes it if it is `undefined`. */
export function write(store: IDBObjectStore, key: string, value: unknown): void {
  if (value === undefined) store.delete(key);
  else store.put(value, key);
}

/** Updates `localStorage`, which browsers do not lock between tabs: two that write within a ms can lose an event. */
export function updateLocal(name: string, edit: Edit): void {
  const stored = localStorage.getItem(name) ?? undefined;
  if (stored !== undefined && !isOurs(stored)) throw new Error('holds data of another program');
  const written = edit(stored);
  if (written?.text !== undefined) localStorage.setItem(name, written.text);
  else if (written) localStorage.removeItem(name);
}

/** Throws if nothing can be written; the key is that of no shop, since a shop's name is not empty. */
export function probeLocal(): void {
  localStorage.setItem('vicino:', '');
  localStorage.removeItem('vicino:');
}

export const isFull = (error: unknown): boolean =>
  /Quota/i.test((error as Error | undefined)?.name ?? '');

/** Describes the reason why a place cannot be used. */
export function failureOf(error: unknown): string {
  const { name = 'TypeError', message } = (error ?? {}) as Partial<Error>;
  if (isFull(error)) return 'is full';
  if (isAbsent(error) && name !== 'VersionError') return 'is absent or forbidden here';
  return name === 'Error' ? `${message}` : `failed: ${message || name}`;
}
