import { systemClock } from '@psc/kernel';
import { createServiceIdentity } from '@psc/runtime';
import { exportJWK, generateKeyPair } from 'jose';

/** Services that trust each other, with keys of their own. */
export async function createServiceKeys(names: readonly string[]) {
  const keys = new Map(await Promise.all(names.map(async (name) => [name, await createKey(name)] as const)));
  const trust = Object.fromEntries([...keys].map(([name, { publicKey }]) => [name, [publicKey]]));
  const keyOf = (name: string) => {
    const key = keys.get(name);
    if (!key) throw new Error(`no key for ${name}`);
    return key.privateKey;
  };
  return {
    trust,
    keyOf,
    identityOf: (name: string) =>
      createServiceIdentity({ name, key: keyOf(name), trust, clock: systemClock }),
  };
}

async function createKey(kid: string) {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '', d = '' } = await exportJWK(pair.privateKey);
  const publicKey = { kty: 'EC', crv: 'P-256', kid, x, y } as const;
  return { publicKey, privateKey: { ...publicKey, d } };
}
