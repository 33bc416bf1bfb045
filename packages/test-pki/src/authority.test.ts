import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority, openAuthority } from './authority.ts';

const root = createAuthority({ subject: [{ C: 'FR' }, { O: 'Essais' }, { CN: 'Racine' }] });
const rootCertificate = new X509Certificate(root.certificate);

describe('an authority of tests', () => {
  it.each(['EC', 'RSA'] as const)('issues certificates of %s keys that hold what was asked', (key) => {
    const issued = root.issue({
      subject: [{ C: 'FR' }, { O: 'Cabinet, Lambda' }, { OU: '499700000013005', CN: 'dossier' }],
      usages: ['clientAuth'],
      validFrom: new Date('2026-01-01T00:00:00Z'),
      validUntil: new Date('2027-01-01T00:00:00Z'),
      names: ['dossier.example', '127.0.0.1', '::1'],
      key,
    });
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.checkIssued(rootCertificate)).toBe(true);
    expect(certificate.verify(rootCertificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    expect(certificate.subject.split('\n')).toEqual([
      'C=FR',
      'O=Cabinet\\, Lambda',
      'OU=499700000013005 + CN=dossier',
    ]);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    expect(certificate.validFromDate).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(certificate.validToDate).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(certificate.subjectAltName).toBe(
      'DNS:dossier.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
  });

  it('issues authorities below it, and outlives its process', () => {
    const below = root.issueAuthority({ subject: [{ CN: 'Organisations' }], key: 'RSA' });
    const { certificate, key } = below;
    const issued = new X509Certificate(
      openAuthority({ certificate, key }).issue({ subject: [{ CN: 'x' }] }).certificate,
    );
    const issuer = new X509Certificate(certificate);
    expect(issuer.ca).toBe(true);
    expect(issuer.verify(rootCertificate.publicKey)).toBe(true);
    expect(issued.checkIssued(issuer)).toBe(true);
    expect(issued.verify(issuer.publicKey)).toBe(true);
    expect(issued.checkIssued(rootCertificate)).toBe(false);
  });

  it('gives no two certificates one serial number', () => {
    const serials = Array.from({ length: 20 }, () => {
      return new X509Certificate(root.issue({ subject: [{ CN: 'x' }] }).certificate).serialNumber;
    });
    expect(new Set(serials).size).toBe(20);
  });
});
