import * as openid from 'openid-client';

/** An application as its developer writes it: `openid-client` and nothing of ours. */
export interface RelyingParty {
  readonly redirectUri: string;
  /** Starts a login; `parameters` are added to the authorization request. */
  begin(parameters?: Readonly<Record<string, string>>): Promise<PendingLogin>;
  refresh(refreshToken: string): Promise<Tokens>;
}

export interface PendingLogin {
  readonly url: string;
  /** Redeems what came to the callback: checks state, nonce, issuer, PKCE and the ID token's signature. */
  finish(callback: string): Promise<LoggedIn>;
}

export interface LoggedIn {
  readonly tokens: Tokens;
  readonly idToken: openid.IDToken;
  readonly userInfo: openid.UserInfoResponse;
}

export type Tokens = openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;

export interface RelyingPartySettings {
  readonly issuer: string;
  readonly clientId: string;
  /** '' when it proves who it is otherwise. */
  readonly clientSecret: string;
  readonly authentication?: openid.ClientAuth;
  readonly metadata?: Partial<openid.ClientMetadata>;
  /** For calls over TLS with a certificate. */
  readonly fetch?: typeof fetch;
  readonly redirectUri?: string;
}

export async function createRelyingParty(settings: RelyingPartySettings): Promise<RelyingParty> {
  const { redirectUri = 'http://127.0.0.1:9/callback' } = settings;
  const configuration = await openid.discovery(
    new URL(settings.issuer),
    settings.clientId,
    {
      ...(settings.clientSecret === '' ? {} : { client_secret: settings.clientSecret }),
      ...settings.metadata,
    },
    settings.authentication,
    { execute: [openid.allowInsecureRequests] },
  );
  const ownFetch = settings.fetch;
  if (ownFetch) configuration[openid.customFetch] = (url, options) => ownFetch(url, options as RequestInit);

  return {
    redirectUri,

    async begin(parameters = {}) {
      const [state, nonce, codeVerifier] = [
        openid.randomState(),
        openid.randomNonce(),
        openid.randomPKCECodeVerifier(),
      ];
      const url = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid scope_all',
        acr_values: 'eidas1',
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      });
      return {
        url: url.href,
        async finish(callback) {
          const tokens = await openid.authorizationCodeGrant(configuration, new URL(callback), {
            expectedState: state,
            expectedNonce: nonce,
            pkceCodeVerifier: codeVerifier,
            idTokenExpected: true,
          });
          const idToken = tokens.claims();
          if (!idToken) throw new Error('no ID token');
          const userInfo = await openid.fetchUserInfo(configuration, tokens.access_token, idToken.sub);
          return { tokens, idToken, userInfo };
        },
      };
    },

    refresh: (refreshToken) => openid.refreshTokenGrant(configuration, refreshToken),
  };
}
