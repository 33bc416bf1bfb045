import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLBACK, readJwt } from '../wire.ts';
import { type Callee, openCallee } from './callee.ts';
import { answerOf, openRelyingParty, type RelyingParty } from './relying-party.ts';

const POST_LOGOUT = 'http://127.0.0.1:9/post_logout_redirect';

describe('oidcc-backchannel-rp-initiated-logout-certification-test-plan', () => {
  let rp: RelyingParty;
  let callee: Callee;

  beforeAll(async () => {
    callee = await openCallee();
    rp = await openRelyingParty({
      metadata: { post_logout_redirect_uris: [POST_LOGOUT], backchannel_logout_uri: callee.url },
    });
  });
  afterAll(() => callee[Symbol.asyncDispose]());

  it('oidcc-backchannel-logout-discovery-endpoint-verification: the document says that applications are called', () => {
    expect(rp.server).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      end_session_endpoint: rp.wire.endpoint('logout'),
    });
  });

  it('oidcc-backchannel-rp-initiated-logout: the application is told of its session, and the browser goes back', async () => {
    const { browser, tokens } = await rp.logIn();
    const leaving = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: POST_LOGOUT,
      state: 'adieu',
    });
    const { url } = await browser.open(`${rp.server.end_session_endpoint}?${leaving}`, {
      stopAt: POST_LOGOUT,
    });
    expect(url).toBe(`${POST_LOGOUT}?state=adieu`);

    const { headers, body } = await callee.called(() => true);
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    const form = new URLSearchParams(body);
    expect([...form.keys()]).toEqual(['logout_token']);
    const token = form.get('logout_token') ?? '';
    const keys = createRemoteJWKSet(new URL(rp.server.jwks_uri ?? ''));
    const { payload } = await jwtVerify(token, keys, {
      issuer: rp.server.issuer,
      audience: rp.client.client_id,
      requiredClaims: ['iat', 'jti', 'exp'],
    });
    expect(payload).toMatchObject({
      sub: tokens.claims.sub,
      sid: tokens.claims.sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(payload).not.toHaveProperty('nonce');
    expect(readJwt(token).header).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' });

    const silent = await browser.open(rp.ask({ prompt: 'none' }).url, { stopAt: CALLBACK });
    expect(answerOf(silent, 'query').get('error')).toBe('login_required');
    expect(callee.calls).toHaveLength(1);
  });
});
