import { beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import type { SigningKey } from '#src/domain/signing-key.ts';
import { createTokenSigner } from './token-signer.ts';

let keys: SigningKey[];
beforeAll(async () => {
  keys = [await generateSigningKey('RS256'), await generateSigningKey('ES256')];
});
const claims = { typ: 'Bearer', jti: 'token-1' };

describe('the signature of access tokens', () => {
  it.each(['RS256', 'ES256'] as const)('is read back: %s', async (alg) => {
    const signer = await createTokenSigner(keys);
    expect(await signer.readTokenId(await signer.sign(alg, claims))).toBe('token-1');
  });

  it('of an ID token or a logout token opens nothing', async () => {
    const signer = await createTokenSigner(keys);
    for (const other of [
      { typ: 'ID' },
      { typ: undefined },
      { typ: 'Refresh' },
      { jti: undefined },
      { jti: 1 },
    ]) {
      expect(await signer.readTokenId(await signer.sign('ES256', { ...claims, ...other }))).toBeUndefined();
    }
  });

  it('of a key that we do not have opens nothing, even under the name of ours', async () => {
    const impostor = await generateSigningKey('ES256');
    const named = { ...impostor, kid: keys[1]?.kid ?? '' };
    for (const key of [impostor, named]) {
      const forged = await (await createTokenSigner([key])).sign('ES256', claims);
      expect(await (await createTokenSigner(keys)).readTokenId(forged)).toBeUndefined();
    }
    expect(await (await createTokenSigner(keys)).readTokenId('not.a.jwt')).toBeUndefined();
  });

  it('of a retired key is still read, and no longer made', async () => {
    const before = await (await createTokenSigner(keys)).sign('ES256', claims);
    const signer = await createTokenSigner(keys.map((key) => ({ ...key, state: 'retired' as const })));
    expect(await signer.readTokenId(before)).toBe('token-1');
    await expect(signer.sign('ES256', claims)).rejects.toThrow('no current ES256 key');
  });
});
