import type { ClaimsGeneration } from './claims.ts';

/**
 * An application that may log professionals in, with its settings. What each means: `applicationDeclarationSchema` of
 * `@psc/contracts`; '' or [] when it has none.
 */
export interface Application {
  readonly clientId: string;
  readonly name: string;
  readonly homeUrl: string;
  readonly status: ApplicationStatus;
  readonly kind: 'application' | 'intermediary';
  readonly environment: 'test' | 'production';
  readonly authentication: ClientAuthentication;
  /** Only with one of the `client_secret_…` methods. */
  readonly secret: string;
  /** After a rotation with a grace: works until then too. */
  readonly formerSecret: FormerSecret | undefined;
  /** Public JWKs. */
  readonly keys: readonly PublicKey[];
  readonly keysUrl: string;
  readonly certificateSubject: string;
  readonly certificateBoundTokens: boolean;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grants: readonly string[];
  readonly idTokenAlg: SigningAlg;
  readonly userInfoAlg: SigningAlg | '';
  readonly requestAlg: RequestSigningAlg | '';
  readonly acr: string;
  readonly claims: ClaimsGeneration;
  readonly challengeFromLoginHint: boolean;
  readonly ciba: {
    readonly channels: readonly ('MOBILE' | 'CARD')[];
    readonly delivery: 'poll' | 'ping';
    readonly notificationUrl: string;
    readonly requestAlg: RequestSigningAlg | '';
  };
  readonly logout: { readonly backchannelUrl: string; readonly frontchannelUrl: string };
  readonly loopbackRedirects: boolean;
  readonly developmentOrigins: readonly string[];
}

/**
 *   requested ──▶ approved ──▶ suspended
 *                    ▲              │
 *                    └──────────────┘
 *
 * Only an approved one works. How it came where it stands is kept: `ports/applications.ts`.
 */
export type ApplicationStatus = 'requested' | 'approved' | 'suspended';

const mayBecome: Readonly<Record<ApplicationStatus, ApplicationStatus>> = {
  requested: 'approved',
  approved: 'suspended',
  suspended: 'approved',
};

/** Whether an application may go from one to the other: nothing else is possible. */
export function isTransition(from: ApplicationStatus, to: ApplicationStatus): boolean {
  return mayBecome[from] === to;
}

/** Whether a provider serves it. One of test is served by who is told to accept those of test. */
export function works(
  { status, environment }: Pick<Application, 'status' | 'environment'>,
  testApplications: 'accept' | 'refuse',
): boolean {
  return status === 'approved' && (environment === 'production' || testApplications === 'accept');
}

export interface FormerSecret {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** A secret is accepted in the header and in the body alike, as Keycloak does. */
export type ClientAuthentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

export type PublicKey = Readonly<Record<string, unknown>>;

export function hasSecret(authentication: ClientAuthentication): boolean {
  return authentication.startsWith('client_secret_');
}

export type RequestSigningAlg = 'RS256' | 'PS256' | 'ES256';

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
