import { X509Certificate } from 'node:crypto';
import { formatDistinguishedName, isSameName, parseDistinguishedName } from '@psc/kernel';
import { createAuthority, openAuthority, type Profile } from '@psc/test-pki';
import { describe, expect, it } from 'vitest';
import { createX509ClientCertificates } from './client-certificates.x509.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const validFrom = new Date('2026-01-01T00:00:00Z');
const validUntil = new Date('2027-01-01T00:00:00Z');

const root = createAuthority({ subject: [{ C: 'FR' }, { CN: 'Racine' }], validFrom, validUntil, key: 'RSA' });
const authority = root.issueAuthority({
  subject: [{ C: 'FR' }, { CN: 'Organisations' }],
  validFrom,
  validUntil,
});
const profile: Profile = {
  subject: [
    { C: 'FR' },
    { O: 'CABINET, "LAMBDA"' },
    { OU: '499700000013005' },
    { CN: 'Dossier  été', UID: '1' },
  ],
  usages: ['clientAuth'],
  validFrom,
  validUntil,
};

const derOf = (pem: string) => new X509Certificate(pem).raw;
const certificatesOf = (pems: readonly string[], now = NOW) =>
  createX509ClientCertificates(
    pems.map((pem) => new X509Certificate(pem)),
    () => now,
  );
const verify = (change: Partial<Profile> = {}, now = NOW) =>
  certificatesOf([authority.certificate], now).verify(
    derOf(authority.issue({ ...profile, ...change }).certificate),
  );

describe('the certificate of an application', () => {
  it.each(['EC', 'RSA'] as const)(
    'is accepted from an authority that is trusted, and its subject read (%s)',
    (key) => {
      const verified = verify({ key });
      if (!verified.ok) throw new Error(verified.refusal);
      expect(formatDistinguishedName(verified.value)).toBe(
        'CN=Dossier  été+UID=1,OU=499700000013005,O=CABINET\\, \\"LAMBDA\\",C=FR',
      );
      const declared =
        'UID=1 + CN=dossier ÉTÉ, OU=#0c0f343939373030303030303133303035, O=Cabinet\\2c \\22Lambda\\22, C=fr';
      expect(isSameName(parseDistinguishedName(declared) ?? [], verified.value)).toBe(true);
    },
  );

  it('is refused from another authority, even of the same name', () => {
    const impostor = createAuthority({
      subject: [{ C: 'FR' }, { CN: 'Organisations' }],
      validFrom,
      validUntil,
    });
    const forged = derOf(impostor.issue(profile).certificate);
    expect(certificatesOf([authority.certificate]).verify(forged)).toEqual({
      ok: false,
      refusal: 'certificate_issuer_unknown',
    });
    expect(certificatesOf([impostor.certificate]).verify(forged).ok).toBe(true);
  });

  it('is refused when only the authority above its own is trusted, and when none is', () => {
    const der = derOf(authority.issue(profile).certificate);
    for (const trusted of [[root.certificate], []]) {
      expect(certificatesOf(trusted).verify(der)).toMatchObject({ refusal: 'certificate_issuer_unknown' });
    }
    expect(certificatesOf([root.certificate, authority.certificate]).verify(der).ok).toBe(true);
  });

  it('is refused when what issued it is itself no authority', () => {
    const entity = root.issue({ subject: [{ CN: 'no authority' }], validFrom, validUntil });
    const der = derOf(openAuthority(entity).issue(profile).certificate);
    expect(certificatesOf([root.certificate, entity.certificate]).verify(der)).toMatchObject({
      refusal: 'certificate_issuer_unknown',
    });
  });

  it('is refused when it signed itself', () => {
    const alone = createAuthority(profile);
    expect(certificatesOf([authority.certificate]).verify(derOf(alone.certificate))).toMatchObject({
      refusal: 'certificate_issuer_unknown',
    });
  });

  it.each([
    ['certificate_expired', { validUntil: new Date(NOW - 1000) }],
    ['certificate_not_yet_valid', { validFrom: new Date(NOW + 1000) }],
    ['certificate_not_for_clients', { usages: ['serverAuth'] }],
    ['certificate_not_for_clients', { usages: [] }],
  ] as const)('is refused: %s', (refusal, change) => {
    expect(verify(change)).toEqual({ ok: false, refusal });
  });

  it('is refused when it is the one of an authority', () => {
    const below = derOf(authority.issueAuthority(profile).certificate);
    expect(certificatesOf([authority.certificate]).verify(below)).toMatchObject({
      refusal: 'certificate_not_for_clients',
    });
  });

  it('is refused once its authority is no longer valid', () => {
    const after = validUntil.getTime() + 1000;
    expect(verify({ validUntil: new Date(after + 86_400_000) }, after)).toMatchObject({
      refusal: 'certificate_issuer_unknown',
    });
  });

  it('is refused when it is none', () => {
    expect(certificatesOf([authority.certificate]).verify(Buffer.from('no certificate'))).toEqual({
      ok: false,
      refusal: 'certificate_unreadable',
    });
  });

  it('is refused when it was changed after it was signed', () => {
    const der = Buffer.from(derOf(authority.issue(profile).certificate));
    der.write('X', der.indexOf('LAMBDA'));
    expect(certificatesOf([authority.certificate]).verify(der)).toMatchObject({
      refusal: 'certificate_issuer_unknown',
    });
  });
});
