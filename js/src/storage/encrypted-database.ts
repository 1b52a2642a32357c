// IndexedDB, encrypted: AES-GCM (NIST SP 800-38D) with a key that the browser keeps and never reveals.
//
// Encrypting takes longer than a transaction lasts. So the value is read in one transaction and written in another; if
// another tab has written in between, the update starts again. Two tabs lose nothing.

import { type Access, KEY, transact } from '../device/database.js';
import { FORMAT } from '../device/state.js';
import { type Update, write } from './storage-backends.js';

const NAME = 'key';

interface Key {
  /** Id that differs from those of keys of other tabs. */
  readonly id: string;
  readonly key: CryptoKey;
}

interface Encrypted {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
  /** Consent, not encrypted, so that a decision outlives the key. */
  readonly consent: string | undefined;
}

interface Stored {
  key?: Key | undefined;
  value?: string | Encrypted | undefined;
}

const random = () => crypto.getRandomValues(new Uint8Array(12));
/** Returns a text that differs for every value that was ever stored. */
const versionOf = ({ key, value }: Stored) =>
  `${key?.id} ${(value as Encrypted | undefined)?.iv ?? value}`;

/** Makes the update of an encrypted database; `report` is called with every problem. */
export const updateEncrypted =
  (report: (problem: string) => void): Update =>
  async (name, access, edit) => {
    /** Runs `then` with the stored value, within one transaction. */
    const stored = <T>(access: Access, then: (stored: Stored, store: IDBObjectStore) => T) =>
      transact<T>(name, access, (store, give) => {
        const key = store.get(NAME);
        const value = store.get(KEY);
        value.onsuccess = () => give(then({ key: key.result, value: value.result }, store));
      });
    const { subtle } = crypto;
    if (!subtle) throw new TypeError();
    for (;;) {
      const seen = (await stored('read', (now) => now)) ?? {};
      const { value } = seen;
      let { key } = seen;
      let text: string | undefined;
      if (typeof value === 'string') text = value;
      else if (value) {
        try {
          const { iv, data } = value;
          const bytes = await subtle.decrypt({ name: 'AES-GCM', iv }, (key as Key).key, data);
          text = new TextDecoder().decode(bytes);
        } catch {
          report('the key of the encrypted history is lost or wrong; it starts empty');
          const { consent } = value;
          key = undefined;
          text = JSON.stringify({ format: FORMAT, events: [], consent });
        }
      }
      const written = edit(text);
      if (!written) return;
      let encrypted: string | Encrypted | undefined = written.text;
      if (written.isBare) key = undefined;
      else {
        key ??= {
          id: `${random()}`,
          key: await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
            'encrypt',
            'decrypt',
          ]),
        };
        const iv = random();
        const bytes = new TextEncoder().encode(written.text);
        const data = await subtle.encrypt({ name: 'AES-GCM', iv }, key.key, bytes);
        encrypted = { iv, data, consent: written.consent };
      }
      const isStored = await stored(access, (now, store) => {
        if (versionOf(now) !== versionOf(seen)) return false;
        write(store, NAME, key);
        write(store, KEY, encrypted);
        return true;
      });
      // A database that is not there and not to be made needs no edit.
      if (isStored !== false) return;
    }
  };
