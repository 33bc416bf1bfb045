import { hash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

const registered = 'https://exact.example/Callback?from=psc';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 11);
  await world.saveApplication({ clientId: 'exact', redirectUris: [registered] });
  await world.engine.refresh();
});
afterAll(() => world?.close());

type Parameters = readonly [name: string, value: string][];

const plain = {
  response_type: 'code',
  client_id: 'dossier',
  redirect_uri: callback,
  scope: 'openid scope_all',
};
const urlOf = (parameters: Parameters) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams(parameters)}`;
const authorizationUrl = (parameters: Record<string, string> = {}) =>
  urlOf(Object.entries({ ...plain, ...parameters }));
const answerOf = (url: string) => Object.fromEntries(new URL(url).searchParams);
const answerTo = async (url: string, browser = world.browser()) =>
  answerOf((await browser.open(url, { stopAt: callback })).url);
const redeem = (code: string | undefined, more: Record<string, string> = {}, clientId = 'dossier') =>
  world.call(
    endpoints.token,
    { grant_type: 'authorization_code', code: code ?? '', redirect_uri: callback, ...more },
    { clientId },
  );
const codeFor = async (parameters: Record<string, string>) =>
  answerOf(await world.login(world.browser(), authorizationUrl(parameters))).code;

describe('prompt', () => {
  it.each(['create', 'consent', 'select_account', 'login consent unknown', ''])(
    'asks for the login and nothing else: %j',
    async (prompt) => {
      expect(await codeFor({ prompt })).toBeDefined();
    },
  );

  it('none asks nothing, whatever else is asked with it', async () => {
    expect((await answerTo(authorizationUrl({ prompt: 'none create' }))).error).toBe('login_required');
    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    expect(await answerTo(authorizationUrl({ prompt: 'none' }), browser)).toHaveProperty('code');
  });

  it('consent may be pushed too', async () => {
    const pushed = await world.call(endpoints.pushed_authorization_request, { ...plain, prompt: 'consent' });
    const url = urlOf([
      ['client_id', 'dossier'],
      ['request_uri', pushed.json.request_uri],
    ]);
    expect(answerOf(await world.login(world.browser(), url))).toHaveProperty('code');
  });
});

describe('max_age', () => {
  it('of an hour lets who is logged in pass; what is no number is refused', async () => {
    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    expect(await answerTo(authorizationUrl({ max_age: '3600' }), browser)).toHaveProperty('code');
    for (const max_age of ['-1', 'x', '1.5', '1e99']) {
      expect((await answerTo(authorizationUrl({ max_age }), browser)).error).toBe('invalid_request');
    }
  });
});

describe('an error', () => {
  it('comes back with state and iss, and names no session, as at Keycloak', async () => {
    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    expect(await answerTo(authorizationUrl({ state: 's-1', max_age: 'x' }), browser)).toEqual({
      error: 'invalid_request',
      error_description: 'invalid max_age parameter value',
      state: 's-1',
      iss: world.issuer,
    });
  });
});

describe('a parameter given twice', () => {
  it.each(['scope', 'state', 'nonce', 'response_type', 'acr_values'])(
    'is refused to the application: %s',
    async (name) => {
      const twice: Parameters = [...Object.entries(plain), [name, 'openid'], [name, 'code']];
      const answer = await answerTo(urlOf(twice));
      expect(answer).toMatchObject({ error: 'invalid_request', iss: world.issuer });
      expect(answer.error_description).toContain(name);
    },
  );

  it.each(['client_id', 'redirect_uri'])(
    'is refused to the person when nobody knows whom to tell: %s',
    async (name) => {
      const twice: Parameters = [...Object.entries(plain), [name, 'https://evil.example/']];
      const page = await world.browser().open(urlOf(twice), { stopAt: 'https://evil.example' });
      expect(page.status).toBe(400);
      expect(page.text).toContain('n’est pas correcte');
    },
  );

  it('is refused at the token endpoint', async () => {
    const basic = Buffer.from('dossier:a-secret-of-the-tests').toString('base64');
    const answer = await fetch(world.issuer + endpoints.token, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=authorization_code&code=x&code=y',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('that nobody knows is no matter', async () => {
    const twice: Parameters = [...Object.entries(plain), ['foo', '1'], ['foo', '2'], ['kc_idp_hint', 'x']];
    expect(answerOf(await world.login(world.browser(), urlOf(twice)))).toHaveProperty('code');
  });
});

describe('PKCE', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const S256 = { code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' };

  it('is the choice of an application that has a secret, and then binding', async () => {
    expect((await redeem(await codeFor({}))).status).toBe(200);
    expect((await redeem(await codeFor(S256), { code_verifier: verifier })).status).toBe(200);
    expect((await redeem(await codeFor(S256))).json.error).toBe('invalid_grant');
    expect((await redeem(await codeFor({}), { code_verifier: verifier })).json.error).toBe('invalid_grant');
  });

  it.each(['dossier', 'mobile'])('plain is refused, and so is no method: %s', async (client_id) => {
    const challenges: Record<string, string>[] = [
      { code_challenge: verifier, code_challenge_method: 'plain' },
      { code_challenge: verifier },
      { code_challenge: 'x', code_challenge_method: 'S256' },
    ];
    for (const challenge of challenges) {
      expect((await answerTo(authorizationUrl({ client_id, ...challenge }))).error).toBe('invalid_request');
    }
  });
});

describe('the address of the answer', () => {
  it.each([
    `${registered}&x=1`,
    `${registered}/`,
    `${registered}#x`,
    'https://exact.example/Callback',
    'https://exact.example/callback?from=psc',
    'https://EXACT.example/Callback?from=psc',
    'https://exact.example:443/Callback?from=psc',
    'https://exact.example/%43allback?from=psc',
    'https://user@exact.example/Callback?from=psc',
    'http://exact.example/Callback?from=psc',
  ])('is the registered one, character for character: not %s', async (redirect_uri) => {
    const page = await world.browser().open(authorizationUrl({ client_id: 'exact', redirect_uri }), {
      stopAt: 'http',
    });
    expect(page.url.startsWith(world.walletUrl)).toBe(false);
    const shown = await fetch(authorizationUrl({ client_id: 'exact', redirect_uri }), { redirect: 'manual' });
    expect(shown.status).toBe(400);
  });

  it('is asked for even when there is one only, and works', async () => {
    const { redirect_uri: _, ...without } = plain;
    const missing = await world.browser().open(urlOf(Object.entries({ ...without, client_id: 'exact' })));
    expect(missing.status).toBe(400);
    const url = authorizationUrl({ client_id: 'exact', redirect_uri: registered });
    expect(await world.leave(world.browser(), url)).not.toBe('');
  });
});

describe('scopes', () => {
  const scope = 'openid scope_all inconnu eidas1';

  it('that nobody knows are left out, and may be sent again with the code and with a refresh token', async () => {
    const { json: tokens } = await redeem(await codeFor({ scope }), { scope });
    expect(tokens.scope).toBe('openid scope_all eidas1');
    const refreshed = await world.call(endpoints.token, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      scope,
    });
    expect(refreshed.status).toBe(200);
    expect(refreshed.json.scope).toBe('openid scope_all eidas1');
    expect(decodeJwt(refreshed.json.access_token).scope).toBe('openid scope_all eidas1');
  });

  it('of a refresh are at most those of the login', async () => {
    const { json: tokens } = await redeem(await codeFor({ scope: 'openid' }));
    const refreshed = await world.call(endpoints.token, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      scope: 'openid scope_all',
    });
    expect(refreshed.json).toMatchObject({ error: 'invalid_scope', scope: 'scope_all' });
    expect(refreshed.json).not.toHaveProperty('access_token');
  });
});
