import type { ClaimsGeneration } from './claims.ts';

/** An application that may log professionals in, with its settings. */
export interface Application {
  readonly clientId: string;
  readonly name: string;
  /** '' when it has none. */
  readonly homeUrl: string;
  /** '' for a public application, which must use PKCE instead. */
  readonly secret: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Informative: a secret is accepted in the header and in the body alike, as Keycloak does. */
  readonly authentication: 'client_secret_basic' | 'client_secret_post' | 'none';
  readonly idTokenAlg: SigningAlg;
  /** The `acr` it receives. */
  readonly acr: string;
  readonly claims: ClaimsGeneration;
  /** Whether a `login_hint` alone may make the professional's phone ring. */
  readonly challengeFromLoginHint: boolean;
  /** Any port and path on this machine's loopback, for development. */
  readonly loopbackRedirects: boolean;
  readonly enabled: boolean;
}

export type SigningAlg = 'RS256' | 'ES256';

/**
 * Exact match (RFC 9700 §2.1), or this machine's loopback when the application is one of development. The loopback form
 * is read as text, character for character: two parsers that disagree about one URL are an open redirect.
 */
export function mayRedirectTo(
  application: Pick<Application, 'loopbackRedirects'>,
  registered: readonly string[],
  uri: string,
): boolean {
  return registered.includes(uri) || (application.loopbackRedirects && isLoopbackRedirect(uri));
}

const LONGEST_REDIRECT = 2048;
const LOOPBACK =
  /^http:\/\/(?:localhost|127\.0\.0\.1)(?::([1-9]\d{0,4}))?(?:[/?][\w\-.~!$&'()*+,;=:@/?%[\]]*)?$/;

function isLoopbackRedirect(uri: string): boolean {
  if (uri.length > LONGEST_REDIRECT) return false;
  const [match, port = '80'] = LOOPBACK.exec(uri) ?? [];
  return match !== undefined && Number(port) <= 65_535;
}

/** Where a person who is lost goes back to: the application's home, or the site of its first callback. */
export function wayBackTo(application: Pick<Application, 'homeUrl' | 'redirectUris'>): string {
  if (application.homeUrl !== '') return application.homeUrl;
  const [, origin] = /^(https?:\/\/[^/?#]+)/.exec(application.redirectUris[0] ?? '') ?? [];
  return origin === undefined ? '' : `${origin}/`;
}
