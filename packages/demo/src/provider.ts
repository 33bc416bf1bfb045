import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Config } from './config.ts';

/** The three dialogues that this application has with Pro Santé Connect. */
export interface Provider {
  /** Where to send the browser, and what to remember until it comes back. */
  beginLogin(loginHint: string | undefined): Promise<{ url: URL; login: Login }>;
  /** Exchanges the code for tokens, verifies them, and asks UserInfo. Throws what openid-client throws. */
  finishLogin(login: Login, currentUrl: URL): Promise<Session>;
  /** Where to send the browser to end its session there too; undefined when the provider knows no such thing. */
  logoutUrl(session: Session): Promise<URL | undefined>;
}

export interface Login {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface Session {
  readonly idToken: string;
  readonly idTokenClaims: Readonly<Record<string, unknown>>;
  readonly userInfo: Readonly<Record<string, unknown>>;
}

const TIMEOUT_S = 10;

export function createProvider(config: Config): Provider {
  const redirectUri = new URL('/callback', config.baseUrl).href;
  let known: Promise<Configuration> | undefined;

  /** Read once, on the first login; again if it failed, so the two may start in any order. */
  function discovered(): Promise<Configuration> {
    known ??= discover(config).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  return {
    async beginLogin(loginHint) {
      const login = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(await discovered(), {
        redirect_uri: redirectUri,
        scope: 'openid scope_all',
        acr_values: 'eidas1',
        state: login.state,
        nonce: login.nonce,
        code_challenge: await calculatePKCECodeChallenge(login.codeVerifier),
        code_challenge_method: 'S256',
        ...(loginHint ? { login_hint: loginHint } : {}),
      });
      return { url, login };
    },

    async finishLogin(login, currentUrl) {
      const configuration = await discovered();
      const tokens = await authorizationCodeGrant(configuration, currentUrl, {
        expectedState: login.state,
        expectedNonce: login.nonce,
        pkceCodeVerifier: login.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims || !tokens.id_token) throw new Error('openid-client let a response without ID token pass');
      const userInfo = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { idToken: tokens.id_token, idTokenClaims: claims, userInfo };
    },

    async logoutUrl(session) {
      const configuration = await discovered();
      if (!configuration.serverMetadata().end_session_endpoint) return undefined;
      return buildEndSessionUrl(configuration, {
        id_token_hint: session.idToken,
        post_logout_redirect_uri: config.baseUrl.href,
      });
    },
  };
}

/** Pro Santé Connect publishes what applications must use under a name of its own, beside the standard one. */
function discover(config: Config): Promise<Configuration> {
  const document = `${config.issuer.href.replace(/\/$/, '')}/.well-known/wallet-openid-configuration`;
  return discovery(new URL(document), config.clientId, config.clientSecret, undefined, {
    timeout: TIMEOUT_S,
    // Only where nobody stands between: a sandbox on this very machine.
    execute: isLoopback(config.issuer) ? [allowInsecureRequests] : [],
  });
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'http:' &&
    (hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\])/.test(hostname))
  );
}
