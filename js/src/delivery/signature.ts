// Checks the signature of a model; a script of its own, since only pages that were given a key need it.
import { type Named, unverified } from './model-file.js';

/** Throws unless the owner of the key has signed the model's checksum and time, as docs/delivery.md says. */
export async function checkSignature(model: Named, publicKey: string): Promise<void> {
  const { url, sha256, created, signature } = model;
  if (signature?.publicKey !== publicKey) {
    throw unverified(url, 'not signed by the key of this page');
  }
  let isGenuine: boolean;
  try {
    const digest = fromBase64(sha256.slice('sha256-'.length));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const message = new TextEncoder().encode(`vicino-model-v1\n${hex}\n${created}`);
    const key = fromBase64(publicKey);
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    const value = fromBase64(signature.value as string);
    isGenuine = await crypto.subtle.verify('Ed25519', imported, value, message);
  } catch (cause) {
    throw unverified(url, `its signature cannot be checked: ${cause}`);
  }
  if (!isGenuine) throw unverified(url, 'its signature is not that of the key of this page');
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
