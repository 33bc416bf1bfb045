import { type ApplicationDeclaration, applicationDeclarationSchema, grantTypes } from '@psc/contracts';

/** The applications that exist from the first start: integrators write their tests with these names and secrets. */
export const seededApplications: readonly ApplicationDeclaration[] = [
  applicationDeclarationSchema.parse({
    client_id: 'sandbox-web',
    client_secret: 'sandbox-secret',
    client_name: 'Application de démonstration',
    redirect_uris: ['http://localhost:4000/callback'],
    psc: {
      environment: 'test',
      // Any path on http://localhost:* and http://127.0.0.1:*, after a login as after a logout.
      loopback_redirects: true,
      // A test that knows who logs in needs no hand to type it.
      challenge_from_login_hint: true,
    },
  }),
  applicationDeclarationSchema.parse({
    client_id: 'sandbox-ciba',
    client_secret: 'sandbox-secret',
    client_name: 'Logiciel de démonstration',
    grant_types: [grantTypes.ciba, grantTypes.refresh],
    psc: { environment: 'test', ciba_channels: ['MOBILE', 'CARD'] },
  }),
];
