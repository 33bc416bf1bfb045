import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { thumbprint } from '../over-tls.ts';
import {
  type Answer,
  bearer,
  type Credentials,
  type Discovery,
  openWire,
  readJwt,
  type Tokens,
  type Wire,
} from '../wire.ts';

/**
 * The Agency's own "proxy e-santé": a server that logs professionals in by CIBA for thick clients, then exchanges their
 * access token at the authorization servers of the APIs. It waits the interval, polls, and goes on doing so until it has
 * tokens or its time is over, whatever it is told meanwhile; 502, 503 and 504 alone mean to it that PSC is unavailable.
 */
const proxy: Credentials = { clientId: 'sandbox-ciba', clientSecret: 'sandbox-secret' };
const PHARMACIST = '899700000021';
const DENTIST = '899700000054';

describe('the CIBA proxy', () => {
  let wire: Wire;
  let discovery: Discovery;
  let tokens: Tokens;

  beforeAll(async () => {
    wire = openWire();
    discovery = (await wire.call(`${wire.issuer}/.well-known/wallet-openid-configuration`)).json;
  });

  const ask = (change: Readonly<Record<string, string>> = {}) =>
    wire.post(
      'ext/ciba/auth',
      {
        scope: 'openid scope_all',
        acr_values: 'eidas1',
        login_hint: PHARMACIST,
        binding_message: '07',
        channel: 'MOBILE',
        ...change,
      },
      proxy,
    );
  const poll = (auth_req_id: string) =>
    wire.post('token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id }, proxy);

  it('finds in the wallet’s discovery what its library requires, and polling among the modes', () => {
    expect(discovery).toMatchObject({
      issuer: wire.issuer,
      subject_types_supported: expect.arrayContaining(['public']),
      jwks_uri: wire.endpoint('certs'),
      backchannel_authentication_endpoint: wire.endpoint('ext/ciba/auth'),
      token_endpoint: wire.endpoint('token'),
      end_session_endpoint: wire.endpoint('logout'),
      backchannel_token_delivery_modes_supported: expect.arrayContaining(['poll']),
      grant_types_supported: expect.arrayContaining(['urn:openid:params:grant-type:ciba']),
    });
  });

  it('gets tokens by polling at exactly the interval, which is never too soon', async () => {
    const { status, json: asked } = await ask();
    expect([status, asked]).toEqual([
      200,
      { auth_req_id: expect.any(String), expires_in: 120, interval: expect.any(Number) },
    ]);
    const polls: Answer[] = [];
    do {
      await sleep(asked.interval * 1000);
      polls.push(await poll(asked.auth_req_id));
      if (polls.length === 1) await approve(PHARMACIST, '07');
    } while (polls.at(-1)?.status !== 200 && polls.length < 10);
    expect(polls[0]?.json).toEqual({
      error: 'authorization_pending',
      error_description:
        "The authorization request is still pending as the end-user hasn't yet been authenticated.",
    });
    expect(polls.map(({ json }) => json.error)).toEqual(['authorization_pending', undefined]);
    tokens = polls.at(-1)?.json;
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 120,
      refresh_expires_in: 1800,
      session_state: expect.stringMatching(/^[0-9a-f-]{36}$/),
      scope: 'openid scope_all',
      id_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.any(String),
    });
  });

  async function approve(nationalId: string, number: string): Promise<void> {
    const request = await wire.sandbox.waitForRequest(nationalId);
    await wire.sandbox.answer(nationalId, request.id, { decision: 'approve', number });
  }

  it('goes on polling after a refusal, and hears of it again', async () => {
    const { json: asked } = await ask({ login_hint: DENTIST, binding_message: '99' });
    const request = await wire.sandbox.waitForRequest(DENTIST);
    await wire.sandbox.answer(DENTIST, request.id, { decision: 'refuse' });
    for (let polls = 0; polls < 2; polls++) {
      const { status, json } = await poll(asked.auth_req_id);
      expect([status, json]).toEqual([400, { error: 'access_denied', error_description: 'not authorized' }]);
    }
  });

  it.each([
    ['an identifier that nobody has', { login_hint: '899700099999' }, 'invalid_request'],
    ['an RPPS number without its 8', { login_hint: '99700000021' }, 'invalid_request'],
    ['three digits', { binding_message: '123' }, 'invalid_binding_message'],
    ['a channel that does not exist', { channel: 'FAX' }, 'invalid_request'],
  ])('takes %s for its own mistake, not for an outage', async (_what, change, error) => {
    const { status, json } = await ask(change);
    expect([status, json.error]).toEqual([400, error]);
  });

  it('lets an API’s authorization server check the token by its signature: an exchange needs no audience', async () => {
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
      issuer: discovery.issuer,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'auth_time'],
    });
    expect(protectedHeader.typ).toBe('JWT');
    expect(payload).toMatchObject({
      typ: 'Bearer',
      azp: proxy.clientId,
      acr: 'eidas1',
      authMode: 'MOBILE',
      SubjectNameID: PHARMACIST,
      sid: tokens.session_state,
    });
    expect(payload).not.toHaveProperty('aud');
  });

  it('… and ask us about it, with credentials of its own, then who it is of', async () => {
    const api = await wire.register({
      client_name: 'Serveur d’autorisation d’une API',
      grant_types: ['client_credentials'],
      redirect_uris: [],
    });
    const { json } = await wire.post('token/introspect', { token: tokens.access_token }, api);
    expect(json).toMatchObject({
      active: true,
      client_id: proxy.clientId,
      username: PHARMACIST,
      SubjectNameID: PHARMACIST,
      otherIds: [{ identifiant: PHARMACIST, origine: 'RPPS', qualite: 1 }],
    });
    const userInfo = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(userInfo.json.SubjectRole).toEqual(['21^1.2.250.1.213.1.1.5.5']);
  });

  it('refreshes, in the session of the login', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const { status, json } = await wire.post('token', form, proxy);
    expect([status, json.session_state]).toEqual([200, tokens.session_state]);
    tokens = { ...tokens, ...json };
  });

  it('logs out from its server with nothing but the ID token, and wants any 2xx', async () => {
    const leaving = new URLSearchParams({ id_token_hint: tokens.id_token });
    const response = await fetch(`${discovery.end_session_endpoint}?${leaving}`);
    expect(response.ok).toBe(true);
    await response.body?.cancel();
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const { status, json } = await wire.post('token/introspect', { token }, proxy);
      expect([status, json]).toEqual([200, { active: false }]);
    }
  });
});

describe('the CIBA proxy, with a certificate', () => {
  it('asks, polls and logs out with it; an API’s authorization server learns to whom the token is bound', async () => {
    const wire = openWire();
    const { clientId: client_id, certificate } = await wire.register({
      grant_types: ['urn:openid:params:grant-type:ciba', 'refresh_token'],
      redirect_uris: [],
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_certificate_bound_access_tokens: true,
      psc: { ciba_channels: ['MOBILE'] },
    });
    const asked = await wire.overTls('ext/ciba/auth', {
      certificate,
      form: {
        client_id,
        scope: 'openid scope_all',
        acr_values: 'eidas1',
        login_hint: PHARMACIST,
        binding_message: '61',
        channel: 'MOBILE',
      },
    });
    expect(asked.status).toBe(200);
    const request = await wire.sandbox.waitForRequest(PHARMACIST);
    await wire.sandbox.answer(PHARMACIST, request.id, { decision: 'approve', number: '61' });
    const { auth_req_id } = asked.json;
    const form = { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id, client_id };
    const { status, json: tokens } = await wire.overTls('token', { certificate, form });
    expect(status).toBe(200);

    const cnf = { 'x5t#S256': thumbprint(certificate) };
    expect(readJwt(tokens.access_token).claims.cnf).toEqual(cnf);
    const api = await wire.register({ grant_types: ['client_credentials'], redirect_uris: [] });
    const introspected = await wire.post('token/introspect', { token: tokens.access_token }, api);
    expect(introspected.json).toMatchObject({ active: true, client_id, cnf });

    const leaving = new URLSearchParams({ id_token_hint: tokens.id_token });
    const left = await wire.overTls(`logout?${leaving}`, { method: 'GET', certificate });
    expect(left.status).toBe(200);
    const after = await wire.post('token/introspect', { token: tokens.access_token }, api);
    expect(after.json).toEqual({ active: false });
  });
});
