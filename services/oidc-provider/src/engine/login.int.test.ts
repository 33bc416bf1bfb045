import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 3);
});
afterAll(() => world?.close());

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const sub = 'f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700000013';

const authorizationUrl = (parameters: Record<string, string> = {}) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
    ...parameters,
  })}`;
const codeOf = (returned: string) => new URL(returned).searchParams.get('code') ?? '';
const redeem = (code: string, clientId = 'dossier', form: Record<string, string> = {}) =>
  world.call(
    endpoints.token,
    { grant_type: 'authorization_code', code, redirect_uri: callback, ...form },
    { clientId },
  );
async function logIn(parameters: Record<string, string> = {}, browser = world.browser()) {
  const clientId = parameters.client_id ?? 'dossier';
  const returned = await world.login(browser, authorizationUrl(parameters));
  return (await redeem(codeOf(returned), clientId)).json;
}

describe('a login by phone', () => {
  it('gives the ID token and the UserInfo of Pro Santé Connect', async () => {
    const rp = await world.relyingParty();
    const pending = await rp.begin();
    const authTime = Math.floor(Date.now() / 1000) - 7;
    const returned = await world.login(world.browser(), pending.url, { authTime });
    const { tokens, idToken, userInfo } = await pending.finish(returned);

    expect(idToken).toEqual({
      exp: idToken.iat + 120,
      iat: expect.any(Number),
      auth_time: authTime,
      jti: expect.stringMatching(uuid),
      iss: world.issuer,
      aud: 'dossier',
      sub,
      typ: 'ID',
      azp: 'dossier',
      nonce: expect.any(String),
      session_state: expect.stringMatching(uuid),
      at_hash: expect.any(String),
      sid: idToken.session_state,
      authMode: 'MOBILE',
      acr: 'eidas1',
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
      given_name: 'CAMILLE',
      family_name: 'LAMBDA',
    });
    expect(userInfo).toMatchObject({
      sub,
      SubjectNameID: '899700000013',
      authMode: 'MOBILE',
      SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
      SubjectRefPro: { codeCivilite: 'MME', exercices: [{ codeProfession: '10' }] },
    });
    expect(userInfo).not.toHaveProperty('email');
    expect(tokens).toMatchObject({
      token_type: expect.stringMatching(/^bearer$/i),
      expires_in: 120,
      refresh_expires_in: 1800,
      'not-before-policy': 0,
      session_state: idToken.sid,
      scope: 'openid scope_all',
    });
  });

  it('gives an access token that is a JWT of Keycloak, without audience', async () => {
    const tokens = await logIn({ nonce: 'n-1' });
    expect(decodeProtectedHeader(tokens.access_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.stringMatching(/^[\w-]{43}$/),
    });
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toEqual({
      exp: (claims.iat ?? 0) + 120,
      iat: expect.any(Number),
      auth_time: expect.any(Number),
      jti: expect.any(String),
      iss: world.issuer,
      sub,
      typ: 'Bearer',
      azp: 'dossier',
      nonce: 'n-1',
      session_state: claims.sid,
      sid: expect.stringMatching(uuid),
      acr: 'eidas1',
      scope: 'openid scope_all',
      authMode: 'MOBILE',
      otherIds: camilleLambda.otherIds,
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
    });
  });

  it('comes back with code, state, session_state and iss', async () => {
    const returned = new URL(await world.login(world.browser(), authorizationUrl({ state: 's 1&é' })));
    expect(Object.fromEntries(returned.searchParams)).toEqual({
      code: expect.any(String),
      state: 's 1&é',
      session_state: expect.stringMatching(uuid),
      iss: world.issuer,
    });
  });

  it('tells the wallet who asks, for what, and where to come back', async () => {
    const url = authorizationUrl({ login_hint: '899700000013' });
    const id = await world.leave(world.browser(), url);
    expect(await world.approvals.find(id)).toMatchObject({
      state: 'opened',
      request: {
        clientId: 'dossier',
        clientName: 'Service dossier',
        acr: 'eidas1',
        scope: 'openid scope_all',
        channel: 'browser',
        requester: {
          ip: expect.stringMatching(/127\.0\.0\.1|::1/),
          userAgent: expect.stringContaining('Firefox'),
        },
        returnTo: `${world.issuer}${endpoints.authorization}/${id}`,
        loginHint: '899700000013',
        challengeFromHint: false,
        ping: false,
      },
    });
  });

  it('may challenge from the hint when the application may', async () => {
    await world.saveApplication({ clientId: 'demo', loopbackRedirects: true, challengeFromLoginHint: true });
    await world.engine.refresh();
    const open = async (hint: string) => {
      const id = await world.leave(
        world.browser(),
        authorizationUrl({ client_id: 'demo', login_hint: hint }),
      );
      return (await world.approvals.find(id))?.request;
    };
    expect(await open('899700000013')).toMatchObject({ challengeFromHint: true });
    expect(await open('')).toMatchObject({ challengeFromHint: false, loginHint: '' });
    expect(await open('9'.repeat(500))).toMatchObject({ loginHint: '' });
  });
});

it('a login by card says so in every token', async () => {
  const returned = await world.login(world.browser(), authorizationUrl(), { means: 'cps' });
  const { json: tokens } = await redeem(codeOf(returned));
  expect(decodeJwt(tokens.id_token).authMode).toBe('CARD');
  expect(decodeJwt(tokens.access_token).authMode).toBe('CARD');
  expect((await world.userInfo(tokens.access_token)).json.authMode).toBe('CARD');
  const refreshed = await world.call(endpoints.token, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
  });
  expect(decodeJwt(refreshed.json.id_token).authMode).toBe('CARD');
  expect((await world.userInfo(refreshed.json.access_token)).json.authMode).toBe('CARD');
});

it('each application has the algorithm and the level that it declared', async () => {
  const tokens = await logIn({ client_id: 'agenda' });
  for (const token of [tokens.id_token, tokens.access_token]) {
    expect(decodeProtectedHeader(token).alg).toBe('ES256');
    expect(decodeJwt(token).acr).toBe('eidas3');
  }
  expect(decodeJwt((await logIn()).id_token).acr).toBe('eidas1');
});

describe('an authorization request that Pro Santé Connect tolerates', () => {
  it.each([
    ['acr_values=eidas1', { acr_values: 'eidas1' }],
    ['acr_values=eidas2', { acr_values: 'eidas2' }],
    ['a stray acr', { acr: 'eidas1' }],
    ['unknown scopes', { scope: 'openid scope_all profile email identity inconnu' }],
    ['unknown parameters', { kc_idp_hint: 'x', foo: 'bar', channel: 'MOBILE' }],
    ['prompt=consent', { prompt: 'consent' }],
    ['prompt=login select_account', { prompt: 'login select_account' }],
    ['an empty state', { state: '' }],
    ['a locale', { ui_locales: 'fr' }],
  ])('logs in: %s', async (_what, parameters) => {
    const tokens = await logIn(parameters);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sub, acr: 'eidas1' });
    expect((await world.userInfo(tokens.access_token)).json.SubjectRefPro).toBeDefined();
  });

  it('gives who it is, and not the professional situation, without scope_all', async () => {
    const tokens = await logIn({ scope: 'openid' });
    expect((await world.userInfo(tokens.access_token)).json).toEqual({
      sub,
      SubjectNameID: '899700000013',
      preferred_username: '899700000013',
      given_name: 'CAMILLE',
      family_name: 'LAMBDA',
      authMode: 'MOBILE',
    });
  });

  it('may be posted to the token endpoint with a scope', async () => {
    const returned = await world.login(world.browser(), authorizationUrl());
    const answer = await redeem(codeOf(returned), 'dossier', { scope: 'openid scope_all' });
    expect(answer.status).toBe(200);
  });
});

describe('an application', () => {
  it('may give its secret in the header or in the body', async () => {
    const code = codeOf(await world.login(world.browser(), authorizationUrl()));
    const secret = { client_id: 'dossier', client_secret: 'a-secret-of-the-tests' };
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, ...secret };
    expect((await world.call(endpoints.token, form, { clientId: null })).status).toBe(200);
    expect((await redeem(codeOf(await world.login(world.browser(), authorizationUrl())))).status).toBe(200);
  });

  it('gets nothing without its secret, with another one, or for the code of another application', async () => {
    const code = codeOf(await world.login(world.browser(), authorizationUrl()));
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
    const attempts = [
      world.call(endpoints.token, { ...form, client_id: 'dossier' }, { clientId: null }),
      world.call(
        endpoints.token,
        { ...form, client_id: 'dossier', client_secret: 'another-secret' },
        { clientId: null },
      ),
      world.call(endpoints.token, { ...form, client_id: 'nobody', client_secret: 'x' }, { clientId: null }),
      redeem(code, 'agenda'),
    ];
    for (const attempt of await Promise.all(attempts)) {
      expect(attempt.status).toBeGreaterThanOrEqual(400);
      expect(attempt.json.error).toMatch(/^invalid_(client|grant)$/);
    }
    expect((await redeem(code)).status).toBe(200);
  });

  it('without a secret must use PKCE, and with the right verifier', async () => {
    const withoutPkce = await world
      .browser()
      .open(authorizationUrl({ client_id: 'mobile' }), { stopAt: callback });
    expect(new URL(withoutPkce.url).searchParams.get('error')).toBe('invalid_request');

    const challenge = {
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    };
    const url = authorizationUrl({ client_id: 'mobile', ...challenge });
    const form = { client_id: 'mobile', code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' };
    const code = codeOf(await world.login(world.browser(), url));
    const wrong = await redeem(code, 'mobile', { ...form, code_verifier: `${form.code_verifier}x` });
    expect(wrong.json.error).toBe('invalid_grant');
    expect((await redeem(code, 'mobile', form)).status).toBe(200);
  });

  it('may push its request first', async () => {
    const pushed = await world.call(endpoints.pushed_authorization_request, {
      response_type: 'code',
      client_id: 'dossier',
      redirect_uri: callback,
      scope: 'openid scope_all',
    });
    expect(pushed.status).toBe(201);
    const request = { client_id: 'dossier', request_uri: pushed.json.request_uri };
    const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams(request)}`;
    const code = codeOf(await world.login(world.browser(), url));
    expect((await redeem(code)).status).toBe(200);
    const again = await world.browser().open(url);
    expect(again.status).toBe(400);
  });

  it('that was just declared logs in without a restart, and one that was disabled no longer does', async () => {
    const declared = await world.saveApplication({
      clientId: 'nouveau',
      loopbackRedirects: true,
      redirectUris: [],
    });
    const taken = async () => {
      const page = await world
        .browser()
        .open(authorizationUrl({ client_id: 'nouveau' }), { stopAt: world.walletUrl });
      return page.url.startsWith(world.walletUrl);
    };
    await expect.poll(taken, { timeout: 5_000 }).toBe(true);
    await world.saveApplication({ ...declared, status: 'suspended' });
    await expect.poll(taken, { timeout: 5_000 }).toBe(false);
  });
});

describe('a code', () => {
  it('redeemed three times at once gives one token', async () => {
    for (let round = 0; round < 10; round++) {
      const code = codeOf(await world.login(world.browser(), authorizationUrl()));
      const answers = await Promise.all([redeem(code), redeem(code), redeem(code)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    }
  });

  it('is bound to the redirection it was sent to', async () => {
    const code = codeOf(await world.login(world.browser(), authorizationUrl()));
    const answer = await redeem(code, 'dossier', { redirect_uri: `${callback}/other` });
    expect(answer.json.error).toBe('invalid_grant');
  });
});

describe('a refresh token', () => {
  const refresh = (token: string) =>
    world.call(endpoints.token, { grant_type: 'refresh_token', refresh_token: token });

  it('gives new tokens of the same session, and keeps the session alive', async () => {
    const tokens = await logIn({ nonce: 'n-1' });
    const [session = ''] = await world.redis.keys('psc:oidc:Session:*');
    for (const key of await world.redis.keys('psc:oidc:Session:*')) await world.redis.expire(key, 100);
    const { json: renewed } = await refresh(tokens.refresh_token);
    expect(decodeJwt(renewed.id_token)).toMatchObject({
      sub,
      sid: decodeJwt(tokens.id_token).sid,
      auth_time: decodeJwt(tokens.id_token).auth_time,
      typ: 'ID',
    });
    expect(renewed).toMatchObject({ expires_in: 120, refresh_expires_in: 1800 });
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
    expect((await world.userInfo(renewed.access_token)).status).toBe(200);
    const lifetimes = await Promise.all(
      (await world.redis.keys('psc:oidc:Session:*')).map((key) => world.redis.ttl(key)),
    );
    expect(session).not.toBe('');
    expect(lifetimes.filter((seconds) => seconds > 1700)).toHaveLength(1);
  });

  it('used three times at once gives one answer', async () => {
    const tokens = await logIn();
    const answers = await Promise.all([1, 2, 3].map(() => refresh(tokens.refresh_token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  it('gives nothing for a professional who was struck off the register meanwhile', async () => {
    const person = { ...camilleLambda, nationalId: '899700000021' };
    world.people.set(person.nationalId, person);
    const returned = await world.login(world.browser(), authorizationUrl(), {
      nationalId: person.nationalId,
    });
    const { json: tokens } = await redeem(codeOf(returned));
    world.people.set(person.nationalId, { ...person, status: 'inactive' });
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
    expect((await refresh(tokens.refresh_token)).json.error).toBe('invalid_grant');
  });
});

describe('UserInfo', () => {
  it('answers GET and POST, as JSON', async () => {
    const tokens = await logIn();
    for (const method of ['GET', 'POST'] as const) {
      const answer = await world.userInfo(tokens.access_token, method);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.json.sub).toBe(sub);
    }
  });

  it('tells what the register says now, not what it said at the login', async () => {
    const tokens = await logIn();
    world.people.set(camilleLambda.nationalId, { ...camilleLambda, familyName: 'LAMBDA-OMEGA' });
    expect((await world.userInfo(tokens.access_token)).json.family_name).toBe('LAMBDA-OMEGA');
    world.people.set(camilleLambda.nationalId, camilleLambda);
  });

  it('is refused to anything but an access token that we signed and that lives', async () => {
    const tokens = await logIn();
    const { jti = '' } = decodeJwt(tokens.access_token);
    const [header, payload, signature] = tokens.access_token.split('.');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    const attempts = [
      jti,
      tokens.id_token,
      tokens.refresh_token,
      `${header}.${payload}.`,
      `${unsigned}.${payload}.`,
      `${header}.${payload}.${signature.replace(/^../, 'AA')}`,
      'x',
    ];
    for (const attempt of attempts) expect((await world.userInfo(attempt)).status).toBe(401);
    expect((await world.userInfo(tokens.access_token)).status).toBe(200);
  });

  it('says to try later when the register does not answer', async () => {
    const tokens = await logIn();
    world.directory.down = true;
    const answer = await world.userInfo(tokens.access_token);
    world.directory.down = false;
    expect(answer.status).toBe(503);
    expect(answer.json.error).toBe('temporarily_unavailable');
  });
});
