import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { privateServiceKey, publicServiceKey } from './config.ts';
import { createServiceIdentity, type ServiceIdentity } from './service-identity.ts';

let now = Date.parse('2026-01-01T00:00:00Z');
const clock = () => now;
let broker: ServiceIdentity;
let provider: ServiceIdentity;
let stranger: ServiceIdentity;

beforeAll(async () => {
  const [brokerKey, providerKey, strangerKey] = await Promise.all([newKey('b'), newKey('p'), newKey('b')]);
  const trust = { 'auth-broker': [publicOf(brokerKey)], 'oidc-provider': [publicOf(providerKey)] };
  broker = await createServiceIdentity({ name: 'auth-broker', key: brokerKey, trust, clock });
  provider = await createServiceIdentity({ name: 'oidc-provider', key: providerKey, trust, clock });
  // Same name and same key id as the broker, another key.
  stranger = await createServiceIdentity({ name: 'auth-broker', key: strangerKey, trust, clock });
});

describe('a call between services', () => {
  it('names its caller to the service it was made for', async () => {
    expect(await provider.callerOf(`Bearer ${await broker.tokenFor('oidc-provider')}`)).toBe('auth-broker');
  });

  it('means nothing to another service', async () => {
    expect(await broker.callerOf(`Bearer ${await broker.tokenFor('oidc-provider')}`)).toBeUndefined();
  });

  it('is refused when an impostor signed it', async () => {
    expect(await provider.callerOf(`Bearer ${await stranger.tokenFor('oidc-provider')}`)).toBeUndefined();
  });

  it('is refused once its minute is over, even when it was seen before', async () => {
    const authorization = `Bearer ${await broker.tokenFor('oidc-provider')}`;
    expect(await provider.callerOf(authorization)).toBe('auth-broker');
    now += 66_000;
    expect(await provider.callerOf(authorization)).toBeUndefined();
  });

  it('uses one token for half its life, then a new one', async () => {
    const first = await broker.tokenFor('oidc-provider');
    expect(await broker.tokenFor('oidc-provider')).toBe(first);
    now += 31_000;
    expect(await broker.tokenFor('oidc-provider')).not.toBe(first);
  });

  it('cannot be made of a proof, nor a proof of a call', async () => {
    const proof = await broker.sign('approval-proof+jwt', 'oidc-provider', { sub: 'x' }, 60);
    expect(await provider.callerOf(`Bearer ${proof}`)).toBeUndefined();
    const call = await broker.tokenFor('oidc-provider');
    expect(await provider.verify('approval-proof+jwt', 'auth-broker', call)).toBeUndefined();
    expect(await provider.verify('approval-proof+jwt', 'auth-broker', proof)).toMatchObject({ sub: 'x' });
  });

  it.each([
    '',
    'Bearer',
    'Bearer a.b.c',
    'Basic dTpw',
    'Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJhdXRoLWJyb2tlciJ9.',
  ])('is refused when the header is %j', async (authorization) => {
    expect(await provider.callerOf(authorization)).toBeUndefined();
  });

  it('refuses a symmetric signature made with the public key (algorithm confusion)', async () => {
    const secret = new TextEncoder().encode(JSON.stringify({ kid: 'b' }).padEnd(32));
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', typ: 'service-call+jwt', kid: 'b' })
      .setIssuer('auth-broker')
      .setAudience('oidc-provider')
      .setIssuedAt(now / 1000)
      .setExpirationTime(now / 1000 + 60)
      .sign(secret);
    expect(await provider.callerOf(`Bearer ${forged}`)).toBeUndefined();
  });
});

async function newKey(kid: string) {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return privateServiceKey.parse({ ...(await exportJWK(privateKey)), kid });
}

function publicOf(key: Awaited<ReturnType<typeof newKey>>) {
  return publicServiceKey.parse(key);
}
