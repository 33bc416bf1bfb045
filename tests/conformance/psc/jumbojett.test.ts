import { createHash } from 'node:crypto';
import { createHttpBrowser, type HttpBrowser } from '@psc/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  basic,
  type Credentials,
  type Discovery,
  openWire,
  readJwt,
  type Tokens,
  type Wire,
} from '../wire.ts';

/**
 * A hospital's information system in PHP, by jumbojett/openid-connect-php: it reads the wallet's discovery, requires
 * `acr === 'eidas1'`, and ends its own session when an answer takes longer than 5 s or the refresh token's `exp` is past.
 */
const CALLBACK = 'https://mediboard.example/index.php?m=admin&a=psc';
const CLERK = '30B0270001/CPET00001';
const NONCE = '5e9d2f6c1b8a47030f1e2d3c4b5a6978';
const STATE = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const TIMEOUT_MS = 5_000;
const LEEWAY_S = 300;

describe('jumbojett/openid-connect-php', () => {
  let wire: Wire;
  let application: Credentials;
  let discovery: Discovery;
  let tokens: Tokens;
  const browser: HttpBrowser = createHttpBrowser();

  const call = (url: string, init: RequestInit = {}): Promise<Answer> =>
    wire.call(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const askForTokens = (form: Readonly<Record<string, string>>) =>
    call(discovery.token_endpoint, {
      method: 'POST',
      headers: { authorization: basic(application) },
      body: new URLSearchParams(form),
    });

  beforeAll(async () => {
    wire = openWire();
    application = await wire.register({
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: [CALLBACK],
    });
    const answer = await call(`${wire.issuer}/.well-known/wallet-openid-configuration`);
    discovery = answer.json;
  });

  it('finds what it needs in the wallet’s discovery, Basic among the ways to authenticate', () => {
    expect(discovery.authorization_endpoint).toBe(`${wire.walletUrl}/auth`);
    expect(discovery.token_endpoint_auth_methods_supported).toContain('client_secret_basic');
    expect(discovery.code_challenge_methods_supported).toContain('S256');
  });

  it('logs in who has an identifier with a slash, and a redirect address with a query', async () => {
    const url = `${discovery.authorization_endpoint}?${new URLSearchParams({
      response_type: 'code',
      redirect_uri: CALLBACK,
      client_id: application.clientId,
      nonce: NONCE,
      state: STATE,
      // It adds its own to the scopes that it was given.
      scope: 'openid scope_all openid',
      acr_values: 'eidas1',
    })}`;
    const callback = await wire.goThrough(url, { callback: CALLBACK, nationalId: CLERK, browser });
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ m: 'admin', a: 'psc', state: STATE });
    const { status, json } = await askForTokens({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
    });
    expect(status).toBe(200);
    tokens = json;
  });

  it('accepts the claims of the ID token, acr above all', async () => {
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri), { timeoutDuration: TIMEOUT_MS });
    const { payload } = await jwtVerify(tokens.id_token, keys, {
      issuer: discovery.issuer,
      audience: application.clientId,
      clockTolerance: LEEWAY_S,
    });
    expect(payload.acr).toBe('eidas1');
    expect(payload.nonce).toBe(NONCE);
    const hash = createHash('sha256').update(tokens.access_token).digest();
    expect(payload.at_hash).toBe(hash.subarray(0, 16).toString('base64url'));
  });

  it('reads UserInfo with a parameter of its own', async () => {
    const { json } = await call(`${discovery.userinfo_endpoint}?schema=openid`, {
      headers: { authorization: `Bearer ${tokens.access_token}`, accept: 'application/json' },
    });
    expect(json).toMatchObject({
      sub: readJwt(tokens.id_token).claims.sub,
      SubjectNameID: CLERK,
      SubjectOrganization: 'CENTRE HOSPITALIER DES TILLEULS',
    });
  });

  it('keeps the session alive by refreshing, each time its own session is looked at, as long as the refresh token’s exp allows', async () => {
    const before = readJwt(tokens.refresh_token).claims;
    expect((before.exp ?? 0) + LEEWAY_S).toBeGreaterThan(Date.now() / 1000);
    for (let looks = 0; looks < 3; looks++) {
      const { status, json } = await askForTokens({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        scope: 'openid scope_all openid',
      });
      expect(status).toBe(200);
      tokens = { ...tokens, ...json };
    }
    const after = readJwt(tokens.refresh_token).claims;
    expect((after.exp ?? 0) - (after.iat ?? 0)).toBe(1800);
    expect(after.exp).toBeGreaterThanOrEqual(before.exp ?? 0);
    expect(after).toMatchObject({ typ: 'Refresh', sid: before.sid });
  });

  it('signs out to the address that it logs in to, query and all', async () => {
    const leaving = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: CALLBACK,
    });
    const left = await browser.open(`${discovery.end_session_endpoint}?${leaving}`, { stopAt: CALLBACK });
    expect(left.url).toBe(CALLBACK);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const { status, json } = await askForTokens(form);
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
  });
});
