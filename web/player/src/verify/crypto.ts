import type { Bytes } from '../codec/bytes.js';

/** SHA-256 and Ed25519 by the browser itself (WebCrypto); only there in secure contexts: HTTPS or localhost. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

const importedKeys = new Map<string, Promise<CryptoKey>>();
const importedKeysMax = 512;

/** True when `signature` (64 bytes) over `message` is the key's (32 bytes); malformed keys verify nothing. */
export async function verifyEd25519(keyHex: string, key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  try {
    let imported = importedKeys.get(keyHex);
    if (imported === undefined) {
      if (importedKeys.size >= importedKeysMax) importedKeys.clear();
      imported = crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
      importedKeys.set(keyHex, imported);
    }
    return await crypto.subtle.verify({ name: 'Ed25519' }, await imported, signature, message);
  } catch {
    importedKeys.delete(keyHex);
    return false;
  }
}

/** Why this browser cannot check anything here, or null when it can. */
export async function missingCryptography(): Promise<string | null> {
  if (globalThis.crypto?.subtle === undefined) return 'Certificates can only be checked over HTTPS or on localhost.';
  try {
    const probe = new Uint8Array(32);
    probe[0] = 1; // Any canonical point will do; importing is what older browsers cannot.
    await crypto.subtle.importKey('raw', probe, { name: 'Ed25519' }, false, ['verify']);
    return null;
  } catch {
    return 'This browser cannot check Ed25519 signatures. Chrome 137, Firefox 129, Safari 17 and later can.';
  }
}
