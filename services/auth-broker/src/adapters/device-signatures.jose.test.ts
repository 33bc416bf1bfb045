import { type AnswerClaims, deviceJwsTypes } from '@psc/contracts';
import { generateDeviceKeys } from '@psc/ecps-device';
import { type CryptoKey, exportJWK, importJWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PublicKey } from '#src/domain/device.ts';
import { createJoseDeviceSignatures } from './device-signatures.jose.ts';

const audience = 'https://wallet.example';
const now = Date.UTC(2026, 10, 21);
const iat = now / 1000;
const signatures = createJoseDeviceSignatures(audience);
const claims: AnswerClaims = {
  approval: 'approval-1',
  client: 'app',
  number: '42',
  decision: 'approve',
  aud: audience,
  iat,
};

let privateKey: CryptoKey;
let publicKey: PublicKey;
beforeAll(async () => {
  const keys = await generateDeviceKeys();
  privateKey = keys.privateKey;
  const { x = '', y = '' } = await exportJWK(keys.publicKey);
  publicKey = { kty: 'EC', crv: 'P-256', x, y };
});

const sign = (changed: object = {}, header: object = {}, key = privateKey) =>
  new SignJWT({ ...claims, ...changed })
    .setProtectedHeader({ alg: 'ES256', typ: deviceJwsTypes.answer, kid: 'device-1', ...header })
    .sign(key);
const verify = async (jws: string | Promise<string>, key: PublicKey | undefined = publicKey) =>
  signatures.verifyAnswer(await jws, key, now);

describe('a device’s signature', () => {
  it('is read by its own key, for this wallet, within a minute', async () => {
    expect(await verify(sign())).toEqual(claims);
    expect(signatures.claimedDevice(await sign())).toBe('device-1');
    expect(await verify(sign({ iat: iat - 60 }))).toBeDefined();
    expect(await verify(sign({ iat: iat + 60 }))).toBeDefined();
  });

  it.each<[string, object, object]>([
    ['too old', { iat: iat - 61 }, {}],
    ['from the future', { iat: iat + 61 }, {}],
    ['without a time', { iat: undefined }, {}],
    ['for another wallet', { aud: 'https://other.example' }, {}],
    ['for several audiences', { aud: [audience, 'https://other.example'] }, {}],
    ['made to list requests', {}, { typ: deviceJwsTypes.request }],
    ['made to register', {}, { typ: deviceJwsTypes.registration }],
    ['of no stated kind', {}, { typ: undefined }],
    ['with a number of three digits', { number: '421' }, {}],
    ['with an unknown decision', { decision: 'maybe' }, {}],
  ])('%s is refused', async (_what, changed, header) => {
    expect(await verify(sign(changed, header))).toBeUndefined();
  });

  it('of another key, or unsigned, or keyed by the public key, is refused', async () => {
    const other = await generateDeviceKeys();
    expect(await verify(sign({}, {}, other.privateKey))).toBeUndefined();

    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${encode({ alg: 'none', typ: deviceJwsTypes.answer, kid: 'device-1' })}.${encode(claims)}.`;
    expect(await verify(unsigned)).toBeUndefined();

    const secret = new TextEncoder().encode(publicKey.x + publicKey.y);
    const symmetric = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: deviceJwsTypes.answer, kid: 'device-1' })
      .sign(secret);
    expect(await verify(symmetric)).toBeUndefined();
  });

  it('of an unknown device is refused, even made with the key that it is checked against', async () => {
    // RFC 7515 A.3: everybody has this private key.
    const decoy = await importJWK(
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
      },
      'ES256',
    );
    if (decoy instanceof Uint8Array) throw new Error('not a symmetric key');
    expect(await signatures.verifyAnswer(await sign({}, {}, decoy), undefined, now)).toBeUndefined();
  });

  it('that is no JWS at all is refused', async () => {
    for (const rubbish of ['', 'a.b.c', '...', '💥']) {
      expect(await verify(rubbish)).toBeUndefined();
      expect(signatures.claimedDevice(rubbish)).toBe('');
      expect(await signatures.verifyRegistration(rubbish, now)).toBeUndefined();
    }
  });
});

describe('a registration', () => {
  const register = (jwk: object, key = privateKey) =>
    new SignJWT({ ticket: 'ticket-0123456789', jti: 'jti-0123456789abc', aud: audience, iat })
      .setProtectedHeader({ alg: 'ES256', typ: deviceJwsTypes.registration, jwk })
      .sign(key);

  it('brings the public key that signed it, and keeps nothing else of it', async () => {
    const registered = await signatures.verifyRegistration(await register({ ...publicKey, use: 'sig' }), now);
    expect(registered?.publicKey).toEqual(publicKey);
    expect(registered?.claims.ticket).toBe('ticket-0123456789');
  });

  it('with a key that did not sign it, or that is no key, is refused', async () => {
    const other = await generateDeviceKeys();
    expect(
      await signatures.verifyRegistration(await register(publicKey, other.privateKey), now),
    ).toBeUndefined();
    const offCurve = { ...publicKey, y: publicKey.x };
    expect(await signatures.verifyRegistration(await register(offCurve), now)).toBeUndefined();
    const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
    expect(await signatures.verifyRegistration(await register(rsa), now)).toBeUndefined();
  });
});
