import { randomBytes } from 'node:crypto';
import { systemClock } from '@psc/kernel';
import { createServiceIdentity, type ServiceIdentity } from '@psc/runtime';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

export const sealKeys = () => `k1:${randomBytes(32).toString('base64')}`;

/** The key pair of one service. */
export async function serviceKeys() {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '', d = '', ...jwk } = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint({ ...jwk, x, y });
  const publicKey = { kty: 'EC', crv: 'P-256', kid, x, y } as const;
  return { publicKey, privateKey: { ...publicKey, d } };
}

/** auth-broker and notification-worker with their real keys, us who trust them, and somebody who only says to be auth-broker. */
export async function createTestIdentities(): Promise<
  Record<'authBroker' | 'notificationWorker' | 'oidcProvider' | 'impostor', ServiceIdentity>
> {
  const [authBroker, notificationWorker, oidcProvider, impostor] = await Promise.all([
    serviceKeys(),
    serviceKeys(),
    serviceKeys(),
    serviceKeys(),
  ]);
  const trust = {
    'auth-broker': [authBroker.publicKey],
    'notification-worker': [notificationWorker.publicKey],
  };
  const identity = (name: string, keys: typeof authBroker) =>
    createServiceIdentity({ name, key: keys.privateKey, trust, clock: systemClock });
  return {
    authBroker: await identity('auth-broker', authBroker),
    notificationWorker: await identity('notification-worker', notificationWorker),
    oidcProvider: await identity('oidc-provider', oidcProvider),
    impostor: await identity('auth-broker', impostor),
  };
}
