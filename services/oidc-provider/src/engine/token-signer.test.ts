import { randomBytes } from 'node:crypto';
import { deriveKeys } from '@psc/datastores';
import { decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';
import { createTokenSigner, OWN_KEY_BYTES } from './token-signer.ts';

const secret = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const derived = (secrets: string) => deriveKeys(secrets, 'refresh-token', OWN_KEY_BYTES);
const own = derived(secret('k1'));

let keys: SigningKey[];
beforeAll(async () => {
  keys = [await generateSigningKey('RS256'), await generateSigningKey('ES256')];
});
const access = { typ: 'Bearer', jti: 'token-1', sub: 'f:store:899700000013', azp: 'dossier' };
const service = { ...access, sub: 'dossier' };
const refresh = { ...access, typ: 'Refresh' };

describe('a token', () => {
  it.each(['RS256', 'ES256'] as const)('is read back as what it is, and as nothing else: %s', async (alg) => {
    const signer = createTokenSigner(keys, own);
    const [ofPerson, ofService] = [await signer.sign(alg, access), await signer.sign(alg, service)];
    const ofRefresh = await signer.signForUs(refresh);
    for (const [jwt, kind] of [
      [ofPerson, 'access'],
      [ofService, 'service'],
      [ofRefresh, 'refresh'],
    ] as const) {
      for (const as of ['access', 'service', 'refresh'] as const) {
        expect(signer.readId(as, jwt)).toBe(as === kind ? 'token-1' : undefined);
      }
    }
  });

  it('has the header of Keycloak', async () => {
    const signer = createTokenSigner(keys, own);
    const kid = keys[1]?.kid;
    expect(decodeProtectedHeader(await signer.sign('ES256', access))).toEqual({
      alg: 'ES256',
      typ: 'JWT',
      kid,
    });
    expect(decodeProtectedHeader(await signer.signForUs(refresh))).toEqual({
      alg: 'HS512',
      typ: 'JWT',
      kid: 'k1',
    });
  });

  it('of another type, or without identifier, opens nothing', async () => {
    const signer = createTokenSigner(keys, own);
    for (const other of [
      { typ: 'ID' },
      { typ: undefined },
      { typ: 'bearer' },
      { jti: undefined },
      { jti: 1 },
    ]) {
      const jwt = await signer.sign('ES256', { ...access, ...other });
      expect(signer.readId('access', jwt)).toBeUndefined();
      expect(signer.readId('refresh', jwt)).toBeUndefined();
    }
  });

  it('that says to be a refresh token and has a published key opens nothing, nor the reverse', async () => {
    const signer = createTokenSigner(keys, own);
    expect(signer.readId('refresh', await signer.sign('ES256', refresh))).toBeUndefined();
    expect(signer.readId('access', await signer.signForUs(access))).toBeUndefined();
    const [published] = keys;
    const named = derived(secret('x')).map(({ key }) => ({ id: published?.kid ?? '', key }));
    const forger = createTokenSigner(keys, named);
    expect(signer.readId('access', await forger.signForUs(access))).toBeUndefined();
  });

  it('of a key that we do not have opens nothing, even under the name of ours', async () => {
    const signer = createTokenSigner(keys, own);
    const impostor = await generateSigningKey('ES256');
    const named = { ...impostor, kid: keys[1]?.kid ?? '' };
    for (const key of [impostor, named]) {
      const forger = createTokenSigner([key], derived(secret('k1')));
      expect(signer.readId('access', await forger.sign('ES256', access))).toBeUndefined();
      expect(signer.readId('refresh', await forger.signForUs(refresh))).toBeUndefined();
    }
    for (const garbage of ['', 'not.a.jwt', 'é', 'a.b', '..', 'null.null.null', 'W10.W10.W10']) {
      expect(signer.readId('access', garbage)).toBeUndefined();
      expect(signer.readId('refresh', garbage)).toBeUndefined();
    }
  });

  it('of a retired key is still read, and no longer made', async () => {
    const before = await createTokenSigner(keys, own).sign('ES256', access);
    const signer = createTokenSigner(
      keys.map((key) => ({ ...key, state: 'retired' as const })),
      own,
    );
    expect(signer.readId('access', before)).toBe('token-1');
    await expect(signer.sign('ES256', access)).rejects.toThrow('no current ES256 key');
  });

  it('of a sealing key that was replaced is still read, and made with the new one', async () => {
    const [old, next] = [secret('old'), secret('next')];
    const before = await createTokenSigner(keys, derived(old)).signForUs(refresh);
    const signer = createTokenSigner(keys, derived(`${next},${old}`));
    expect(signer.readId('refresh', before)).toBe('token-1');
    const after = await signer.signForUs(refresh);
    expect(decodeProtectedHeader(after).kid).toBe('next');
    expect(signer.readId('refresh', after)).toBe('token-1');
    expect(createTokenSigner(keys, derived(next)).readId('refresh', before)).toBeUndefined();
  });
});
