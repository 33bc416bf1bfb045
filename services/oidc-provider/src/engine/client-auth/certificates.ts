import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type DistinguishedName,
  isSameName,
  type Outcome,
  parseDistinguishedName,
  refused,
} from '@psc/kernel';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { CertificateRefusal } from '#src/domain/client-certificate.ts';
import type { Front } from '#src/engine/mount.ts';
import type { ClientCertificates } from '#src/ports/client-certificates.ts';

const presented = new WeakMap<IncomingMessage, X509Certificate>();

/** In front of everything: from here on, what a header says of a certificate is gone, and what may be believed is kept. */
export function createCertificateFront(
  read: (request: IncomingMessage) => X509Certificate | undefined,
): Front {
  return async ({ request }) => {
    const certificate = read(request);
    if (certificate) presented.set(request, certificate);
    return 'through';
  };
}

/** Why a certificate proves nothing, for the developer of the application. */
const reasons: Readonly<Record<CertificateRefusal, string>> = {
  certificate_unreadable: 'the client certificate cannot be read',
  certificate_issuer_unknown: 'the client certificate was not issued by an authority that is trusted here',
  certificate_not_yet_valid: 'the client certificate is not yet valid',
  certificate_expired: 'the client certificate has expired',
  certificate_not_for_clients:
    'the client certificate is not for TLS client authentication (extended key usage)',
};

/** Mutual TLS (RFC 8705), as the library asks for it: application by application, the certificate that a request came with. */
export function createMutualTls(certificates: () => ClientCertificates) {
  function verify(ctx: KoaContextWithOIDC): Outcome<DistinguishedName, CertificateRefusal> {
    const certificate = presented.get(ctx.req);
    return certificate ? certificates().verify(certificate.raw) : refused('certificate_unreadable');
  }

  return {
    enabled: true,
    tlsClientAuth: true,
    selfSignedTlsClientAuth: true,
    certificateBoundAccessTokens: true,
    getCertificate: (ctx: KoaContextWithOIDC) => presented.get(ctx.req),
    certificateAuthorized(ctx: KoaContextWithOIDC): boolean {
      const verified = verify(ctx);
      if (!verified.ok) throw new errors.InvalidClientAuth(reasons[verified.refusal]);
      return true;
    },
    /** Only ever of the subject: no application is declared with another name of its certificate. */
    certificateSubjectMatches(ctx: KoaContextWithOIDC, _property: string, expected: string): boolean {
      const verified = verify(ctx);
      const registered = parseDistinguishedName(expected);
      return verified.ok && registered !== undefined && isSameName(registered, verified.value);
    },
  };
}
