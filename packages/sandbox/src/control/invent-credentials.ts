import { randomBytes, X509Certificate } from 'node:crypto';
import { type Authority, createAuthority } from '@psc/test-pki';
import { applicationProfile, applicationSubject } from '../pki/application-certificates.ts';
import { type Credentials, generatePrivateKey, publicHalf } from '../seeds/credentials.ts';

type Metadata = Readonly<Record<string, unknown>>;

/** What an application that is being registered did not say of how it proves who it is. */
export function inventCredentials(
  clientId: string,
  said: Metadata,
  authority: Authority,
): { readonly metadata: Metadata; readonly credentials: Credentials } {
  const nothing = { metadata: {}, credentials: {} };
  const hasKeys = said.jwks !== undefined || said.jwks_uri !== undefined;
  switch (said.token_endpoint_auth_method ?? 'client_secret_basic') {
    case 'client_secret_basic':
    case 'client_secret_post':
    case 'client_secret_jwt': {
      if (said.client_secret !== undefined) return nothing;
      const secret = { client_secret: randomBytes(24).toString('base64url') };
      return { metadata: secret, credentials: secret };
    }
    case 'private_key_jwt': {
      if (hasKeys) return nothing;
      const key = generatePrivateKey(clientId);
      return { metadata: { jwks: { keys: [publicHalf(key)] } }, credentials: { private_jwk: key } };
    }
    case 'tls_client_auth': {
      if (said.tls_client_auth_subject_dn !== undefined) return nothing;
      const { certificate, key } = authority.issue(applicationProfile(clientId));
      return {
        metadata: { tls_client_auth_subject_dn: applicationSubject(clientId) },
        credentials: { certificate, certificate_key: key, server_ca: authority.certificate },
      };
    }
    case 'self_signed_tls_client_auth': {
      if (hasKeys) return nothing;
      const { certificate, key } = createAuthority(applicationProfile(clientId));
      return {
        metadata: { jwks: { keys: [keyOf(certificate)] } },
        credentials: { certificate, certificate_key: key, server_ca: authority.certificate },
      };
    }
    default:
      return nothing;
  }
}

/** The key of a certificate, with the certificate itself (RFC 8705 §2.2.2). */
function keyOf(pem: string) {
  const certificate = new X509Certificate(pem);
  return { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] };
}
