import { hash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userInfoClaims } from '#src/domain/claims.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import type { CallOptions } from '#src/testing/replica.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 8);
  await world.saveApplication({
    clientId: 'batch',
    grants: ['client_credentials'],
    redirectUris: [],
    idTokenAlg: 'ES256',
  });
  await world.saveApplication({ clientId: 'signed', loopbackRedirects: true, userInfoAlg: 'RS256' });
  await world.saveApplication({ clientId: 'signed-es', loopbackRedirects: true, userInfoAlg: 'ES256' });
  await world.engine.refresh();
});
afterAll(() => world?.close());

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const kid = /^[\w-]{43}$/;
const sub = 'f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700000013';

async function logIn(parameters: Record<string, string> = {}, browser = world.browser()) {
  const clientId = parameters.client_id ?? 'dossier';
  const asked = {
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
    ...parameters,
  };
  const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams(asked)}`;
  const code = new URL(await world.login(browser, url)).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  return (await world.call(endpoints.token, form, { clientId })).json;
}
const refresh = (token: string, form = {}, options?: CallOptions) =>
  world.call(endpoints.token, { grant_type: 'refresh_token', refresh_token: token, ...form }, options);
const introspect = (token: string, options?: CallOptions, form = {}) =>
  world.call(endpoints.introspection, { token, ...form }, options);
const revoke = (token: string, options?: CallOptions, form = {}) =>
  world.call(endpoints.revocation, { token, ...form }, options);
/** As when nobody used it for long enough. */
async function endSession(tokens: { session_state: string }): Promise<void> {
  const key = `psc:oidc:Session:${hash('sha256', tokens.session_state, 'base64url')}`;
  expect(await world.redis.del(key)).toBe(1);
}
async function keySet() {
  const answer = await fetch(world.issuer + endpoints.jwks);
  return createLocalJWKSet(JSON.parse(await answer.text()));
}

describe('a refresh token', () => {
  it('is a JWT with every claim that clients of Pro Santé Connect read', async () => {
    const tokens = await logIn({ nonce: 'n-1' });
    expect(decodeProtectedHeader(tokens.refresh_token)).toEqual({
      alg: 'HS512',
      typ: 'JWT',
      kid: expect.any(String),
    });
    const claims = decodeJwt(tokens.refresh_token);
    expect(claims).toEqual({
      exp: (claims.iat ?? 0) + 1800,
      iat: expect.any(Number),
      jti: expect.stringMatching(uuid),
      iss: world.issuer,
      aud: world.issuer,
      sub,
      typ: 'Refresh',
      azp: 'dossier',
      nonce: 'n-1',
      session_state: decodeJwt(tokens.id_token).sid,
      sid: decodeJwt(tokens.id_token).sid,
      scope: 'openid scope_all',
    });
  });

  it('has an empty nonce, as the access token, when none was sent; the ID token repeats what was sent', async () => {
    const tokens = await logIn();
    expect(decodeJwt(tokens.refresh_token).nonce).toBe('');
    expect(decodeJwt(tokens.access_token).nonce).toBe('');
    expect(decodeJwt(tokens.id_token)).not.toHaveProperty('nonce');
  });

  it('is accepted as the JWT that it is, and its stored identifier opens nothing', async () => {
    const tokens = await logIn();
    const { jti = '' } = decodeJwt(tokens.refresh_token);
    for (const guess of [jti, `x.${jti}.x`, tokens.refresh_token.split('.').slice(0, 2).join('.')]) {
      expect((await refresh(guess)).json.error).toBe('invalid_grant');
      expect((await introspect(guess)).json).toEqual({ active: false });
      expect((await revoke(guess)).status).toBe(200);
    }
    const renewed = await refresh(tokens.refresh_token);
    expect(renewed.status).toBe(200);
    expect(decodeJwt(renewed.json.refresh_token)).toMatchObject({
      typ: 'Refresh',
      sid: decodeJwt(tokens.refresh_token).sid,
    });
  });

  it('is refused when one byte of it was changed', async () => {
    const tokens = await logIn();
    const [header, payload, signature] = tokens.refresh_token.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...decodeJwt(tokens.refresh_token), scope: 'openid' }),
    ).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    for (const forged of [
      `${header}.${other}.${signature}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    ]) {
      expect((await refresh(forged)).json.error).toBe('invalid_grant');
      expect((await introspect(forged)).json).toEqual({ active: false });
    }
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('is the application’s own: another one gets nothing for it, and does not harm it', async () => {
    const tokens = await logIn();
    expect((await refresh(tokens.refresh_token, {}, { clientId: 'agenda' })).json.error).toBe(
      'invalid_grant',
    );
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });
});

describe('no token passes for another', () => {
  it('neither an ID token nor a refresh token opens UserInfo; neither of the other two refreshes', async () => {
    const tokens = await logIn();
    for (const token of [tokens.id_token, tokens.refresh_token]) {
      const answer = await world.userInfo(token);
      expect([answer.status, answer.json.error]).toEqual([401, 'invalid_token']);
    }
    for (const token of [tokens.id_token, tokens.access_token]) {
      expect((await refresh(token)).json.error).toBe('invalid_grant');
    }
    expect((await introspect(tokens.id_token)).json).toEqual({ active: false });
    expect((await world.userInfo(tokens.access_token)).status).toBe(200);
  });

  it('whatever the caller says that it is', async () => {
    const tokens = await logIn();
    for (const token_type_hint of ['access_token', 'refresh_token', 'inconnu', '']) {
      const hinted = (token: string) => introspect(token, {}, { token_type_hint });
      expect((await hinted(tokens.access_token)).json.typ).toBe('Bearer');
      expect((await hinted(tokens.refresh_token)).json.typ).toBe('Refresh');
      expect((await hinted(tokens.id_token)).json).toEqual({ active: false });
    }
  });

  it('only an ID token is a hint of who logs out', async () => {
    const tokens = await logIn({ client_id: 'signed' });
    const { text: userInfo } = await world.userInfo(tokens.access_token);
    for (const hint of [tokens.access_token, tokens.refresh_token, userInfo]) {
      const query = new URLSearchParams({ id_token_hint: hint, client_id: 'signed' });
      const answer = await fetch(`${world.issuer}${endpoints.end_session}?${query}`);
      expect(answer.status).toBe(400);
    }
    expect((await world.userInfo(tokens.access_token)).status).toBe(200);
  });
});

describe('an ID token', () => {
  it.each([
    ['dossier', 'RS256'],
    ['agenda', 'ES256'],
  ])('of %s has the header of Keycloak and is verified with the published %s key', async (clientId, alg) => {
    const tokens = await logIn({ client_id: clientId, nonce: 'n-1' });
    for (const token of [tokens.id_token, tokens.access_token]) {
      expect(decodeProtectedHeader(token)).toEqual({ alg, typ: 'JWT', kid: expect.stringMatching(kid) });
    }
    const { payload } = await jwtVerify(tokens.id_token, await keySet(), {
      issuer: world.issuer,
      audience: clientId,
      typ: 'JWT',
    });
    expect(payload).toMatchObject({ aud: clientId, nonce: 'n-1', typ: 'ID' });
    expect(payload.session_state).toBe(payload.sid);
    expect(decodeJwt(tokens.access_token)).not.toHaveProperty('aud');
  });
});

describe('introspection', () => {
  it('repeats the claims of a live token, and adds the application and who it is', async () => {
    const tokens = await logIn({ nonce: 'n-1' });
    const added = { client_id: 'dossier', username: '899700000013', token_type: 'Bearer', active: true };
    const access = await introspect(tokens.access_token);
    expect(access.json).toEqual({ ...decodeJwt(tokens.access_token), ...added });
    expect(access.json).toMatchObject({
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
      otherIds: camilleLambda.otherIds,
    });
    const ofRefresh = await introspect(tokens.refresh_token);
    expect(ofRefresh.json).toEqual({ ...decodeJwt(tokens.refresh_token), ...added });
    expect(ofRefresh.json).not.toHaveProperty('SubjectNameID');
  });

  it('answers any application that authenticates, and not one that has nothing to show', async () => {
    const tokens = await logIn();
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await introspect(token, { clientId: 'agenda' })).json).toMatchObject({
        active: true,
        client_id: 'dossier',
      });
      const form = { client_id: 'mobile' };
      expect((await introspect(token, { clientId: null }, form)).json).toEqual({ active: false });
    }
  });

  it('tells nothing to who does not authenticate', async () => {
    const { access_token: token } = await logIn();
    const attempts = [
      await introspect(token, { clientId: null }),
      await introspect(token, { clientId: null }, { client_id: 'dossier' }),
      await introspect(token, { clientId: null }, { client_id: 'dossier', client_secret: 'another-secret' }),
    ];
    for (const { status, text } of attempts) {
      expect(status).toBe(401);
      expect(text).not.toContain('899700000013');
    }
  });

  it('says 200 and no more than inactive of what is dead', async () => {
    const [revoked, ended] = [await logIn(), await logIn()];
    await revoke(revoked.refresh_token);
    const { json: renewed } = await refresh(ended.refresh_token);
    await endSession(renewed);
    for (const token of [
      revoked.access_token,
      revoked.refresh_token,
      ended.access_token,
      ended.refresh_token,
      renewed.access_token,
      renewed.refresh_token,
      'x',
      'a.b.c',
      'é'.repeat(3000),
    ]) {
      const answer = await introspect(token);
      expect([answer.status, answer.json]).toEqual([200, { active: false }]);
    }
  });

  it('says that a refresh token which was used is inactive at once', async () => {
    const tokens = await logIn();
    const { json: renewed } = await refresh(tokens.refresh_token);
    expect((await introspect(tokens.refresh_token)).json).toEqual({ active: false });
    expect((await introspect(renewed.refresh_token)).json.active).toBe(true);
  });

  it('says that the tokens of a suspended application are dead, whoever asks', async () => {
    const declared = await world.saveApplication({ clientId: 'suspendue', loopbackRedirects: true });
    await world.engine.refresh();
    const tokens = await logIn({ client_id: 'suspendue' });
    expect((await introspect(tokens.access_token)).json.active).toBe(true);
    await world.saveApplication({ ...declared, status: 'suspended' });
    await world.engine.refresh();
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const answer = await introspect(token);
      expect([answer.status, answer.json]).toEqual([200, { active: false }]);
    }
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
  });
});

describe('revocation', () => {
  it('answers 200 to what is no token, or is dead, and needs one', async () => {
    const tokens = await logIn();
    expect((await revoke(tokens.refresh_token)).status).toBe(200);
    for (const token of ['x', 'a.b.c', tokens.id_token, tokens.refresh_token, 'é'.repeat(3000)]) {
      expect((await revoke(token)).status).toBe(200);
    }
    expect((await world.call(endpoints.revocation, {})).json.error).toBe('invalid_request');
  });

  it('of an access token ends that one alone', async () => {
    const tokens = await logIn();
    expect((await revoke(tokens.access_token)).status).toBe(200);
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
    const { json: renewed } = await refresh(tokens.refresh_token);
    expect((await world.userInfo(renewed.access_token)).status).toBe(200);
  });

  it('of a refresh token ends its login for that application, and not for another', async () => {
    const [tokens, others] = [await logIn(), await logIn({ client_id: 'agenda' })];
    expect((await revoke(tokens.refresh_token, {}, { token_type_hint: 'refresh_token' })).status).toBe(200);
    expect((await refresh(tokens.refresh_token)).json.error).toBe('invalid_grant');
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
    expect((await world.userInfo(others.access_token)).status).toBe(200);
  });

  it('of the token of another application is refused, and it lives', async () => {
    const tokens = await logIn();
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect((await revoke(token, { clientId: 'agenda' })).status).toBe(400);
    }
    expect((await world.userInfo(tokens.access_token)).status).toBe(200);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });
});

describe('UserInfo', () => {
  const ask = (init: RequestInit, query = '') => fetch(world.issuer + endpoints.userinfo + query, init);

  it('takes the token in the header or in a form, and looks at nothing else', async () => {
    const { access_token: token } = await logIn({ scope: 'openid' });
    const authorization = `Bearer ${token}`;
    const form = (fields: Record<string, string>) => new URLSearchParams(fields);
    const requests: RequestInit[] = [
      { headers: { authorization } },
      { headers: { authorization, client_id: 'dossier', client_secret: 'x' } },
      { method: 'POST', headers: { authorization } },
      { method: 'POST', headers: { authorization }, body: form({ scope: 'openid scope_all', autre: '1' }) },
      { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{}' },
      { method: 'POST', headers: { authorization, 'content-type': 'application/json' } },
      { method: 'POST', headers: { authorization, 'content-type': 'text/plain' }, body: 'x' },
      { method: 'POST', body: form({ access_token: token }) },
      { method: 'POST', body: form({ access_token: token, client_id: 'dossier' }) },
      { method: 'POST', headers: { authorization }, body: form({ access_token: 'x' }) },
    ];
    for (const request of requests) {
      const answer = await ask(request);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json(; ?charset=utf-8)?$/);
      expect(await answer.json()).toMatchObject({ sub, family_name: 'LAMBDA' });
    }
    expect((await ask({ headers: { authorization } }, '?scope=inconnu')).status).toBe(200);
  });

  it('is refused without a token, with two in a form, or with one in the address', async () => {
    const { access_token: token } = await logIn();
    const twice = new URLSearchParams([
      ['access_token', token],
      ['access_token', token],
    ]);
    expect((await ask({})).status).toBe(401);
    expect((await ask({ method: 'POST' })).status).toBe(401);
    expect((await ask({}, `?access_token=${token}`)).status).toBe(401);
    const answer = await ask({ method: 'POST', body: twice });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).not.toContain('LAMBDA');
  });

  it.each(['2021', '2023', '2024'] as const)('has the shape of %s for who expects it', async (claims) => {
    const clientId = `application-${claims}`;
    await world.saveApplication({ clientId, claims, loopbackRedirects: true });
    await world.engine.refresh();
    const tokens = await logIn({ client_id: clientId });
    const { json } = await world.userInfo(tokens.access_token);
    expect(json).toEqual({ sub, ...userInfoClaims(camilleLambda, 'MOBILE', claims) });
    expect(decodeJwt(tokens.id_token).authMode).toBe('MOBILE');
  });

  it.each([
    ['signed', 'RS256'],
    ['signed-es', 'ES256'],
  ])('is a JWT for %s, signed with %s, which no one takes for an ID token', async (clientId, alg) => {
    const tokens = await logIn({ client_id: clientId });
    for (const method of ['GET', 'POST'] as const) {
      const answer = await world.userInfo(tokens.access_token, method);
      expect(answer.headers.get('content-type')).toBe('application/jwt');
      const { payload, protectedHeader } = await jwtVerify(answer.text, await keySet(), {
        issuer: world.issuer,
        audience: clientId,
      });
      expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: expect.stringMatching(kid) });
      expect(payload).toMatchObject({ sub, SubjectNameID: '899700000013', SubjectRole: expect.any(Array) });
      for (const claim of ['exp', 'iat', 'typ']) expect(payload).not.toHaveProperty(claim);
      expect((await world.userInfo(answer.text)).status).toBe(401);
    }
  });
});

describe('an application for itself', () => {
  const clientId = 'batch';
  const ask = (form = {}, options: CallOptions = { clientId }) =>
    world.call(endpoints.token, { grant_type: 'client_credentials', ...form }, options);

  it('gets an access token of its own: no session, nobody, nothing to refresh', async () => {
    const { status, json } = await ask();
    expect([status, json]).toEqual([
      200,
      {
        access_token: expect.any(String),
        expires_in: 120,
        refresh_expires_in: 0,
        token_type: 'Bearer',
        'not-before-policy': 0,
        scope: '',
      },
    ]);
    const claims = decodeJwt(json.access_token);
    expect(decodeProtectedHeader(json.access_token)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(claims).toEqual({
      exp: (claims.iat ?? 0) + 120,
      iat: expect.any(Number),
      jti: expect.stringMatching(uuid),
      iss: world.issuer,
      sub: clientId,
      typ: 'Bearer',
      azp: clientId,
      scope: '',
      preferred_username: 'service-account-batch',
    });
  });

  it('gets only scopes that exist', async () => {
    const { json } = await ask({ scope: 'interop admin scope_1' });
    expect(json.scope).toBe('interop scope_1');
    expect(decodeJwt(json.access_token).scope).toBe('interop scope_1');
    expect((await introspect(json.access_token)).json.scope).toBe('interop scope_1');
  });

  it('may have it introspected and revoked, and opens no UserInfo with it', async () => {
    const { json } = await ask({ scope: 'openid scope_all' });
    const { access_token: token } = json;
    expect((await introspect(token)).json).toEqual({
      ...decodeJwt(token),
      client_id: clientId,
      username: 'service-account-batch',
      token_type: 'Bearer',
      active: true,
    });
    const answer = await world.userInfo(token);
    expect([answer.status, answer.json.error]).toEqual([401, 'invalid_token']);
    expect((await refresh(token, {}, { clientId })).json.error).toMatch(/^(invalid|unauthorized)/);
    expect((await revoke(token, { clientId })).status).toBe(200);
    expect((await introspect(token)).json).toEqual({ active: false });
  });

  it('gets none when it was not declared for that, or does not authenticate', async () => {
    for (const answer of [
      await ask({}, { clientId: 'dossier' }),
      await ask({ client_id: clientId }, { clientId: null }),
      await ask({ client_id: 'mobile' }, { clientId: null }),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.json).not.toHaveProperty('access_token');
    }
  });
});
