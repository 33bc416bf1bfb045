import type { Clock } from '@psc/kernel';
import { createServiceIdentity, type ServiceIdentity } from '@psc/runtime';
import { exportJWK, generateKeyPair } from 'jose';

/** Services that trust each other, with keys of their own. */
export async function createIdentities<const Name extends string>(names: readonly Name[], clock: Clock) {
  const keys = await Promise.all(names.map(async (name) => [name, await createKey(name)] as const));
  const trust = Object.fromEntries(keys.map(([name, { publicKey }]) => [name, [publicKey]]));
  const identities = await Promise.all(
    keys.map(async ([name, { privateKey }]) => {
      const identity: ServiceIdentity = await createServiceIdentity({ name, key: privateKey, trust, clock });
      return [name, { identity, privateKey }] as const;
    }),
  );
  // Built from `names`: every name is there.
  const byName = Object.fromEntries(identities) as Record<Name, (typeof identities)[number][1]>;
  return { trust, byName };
}

async function createKey(kid: string) {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '', d = '' } = await exportJWK(pair.privateKey);
  const publicKey = { kty: 'EC', crv: 'P-256', kid, x, y } as const;
  return { publicKey, privateKey: { ...publicKey, d } };
}
