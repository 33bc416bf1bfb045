import { grantTypes } from '@psc/contracts';
import type { Application } from '#src/domain/application.ts';

/** An application of these tests; its callback answers nothing. */
export function application(change: Partial<Application> & { clientId: string }): Application {
  return {
    name: `Service ${change.clientId}`,
    homeUrl: '',
    status: 'approved',
    kind: 'application',
    environment: 'test',
    authentication: 'client_secret_basic',
    secret: 'a-secret-of-the-tests',
    keys: [],
    keysUrl: '',
    certificateSubject: '',
    certificateBoundTokens: false,
    redirectUris: [`https://${change.clientId}.example/callback`],
    postLogoutRedirectUris: [`https://${change.clientId}.example/bye`],
    grants: [grantTypes.code, grantTypes.refresh],
    idTokenAlg: 'RS256',
    userInfoAlg: '',
    requestAlg: '',
    acr: 'eidas1',
    claims: '2024',
    challengeFromLoginHint: false,
    ciba: { channels: [], delivery: 'poll', notificationUrl: '', requestAlg: '' },
    logout: { backchannelUrl: '', frontchannelUrl: '' },
    loopbackRedirects: false,
    developmentOrigins: [],
    ...change,
  };
}

/** An application that may ask by CIBA, by phone and by card. */
export function cibaApplication(
  change: Partial<Application> & { clientId: string },
  ciba: Partial<Application['ciba']> = {},
): Application {
  const grants = [grantTypes.ciba, grantTypes.refresh];
  const channels = ['MOBILE', 'CARD'] as const;
  return application({
    redirectUris: [],
    postLogoutRedirectUris: [],
    grants,
    ...change,
    ciba: { channels, delivery: 'poll', notificationUrl: '', requestAlg: '', ...ciba },
  });
}
