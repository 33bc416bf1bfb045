import type { DistinguishedName, Outcome } from '@psc/kernel';
import type { CertificateRefusal } from '#src/domain/client-certificate.ts';

/** The certificates by which applications prove who they are. */
export interface ClientCertificates {
  /** Its subject, when an authority that we trust has issued it, for TLS clients, and it is valid now. `der`: the certificate. */
  verify(der: Uint8Array): Outcome<DistinguishedName, CertificateRefusal>;
}
