import type { Application } from './application.ts';

/** The client id of our own page of sessions: no application may be declared by this name. */
export const PORTAL_CLIENT_ID = 'psc-portal';

/**
 * Our own page of sessions, as an application among the others, so that whoever has no session logs in for it as for any.
 * All that it may ask is that somebody be logged in (`response_type=none`): it gets no code, hence no token; it has no
 * secret to steal, one address to come back to, and is in no registry.
 */
export function portalApplication(portalUrl: string): Application {
  return {
    clientId: PORTAL_CLIENT_ID,
    name: 'Mes sessions Pro Santé Connect',
    homeUrl: portalUrl,
    status: 'approved',
    kind: 'application',
    environment: 'production',
    authentication: 'none',
    secret: '',
    formerSecret: undefined,
    keys: [],
    keysUrl: '',
    certificateSubject: '',
    certificateBoundTokens: false,
    redirectUris: [portalUrl],
    postLogoutRedirectUris: [],
    grants: [],
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
  };
}
