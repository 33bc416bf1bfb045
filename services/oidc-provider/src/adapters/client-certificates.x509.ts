import { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { type AttributeTypeAndValue, Certificate } from '@peculiar/asn1-x509';
import { accepted, type Clock, type DistinguishedName, type NameAttribute, refused } from '@psc/kernel';
import { type ClientCertificate, refusalOf } from '#src/domain/client-certificate.ts';
import type { ClientCertificates } from '#src/ports/client-certificates.ts';

/**
 * Verifies with the authorities of the configuration. Each of them is trusted by itself and must have issued the certificate
 * directly: what an application sends along, its authorities' certificates, is not looked at.
 */
export function createX509ClientCertificates(
  authorities: readonly X509Certificate[],
  clock: Clock,
): ClientCertificates {
  function isTrusted(certificate: X509Certificate, now: number): boolean {
    return authorities.some(
      (authority) =>
        authority.ca &&
        authority.validFromDate.getTime() <= now &&
        now <= authority.validToDate.getTime() &&
        certificate.checkIssued(authority) &&
        certificate.verify(authority.publicKey),
    );
  }

  return {
    verify(der) {
      const now = clock();
      const read = readCertificate(der);
      if (!read) return refused('certificate_unreadable');
      if (!isTrusted(read.x509, now)) return refused('certificate_issuer_unknown');
      const refusal = refusalOf(read.certificate, now);
      return refusal ? refused(refusal) : accepted(read.certificate.subject);
    },
  };
}

function readCertificate(
  der: Uint8Array,
): { x509: X509Certificate; certificate: ClientCertificate } | undefined {
  try {
    const x509 = new X509Certificate(der);
    const { keyUsage, ca, validFromDate, validToDate } = x509;
    const certificate = {
      subject: subjectOf(x509),
      validFrom: validFromDate.getTime(),
      validUntil: validToDate.getTime(),
      // Node calls the extended key usage so; undefined without one.
      usages: keyUsage ?? [],
      isAuthority: ca,
    };
    return { x509, certificate };
  } catch {
    return undefined;
  }
}

/** Node writes the subject as a text that cannot be read back; its parts are read from the certificate itself. */
function subjectOf(x509: X509Certificate): DistinguishedName {
  const { tbsCertificate } = AsnConvert.parse(x509.raw, Certificate);
  return Array.from(tbsCertificate.subject, (part) => Array.from(part, attributeOf));
}

function attributeOf({ type, value }: AttributeTypeAndValue): NameAttribute {
  return {
    type,
    text: value.anyValue ? undefined : value.toString(),
    der: Buffer.from(AsnConvert.serialize(value)).toString('hex'),
  };
}
