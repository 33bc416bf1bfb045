import {
  createHttpBrowser,
  createSandbox,
  type HttpBrowser,
  type Sandbox,
  type WireCertificate,
  waitForCallback,
} from '@psc/testing';
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { inject } from 'vitest';
import { createTlsCaller, type TlsCaller } from './over-tls.ts';
import { runPsc } from './run-psc.ts';

/** The running cluster, spoken to byte by byte: what a client sends and receives, with no library to be polite for it. */
export interface Wire {
  readonly issuer: string;
  readonly walletUrl: string;
  readonly sandbox: Sandbox;
  /** The address of an endpoint, below `protocol/openid-connect`. */
  endpoint(path: string): string;
  /** GET or POST; JSON is parsed. */
  call(url: string, init?: RequestInit): Promise<Answer>;
  /** A form; credentials in the header when given. */
  post(path: string, form: Readonly<Record<string, string>>, credentials?: Credentials): Promise<Answer>;
  /** The authorization request of an application, at the wallet host unless said otherwise. */
  authorizationUrl(parameters?: Readonly<Record<string, string | undefined>>, endpoint?: string): string;
  /** Logs a professional in by an approving phone; answers what came to the callback. */
  authorize(login?: Login): Promise<{ callback: URL; browser: HttpBrowser }>;
  /** … and redeems the code. */
  logIn(login?: Login): Promise<{ tokens: Tokens; callback: URL; browser: HttpBrowser }>;
  /**
   * A professional at their browser: opens what the application sent them to, types who they are if they are asked, and
   * approves on their phone. Answers what came to the callback.
   */
  goThrough(url: string, visit: Visit): Promise<URL>;
  /** Registers an application of test, as its developer asks for it. */
  register(metadata: Readonly<Record<string, unknown>>): Promise<Registered>;
  /** A call over TLS, to the address that discovery has for it; with a certificate when one is given. */
  readonly overTls: TlsCaller;
  /** What an operator types. */
  psc(...args: string[]): Promise<void>;
}

export interface Login {
  /** Added to the authorization request; undefined leaves a parameter out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  readonly nationalId?: string;
  readonly credentials?: Credentials;
  /** A browser that exists already: no phone is needed when it has a session. */
  readonly browser?: HttpBrowser;
  readonly endpoint?: string;
}

export interface Visit {
  readonly callback: string;
  readonly nationalId: string;
  readonly browser: HttpBrowser;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Registered extends Credentials {
  /** Of one that proves who it is by a certificate. */
  readonly certificate: WireCertificate;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of JSON, it asserts.
  readonly json: any;
}

/** What a client reads of the discovery document; the rest by name. */
export interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint: string;
  readonly jwks_uri: string;
  readonly end_session_endpoint: string;
  readonly [member: string]: unknown;
}

/** A token response, with its members by name. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly [member: string]: unknown;
}

export const CAMILLE = '899700000013';
/** Her `sub`. */
export const SUBJECT = `f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${CAMILLE}`;
export const CALLBACK = 'http://127.0.0.1:9/callback';
export const sandboxWeb: Credentials = { clientId: 'sandbox-web', clientSecret: 'sandbox-secret' };

const TIMEOUT_MS = 15_000;

export function openWire(): Wire {
  const { issuer, walletUrl, sandboxUrl, operator } = inject('cluster');
  const sandbox = createSandbox(sandboxUrl);
  const endpoint = (path: string) => `${issuer}/protocol/openid-connect/${path}`;

  const call: Wire['call'] = async (url, init = {}) => {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...init,
    });
    const { status, headers } = response;
    const text = await response.text();
    const isJson = headers.get('content-type')?.includes('application/json');
    return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
  };

  const post: Wire['post'] = (path, form, credentials) =>
    call(endpoint(path), {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: credentials ? { authorization: basic(credentials) } : {},
    });

  const authorizationUrl: Wire['authorizationUrl'] = (parameters = {}, at = `${walletUrl}/auth`) => {
    const all = {
      response_type: 'code',
      client_id: sandboxWeb.clientId,
      redirect_uri: CALLBACK,
      scope: 'openid scope_all',
      acr_values: 'eidas1',
      state: 'etat-du-test',
      nonce: 'nonce-du-test',
      ...parameters,
    };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `${at}?${new URLSearchParams(given)}`;
  };

  const authorize: Wire['authorize'] = async (login = {}) => {
    const { nationalId = CAMILLE, browser = createHttpBrowser(), parameters, credentials } = login;
    await sandbox.setPhone(nationalId, 'approve');
    const clientId = credentials?.clientId ?? sandboxWeb.clientId;
    const url = authorizationUrl(
      { client_id: clientId, login_hint: nationalId, ...parameters },
      login.endpoint,
    );
    return { callback: new URL(await waitForCallback(browser, url, CALLBACK)), browser };
  };

  const goThrough: Wire['goThrough'] = async (url, { callback, nationalId, browser }) => {
    const page = await browser.open(url, { stopAt: callback });
    if (page.url.startsWith(callback)) return new URL(page.url);
    if (page.find('submit') === undefined)
      throw new Error(`nobody asks who is there: ${page.status} ${page.url} ${page.text}`);
    await sandbox.setPhone(nationalId, 'approve');
    const fields = { identifier: nationalId };
    const waiting = await browser.submit(`${page.url}/identify`, fields, { stopAt: callback });
    // A phone may be faster than the page that waits for it.
    if (waiting.url.startsWith(callback)) return new URL(waiting.url);
    return new URL(await waitForCallback(browser, waiting.url, callback));
  };

  const register: Wire['register'] = async (metadata) => {
    const { status, body } = await sandbox.call('POST', '/clients', {
      ...metadata,
      psc: { environment: 'test', ...(metadata.psc as object | undefined) },
    });
    if (status !== 201) throw new Error(`POST /clients: ${status} ${JSON.stringify(body)}`);
    const given = body as Record<string, string>;
    return {
      clientId: given.client_id ?? '',
      clientSecret: given.client_secret ?? '',
      certificate: { certificate: given.certificate ?? '', key: given.certificate_key ?? '' },
    };
  };

  return {
    issuer,
    walletUrl,
    sandbox,
    endpoint,
    call,
    post,
    authorizationUrl,
    authorize,
    goThrough,
    register,
    psc: (...args) => runPsc(operator, args),
    overTls: createTlsCaller(issuer, sandbox),
    async logIn(login = {}) {
      const { callback, browser } = await authorize(login);
      const code = callback.searchParams.get('code');
      if (code === null) throw new Error(`no code: ${callback.search}`);
      const { status, json, text } = await post(
        'token',
        { grant_type: 'authorization_code', code, redirect_uri: CALLBACK },
        login.credentials ?? sandboxWeb,
      );
      if (status !== 200) throw new Error(`token endpoint: ${status} ${text}`);
      return { tokens: json, callback, browser };
    },
  };
}

export function basic({ clientId, clientSecret }: Credentials): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`;
}

export function bearer(token: string): { readonly headers: Readonly<Record<string, string>> } {
  return { headers: { authorization: `Bearer ${token}` } };
}

export interface ReadJwt {
  readonly header: ReturnType<typeof decodeProtectedHeader>;
  readonly claims: JWTPayload & Readonly<Record<string, unknown>>;
}

/** What is in a token, whoever signed it. */
export function readJwt(token: string): ReadJwt {
  return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
}
