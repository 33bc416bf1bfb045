import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { isSignedBy, type JwsKey, readJws, signJws } from './jws.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secret = createSecretKey(randomBytes(64));
const pairs = (
  [
    ['RS256', rsa.privateKey, rsa.publicKey],
    ['ES256', ec.privateKey, ec.publicKey],
    ['HS512', secret, secret],
  ] as const
).map(([alg, own, known]) => ({
  alg,
  signing: { kid: 'k1', alg, key: own } satisfies JwsKey,
  verifying: { kid: 'k1', alg, key: known } satisfies JwsKey,
}));
const claims = { sub: 'Zoé', typ: 'Bearer', nested: { list: [1, ''] } };

describe.each(pairs)('a JWS with $alg', ({ alg, signing, verifying }) => {
  it('is read by jose, and one of jose is read here', async () => {
    const ours = await signJws(signing, claims, 'JWT');
    const { payload, protectedHeader } = await compactVerify(ours, verifying.key, { algorithms: [alg] });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(claims);
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: 'k1' });
    const theirs = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg, kid: 'k1' })
      .sign(signing.key);
    expect(readJws(theirs)).toEqual({ kid: 'k1', claims });
    expect(isSignedBy(verifying, theirs)).toBe(true);
  });

  it('has the type that it is given', async () => {
    expect(decodeProtectedHeader(await signJws(signing, claims, 'logout+jwt')).typ).toBe('logout+jwt');
  });

  it('is not signed when any byte of it is another, cut, or added', async () => {
    const jws = await signJws(signing, claims, 'JWT');
    const parts = jws.split('.');
    for (const [which, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url');
      for (let at = 0; at < bytes.length; at++) {
        const forged = Buffer.from(bytes);
        forged[at] = (forged[at] ?? 0) ^ 1;
        const changed = parts.with(which, forged.toString('base64url')).join('.');
        expect(isSignedBy(verifying, changed)).toBe(false);
      }
    }
    for (const forged of [
      `${jws}x`,
      `${jws}AAAA`,
      jws.slice(0, -4),
      jws.slice(0, jws.lastIndexOf('.') + 1),
      '',
    ]) {
      expect(isSignedBy(verifying, forged)).toBe(false);
    }
  });

  it('is not signed by another key, of the same algorithm or of another', async () => {
    const jws = await signJws(signing, claims, 'JWT');
    const strangers: JwsKey[] = [
      {
        kid: 'k1',
        alg: 'RS256',
        key: createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      },
      {
        kid: 'k1',
        alg: 'ES256',
        key: createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      },
      { kid: 'k1', alg: 'HS512', key: createSecretKey(randomBytes(64)) },
      ...pairs.filter((pair) => pair.alg !== alg).map((pair) => pair.verifying),
    ];
    for (const stranger of strangers) expect(isSignedBy(stranger, jws)).toBe(false);
  });
});

it('a public key is never the secret of an HMAC: the key says what it is, not the token', async () => {
  const pem = createPublicKey(createPrivateKey(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })));
  const known = createSecretKey(Buffer.from(pem.export({ format: 'pem', type: 'spki' })));
  const forged = await signJws({ kid: 'k1', alg: 'HS512', key: known }, claims, 'JWT');
  expect(isSignedBy({ kid: 'k1', alg: 'RS256', key: rsa.publicKey }, forged)).toBe(false);
});

it('whatever is not a JWS of JSON is read as nothing, and never fails', () => {
  const part = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.constantFrom('', 'null', 'W10', 'e30', 'bnVsbA', '.'),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const jws = parts.join('.');
      const read = readJws(jws);
      if (read) expect(typeof read.claims).toBe('object');
      for (const { verifying } of pairs) expect(isSignedBy(verifying, jws)).toBe(false);
    }),
  );
  for (const none of [
    '',
    '.',
    '..',
    'a.b.c',
    'bnVsbA.bnVsbA.x',
    'e30.e30',
    'e30.e30.',
    'e30.e30.x.y',
    'é.é.é',
  ]) {
    expect(readJws(none)).toBeUndefined();
  }
});
