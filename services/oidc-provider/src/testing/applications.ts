import type { Application } from '#src/domain/application.ts';

/** An application of these tests; its callback answers nothing. */
export function application(change: Partial<Application> & { clientId: string }): Application {
  return {
    name: `Service ${change.clientId}`,
    homeUrl: '',
    secret: 'a-secret-of-the-tests',
    redirectUris: [`https://${change.clientId}.example/callback`],
    postLogoutRedirectUris: [`https://${change.clientId}.example/bye`],
    authentication: 'client_secret_basic',
    idTokenAlg: 'RS256',
    acr: 'eidas1',
    claims: '2024',
    challengeFromLoginHint: false,
    loopbackRedirects: false,
    enabled: true,
    ...change,
  };
}
