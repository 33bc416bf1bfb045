import { createHash } from 'node:crypto';
import { createHttpBrowser, type HttpBrowser, type Page } from '@psc/testing';
import * as oauth from 'oauth4webapi';
import { expect } from 'vitest';
import { CALLBACK, CAMILLE, type Credentials, openWire, type Wire } from '../wire.ts';

/** How the answer comes back: in the address, or in a form that the page posts by itself. */
export type ResponseMode = 'query' | 'form_post';

/** The two plans that have the same modules. */
export const codeFlowPlans = [
  ['oidcc-basic-certification-test-plan', 'query'],
  ['oidcc-formpost-basic-certification-test-plan', 'form_post'],
] as const satisfies readonly (readonly [plan: string, responseMode: ResponseMode])[];

/** The conformance suite as a relying party: `oauth4webapi`, which checks each answer, and a browser. */
export interface RelyingParty {
  readonly wire: Wire;
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly secret: string;
  /** An authorization request with a state and a nonce of its own; undefined leaves a parameter out. */
  ask(parameters?: Parameters): AuthorizationRequest;
  /** Goes through the login, by an approving phone if it is asked for, to the callback. */
  authorize(request: AuthorizationRequest, browser?: HttpBrowser): Promise<Authorized>;
  /** Checks what came to the callback, redeems the code, and verifies the ID token, its signature and its `at_hash`. */
  redeem(request: AuthorizationRequest, answer: URLSearchParams, how?: Redeeming): Promise<Tokens>;
  /** All of it. */
  logIn(parameters?: Parameters, browser?: HttpBrowser): Promise<LoggedIn>;
  /** UserInfo, checked against the ID token's subject. */
  userInfo(tokens: Tokens): Promise<oauth.UserInfoResponse>;
}

export type Parameters = Readonly<Record<string, string | undefined>>;

export interface AuthorizationRequest {
  readonly url: string;
  readonly parameters: URLSearchParams;
  readonly state: string;
  readonly nonce: string | undefined;
}

export interface Authorized {
  /** What the callback received. */
  readonly answer: URLSearchParams;
  readonly browser: HttpBrowser;
  /** Whether the person was asked to log in. */
  readonly wasAsked: boolean;
}

export interface Redeeming {
  readonly authentication?: oauth.ClientAuth;
  readonly codeVerifier?: string;
}

export interface Tokens extends oauth.TokenEndpointResponse {
  readonly id_token: string;
  readonly refresh_token: string;
  readonly claims: oauth.IDToken;
}

export interface LoggedIn extends Authorized {
  readonly request: AuthorizationRequest;
  readonly tokens: Tokens;
}

export const insecure = { [oauth.allowInsecureRequests]: true } as const;

export async function openRelyingParty(
  settings: {
    readonly responseMode?: ResponseMode;
    readonly metadata?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<RelyingParty> {
  const { responseMode = 'query', metadata = {} } = settings;
  const wire = openWire();
  const issuer = new URL(wire.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const { clientId: client_id, clientSecret: secret } = await register(wire, metadata);
  const client: oauth.Client = { client_id };
  await wire.sandbox.setPhone(CAMILLE, 'approve');

  const ask: RelyingParty['ask'] = (parameters = {}) => {
    const all = {
      client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      ...(responseMode === 'query' ? {} : { response_mode: responseMode }),
      // The phone rings straight away: nobody has to type who they are.
      login_hint: CAMILLE,
      ...parameters,
    };
    const sent = new URLSearchParams(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    return {
      url: `${server.authorization_endpoint}?${sent}`,
      parameters: sent,
      state: all.state ?? '',
      nonce: all.nonce,
    };
  };

  const authorize: RelyingParty['authorize'] = async ({ url }, browser = createHttpBrowser()) => {
    const { page, wasAsked } = await goOn(browser, await browser.open(url, { stopAt: CALLBACK }));
    return { answer: answerOf(page, responseMode), browser, wasAsked };
  };

  const redeem: RelyingParty['redeem'] = async (request, answer, how = {}) => {
    const { authentication = oauth.ClientSecretBasic(secret), codeVerifier = oauth.nopkce } = how;
    const checked = oauth.validateAuthResponse(server, client, answer, request.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      checked,
      CALLBACK,
      codeVerifier,
      insecure,
    );
    expect(response.headers.get('cache-control')).toContain('no-store');
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: request.nonce ?? oauth.expectNoNonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    const { id_token, refresh_token } = tokens;
    if (!claims || !id_token || !refresh_token) throw new Error('a token is missing');
    expect(claims.at_hash).toBe(halfHash(tokens.access_token));
    return { ...tokens, id_token, refresh_token, claims };
  };

  return {
    wire,
    server,
    client,
    secret,
    ask,
    authorize,
    redeem,
    async logIn(parameters, browser) {
      const request = ask(parameters);
      const authorized = await authorize(request, browser);
      return { ...authorized, request, tokens: await redeem(request, authorized.answer) };
    },
    async userInfo({ access_token, claims }) {
      const response = await oauth.userInfoRequest(server, client, access_token, insecure);
      return oauth.processUserInfoResponse(server, client, claims.sub, response);
    },
  };
}

/** Stays on the waiting page until the login is decided. */
export async function goOn(browser: HttpBrowser, first: Page): Promise<{ page: Page; wasAsked: boolean }> {
  let page = first;
  const wasAsked = isWaiting(page);
  for (let patience = 300; isWaiting(page) && patience > 0; patience--) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    page = await browser.open(page.url, { stopAt: CALLBACK });
  }
  return { page, wasAsked };
}

function isWaiting(page: Page): boolean {
  return page.find('matching-number') !== undefined;
}

/** What the callback gets: the query of the address that the browser goes to, or the form that the page posts there. */
export function answerOf(page: Page, responseMode: ResponseMode): URLSearchParams {
  if (responseMode === 'query') {
    if (!page.url.startsWith(CALLBACK)) throw new Error(`not the callback: ${page.status} ${page.text}`);
    return new URL(page.url).searchParams;
  }
  const [, action] = /<form method="post" action="([^"]*)">/.exec(page.text) ?? [];
  if (action !== CALLBACK) throw new Error(`no form for the callback: ${page.status} ${page.text}`);
  const answer = new URLSearchParams();
  for (const [, name = '', value = ''] of page.text.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g,
  ))
    answer.append(name, decode(value));
  return answer;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function decode(html: string): string {
  return html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => entities[name] ?? '');
}

/** `at_hash` of a token signed by RS256 or ES256 (OpenID Connect Core §3.1.3.6). */
function halfHash(token: string): string {
  return createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url');
}

/** An application with one exact redirect URI, as the suite asks its operator to register. */
export function register(wire: Wire, metadata: Readonly<Record<string, unknown>> = {}): Promise<Credentials> {
  return wire.register({
    client_name: 'Suite de conformité',
    redirect_uris: [CALLBACK],
    ...metadata,
    psc: { challenge_from_login_hint: true, ...(metadata.psc as object | undefined) },
  });
}
