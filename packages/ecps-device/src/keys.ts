import { type CryptoKey, generateKeyPair } from 'jose';

/** The pair that is the phone's identity. A browser keeps it in IndexedDB: it can be stored there without being readable. */
export interface DeviceKeys {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** A new ES256 pair whose private key can sign and cannot be read, not even by the app that holds it. */
export function generateDeviceKeys(): Promise<DeviceKeys> {
  return generateKeyPair('ES256', { extractable: false });
}
