import { type ApplicationDeclaration, applicationDeclarationSchema, grantTypes } from '@psc/contracts';
import { applicationSubject } from '../pki/application-certificates.ts';
import { type Credentials, type PrivateKey, publicHalf } from './credentials.ts';

/** An application of the sandbox, and what a program needs to be it. */
export interface SeededApplication {
  readonly declaration: ApplicationDeclaration;
  readonly credentials: Credentials;
}

/** What is made on the first start, and kept. */
export interface SeedMaterial {
  /** With which `sandbox-jwt` signs. */
  readonly jwtKey: PrivateKey;
  /** The certificate of `sandbox-mtls`. */
  readonly mtls: { readonly certificate: string; readonly key: string; readonly authority: string };
}

const SECRET = 'sandbox-secret';

/** Of every seeded application that logs in by a browser. */
const development = {
  environment: 'test',
  // Any path on http://localhost:* and http://127.0.0.1:*, after a login as after a logout.
  loopback_redirects: true,
  // A test that knows who logs in needs no hand to type it.
  challenge_from_login_hint: true,
};

/** The applications that exist from the first start: integrators write their tests with these names and secrets. */
export function seedApplications({ jwtKey, mtls }: SeedMaterial): readonly SeededApplication[] {
  return [
    {
      declaration: applicationDeclarationSchema.parse({
        client_id: 'sandbox-web',
        client_secret: SECRET,
        client_name: 'Application de démonstration',
        redirect_uris: ['http://localhost:4000/callback'],
        psc: development,
      }),
      credentials: { client_secret: SECRET },
    },
    {
      declaration: applicationDeclarationSchema.parse({
        client_id: 'sandbox-ciba',
        client_secret: SECRET,
        client_name: 'Logiciel de démonstration',
        grant_types: [grantTypes.ciba, grantTypes.refresh],
        psc: { environment: 'test', ciba_channels: ['MOBILE', 'CARD'] },
      }),
      credentials: { client_secret: SECRET },
    },
    {
      // As in the "Espace de Confiance" of Pro Santé Connect, where software has a certificate, and asks by CIBA too.
      declaration: applicationDeclarationSchema.parse({
        client_id: 'sandbox-mtls',
        client_name: 'Application avec certificat',
        grant_types: [grantTypes.code, grantTypes.refresh, grantTypes.ciba],
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_auth_subject_dn: applicationSubject('sandbox-mtls'),
        tls_client_certificate_bound_access_tokens: true,
        psc: { ...development, ciba_channels: ['MOBILE', 'CARD'] },
      }),
      credentials: { certificate: mtls.certificate, certificate_key: mtls.key, server_ca: mtls.authority },
    },
    {
      declaration: applicationDeclarationSchema.parse({
        client_id: 'sandbox-jwt',
        client_name: 'Application avec clé',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicHalf(jwtKey)] },
        psc: development,
      }),
      credentials: { private_jwk: jwtKey },
    },
  ];
}
