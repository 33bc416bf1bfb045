import type { DistinguishedName } from '@psc/kernel';

/** What the certificate of an application says, as far as it counts here. */
export interface ClientCertificate {
  readonly subject: DistinguishedName;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Object identifiers of what it may be used for; empty when it does not say. */
  readonly usages: readonly string[];
  /** Whether it may issue certificates itself. */
  readonly isAuthority: boolean;
}

export type CertificateRefusal =
  | 'certificate_unreadable'
  /** None of the authorities that we trust has issued it, or only one that is no longer valid itself. */
  | 'certificate_issuer_unknown'
  | 'certificate_not_yet_valid'
  | 'certificate_expired'
  /** It does not say that it is for TLS clients, or it is an authority's. */
  | 'certificate_not_for_clients';

/** RFC 5280 §4.2.1.12: TLS client authentication. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * What keeps this certificate from proving who an application is, apart from its issuer. RFC 5280 lets a certificate without
 * any usage be used for everything; those of IGC-Santé for organisations say `clientAuth`, and so must all (our choice).
 */
export function refusalOf(certificate: ClientCertificate, now: number): CertificateRefusal | undefined {
  if (now < certificate.validFrom) return 'certificate_not_yet_valid';
  if (now > certificate.validUntil) return 'certificate_expired';
  if (certificate.isAuthority || !certificate.usages.includes(CLIENT_AUTH))
    return 'certificate_not_for_clients';
  return undefined;
}
