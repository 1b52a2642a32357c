// IndexedDB, encrypted: AES-GCM (NIST SP 800-38D) with a key that the browser keeps and nobody can read.
//
// Encrypting takes longer than a transaction lives. So storage is read in one and written in another, if nobody else has
// written in between; else it is read again. Two tabs lose nothing.
import { FORMAT } from '../device/state.js';
import { KEY, transact, type Update, write } from './storage-backends.js';

const NAME = 'key';

interface Key {
  /** Tells it from a key of another tab. */
  readonly id: string;
  readonly key: CryptoKey;
}

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
  /** In the open, so that a decision outlives the key. */
  readonly consent: string | undefined;
}

interface Stored {
  key?: Key | undefined;
  value?: string | Sealed | undefined;
}

const random = () => crypto.getRandomValues(new Uint8Array(12));
/** Another one for every value that was ever stored. */
const mark = ({ key, value }: Stored) => `${key?.id} ${(value as Sealed | undefined)?.iv ?? value}`;

/** How to read and write what is encrypted; `note` hears what goes wrong. */
export const updateEncrypted =
  (note: (problem: string) => void): Update =>
  async (name, _, change) => {
    /** Runs `then` with what is stored, within one transaction. */
    const stored = <T>(writes: boolean, then: (stored: Stored, store: IDBObjectStore) => T) =>
      transact<T>(name, writes, (store, give) => {
        const key = store.get(NAME);
        const value = store.get(KEY);
        value.onsuccess = () => give(then({ key: key.result, value: value.result }, store));
      });
    const { subtle } = crypto;
    if (!subtle) throw new TypeError();
    for (;;) {
      const seen = (await stored(false, (now) => now)) ?? {};
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
          note('the key of the encrypted history is lost or wrong; it starts empty');
          const { consent } = value;
          key = undefined;
          text = JSON.stringify({ format: FORMAT, events: [], consent });
        }
      }
      const written = change(text);
      if (!written) return;
      let sealed: string | Sealed | undefined = written.text;
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
        sealed = { iv, data, consent: written.consent };
      }
      const isStored = await stored(true, (now, store) => {
        if (mark(now) !== mark(seen)) return false;
        write(store, NAME, key);
        write(store, KEY, sealed);
        return true;
      });
      if (isStored) return;
    }
  };
