import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 4);
});
afterAll(() => world?.close());

const authorizationUrl = (parameters: Record<string, string> = {}) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
    state: 'state-1',
    ...parameters,
  })}`;
const answerOf = (url: string) => Object.fromEntries(new URL(url).searchParams);
const resumeUrl = (id: string) => `${world.issuer}${endpoints.authorization}/${id}`;
async function redeem(returned: string, clientId = 'dossier') {
  const code = answerOf(returned).code ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  return (await world.call(endpoints.token, form, { clientId })).json;
}

describe('a browser that is logged in', () => {
  it('is not asked again, by this application or another', async () => {
    const browser = world.browser();
    const first = await redeem(await world.login(browser, authorizationUrl()));
    for (const client_id of ['dossier', 'agenda']) {
      const page = await browser.open(authorizationUrl({ client_id }), { stopAt: callback });
      const tokens = await redeem(page.url, client_id);
      const { sid, auth_time } = decodeJwt(tokens.id_token);
      expect({ sid, auth_time }).toEqual({
        sid: decodeJwt(first.id_token).sid,
        auth_time: decodeJwt(first.id_token).auth_time,
      });
    }
  });

  it('gets a code with prompt=none, and login_required when it is not logged in', async () => {
    const browser = world.browser();
    const silent = authorizationUrl({ prompt: 'none' });
    expect(answerOf((await browser.open(silent, { stopAt: callback })).url)).toMatchObject({
      error: 'login_required',
      state: 'state-1',
    });
    await world.login(browser, authorizationUrl());
    expect(answerOf((await browser.open(silent, { stopAt: callback })).url)).toHaveProperty('code');
  });

  it.each([{ prompt: 'login' }, { max_age: '0' }, { max_age: '10' }])(
    'is asked again with %o',
    async (asked) => {
      const browser = world.browser();
      const authTime = Math.floor(Date.now() / 1000) - 60;
      await world.login(browser, authorizationUrl(), { authTime });
      const tokens = await redeem(await world.login(browser, authorizationUrl(asked)));
      expect(decodeJwt(tokens.id_token).auth_time).toBeGreaterThan(authTime);
    },
  );

  it('keeps every application that logs in at once', async () => {
    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    for (let round = 0; round < 10; round++) {
      const clients = ['dossier', 'agenda'];
      const pages = await Promise.all(
        clients.map((client_id) => browser.open(authorizationUrl({ client_id }), { stopAt: callback })),
      );
      const redeemed = await Promise.all(pages.map(({ url }, i) => redeem(url, clients[i])));
      for (const tokens of redeemed) expect((await world.userInfo(tokens.access_token)).status).toBe(200);
    }
  });

  it('is logged in as somebody else when somebody else approves', async () => {
    const other = { ...camilleLambda, nationalId: '899700000039', givenName: 'DOMINIQUE' };
    world.people.set(other.nationalId, other);
    const browser = world.browser();
    const before = await redeem(await world.login(browser, authorizationUrl()));
    const id = await world.leave(browser, authorizationUrl({ prompt: 'login' }));
    const page = await browser.open(await world.approve(id, { nationalId: other.nationalId }), {
      stopAt: callback,
    });
    // The library ends the first session by a form that submits itself.
    const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? [];
    const fields = [...page.text.matchAll(/name="(\w+)" value="([\w-]+)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    );
    const after = await browser.submit(action, Object.fromEntries(fields), { stopAt: callback });
    expect(decodeJwt((await redeem(after.url)).id_token).given_name).toBe('DOMINIQUE');
    expect((await world.userInfo(before.access_token)).status).toBe(401);
  });

  it('is logged out with its professional when they are struck off, and somebody else may log in', async () => {
    const person = { ...camilleLambda, nationalId: '899700000047' };
    world.people.set(person.nationalId, person);
    const browser = world.browser();
    await world.login(browser, authorizationUrl(), { nationalId: person.nationalId });
    world.people.set(person.nationalId, { ...person, status: 'inactive' });
    const refused = await browser.open(authorizationUrl(), { stopAt: callback });
    expect(answerOf(refused.url)).toMatchObject({ error: 'access_denied', state: 'state-1' });
    expect(answerOf(await world.login(browser, authorizationUrl()))).toHaveProperty('code');
  });
});

describe('a login begun in one browser', () => {
  it('is not finished in another, which has the return address but not the cookie', async () => {
    const [attacker, victim] = [world.browser(), world.browser()];
    const back = await world.approve(await world.leave(attacker, authorizationUrl()));
    const page = await victim.open(back);
    expect(page.status).toBe(400);
    expect(page.text).toContain('autre navigateur');
    expect((await victim.open(authorizationUrl({ prompt: 'none' }), { stopAt: callback })).url).toContain(
      'login_required',
    );
  });

  it('is not finished by who has the cookie but not the code of the browser that typed the identifier', async () => {
    const attacker = world.browser();
    const id = await world.leave(attacker, authorizationUrl());
    const back = await world.approve(id);
    for (const code of [randomBytes(32).toString('base64url'), '', 'x']) {
      const page = await attacker.open(`${resumeUrl(id)}?code=${code}`, { stopAt: callback });
      expect(page.status).toBe(403);
      expect(page.text).toContain('Cette connexion a été commencée dans un autre navigateur');
    }
    expect(answerOf((await attacker.open(back, { stopAt: callback })).url)).toHaveProperty('code');
  });

  it('does not give its cookie to another login', async () => {
    const browser = world.browser();
    const [mine, other] = [
      await world.leave(browser, authorizationUrl()),
      await world.leave(world.browser(), authorizationUrl()),
    ];
    const cookie = (await browser.cookies.getCookieString(resumeUrl(mine))).replace(/; psc_session.*/, '');
    const answer = await fetch(await world.approve(other), { headers: { cookie }, redirect: 'manual' });
    expect(answer.status).toBe(400);
    const forged = cookie.replaceAll(mine, other);
    expect((await fetch(`${resumeUrl(other)}?code=x`, { headers: { cookie: forged } })).status).toBe(400);
  });
});

describe('an approval that somebody who can write into Redis made up', () => {
  it.each([
    ['with a proof of another key', { forged: true }],
    ['with the proof of another login', { claims: { approval: 'another' } }],
    ['with a proof for another application', { claims: { client: 'agenda' } }],
  ])('logs nobody in: %s', async (_what, approving) => {
    const browser = world.browser();
    const back = await world.approve(await world.leave(browser, authorizationUrl()), approving);
    const page = await browser.open(back, { stopAt: callback });
    expect(page.status).toBe(403);
    expect(page.text).toContain('n’a pas pu être vérifiée');
    expect((await browser.open(authorizationUrl({ prompt: 'none' }), { stopAt: callback })).url).toContain(
      'login_required',
    );
  });

  it('logs nobody in with a session, a code or a token renamed to theirs', async () => {
    const [attacker, victim] = [world.browser(), world.browser()];
    const keysOf = (model: string) => world.redis.keys(`psc:oidc:${model}:*`);
    const newKey = async (model: string, act: () => Promise<unknown>) => {
      const before = await keysOf(model);
      await act();
      return (await keysOf(model)).find((key) => !before.includes(key)) ?? '';
    };
    const theirs = await newKey('Session', () => world.login(victim, authorizationUrl()));
    const own = await newKey('Session', () => world.login(attacker, authorizationUrl()));
    await world.redis.copy(theirs, own, 'REPLACE');
    const page = await attacker.open(authorizationUrl({ prompt: 'none' }), { stopAt: callback });
    expect(answerOf(page.url).error).toBe('login_required');

    let code = '';
    const theirCode = await newKey('AuthorizationCode', () =>
      world.login(victim, authorizationUrl({ prompt: 'login' })),
    );
    const ownCode = await newKey('AuthorizationCode', async () => {
      code = await world.login(attacker, authorizationUrl({ prompt: 'login' }));
    });
    await world.redis.copy(theirCode, ownCode, 'REPLACE');
    expect((await redeem(code)).error).toBe('invalid_grant');
  });
});

describe('a browser that comes back', () => {
  it('without approval sees the wallet again', async () => {
    const browser = world.browser();
    const id = await world.leave(browser, authorizationUrl());
    const page = await browser.open(`${resumeUrl(id)}?code=x`, { stopAt: world.walletUrl });
    expect(page.url).toBe(`${world.walletUrl}/login/${id}`);
  });

  it('to give up brings access_denied to the application, and the phone shows nothing more', async () => {
    const browser = world.browser();
    const id = await world.leave(browser, authorizationUrl());
    const page = await browser.open(`${resumeUrl(id)}?cancel=1`, { stopAt: callback });
    expect(answerOf(page.url)).toMatchObject({ error: 'access_denied', state: 'state-1', iss: world.issuer });
    expect((await world.approvals.find(id))?.state).toBe('expired');
  });

  it('to try again gets a new login, and the phone no longer shows the first', async () => {
    const browser = world.browser();
    const first = await world.leave(browser, authorizationUrl());
    const second = await world.leave(browser, resumeUrl(first));
    expect(second).not.toBe(first);
    expect((await world.approvals.find(first))?.state).toBe('expired');
    const page = await browser.open(await world.approve(second), { stopAt: callback });
    expect(answerOf(page.url)).toMatchObject({ state: 'state-1', code: expect.any(String) });
  });

  it('a second time finds a page that leads back to the application, never a raw error', async () => {
    const browser = world.browser();
    const back = await world.approve(await world.leave(browser, authorizationUrl()));
    await browser.open(back, { stopAt: callback });
    for (const again of [back, back.replace(/\?.*/, ''), back.replace(/\?.*/, '?cancel=1')]) {
      const page = await browser.open(again);
      expect(page.status).toBe(400);
      expect(page.text).toContain('Cette demande de connexion n’est plus valable');
      expect(page.text).toContain('Revenir à Service dossier');
      expect(page.text).toContain('href="https://dossier.example/"');
    }
  });

  it.each(['query', 'form_post'])('leaves nothing of its login behind: %s', async (response_mode) => {
    const browser = world.browser();
    const before = await world.redis.keys('psc:oidc:Interaction:*');
    const back = await world.approve(await world.leave(browser, authorizationUrl({ response_mode })));
    await browser.open(back, { stopAt: callback });
    expect((await world.redis.keys('psc:oidc:Interaction:*')).sort()).toEqual(before.sort());
  });

  it('twice at once is logged in once', async () => {
    const browser = world.browser();
    const back = await world.approve(await world.leave(browser, authorizationUrl()));
    const pages = await Promise.all([1, 2, 3].map(() => browser.open(back, { stopAt: callback })));
    expect(pages.filter(({ url }) => url.startsWith(callback))).toHaveLength(1);
    for (const page of pages) if (!page.url.startsWith(callback)) expect(page.status).toBe(400);
  });

  it('after everything was forgotten finds a page in French', async () => {
    const page = await world.browser().open(`${resumeUrl(randomBytes(32).toString('base64url'))}?code=x`);
    expect(page.status).toBe(400);
    expect(page.text).toContain('<html lang="fr">');
    expect(page.text).toContain('accepte les cookies');
  });

  it('as a professional who may not practise is told so, and may go back to the application', async () => {
    const person = { ...camilleLambda, nationalId: '899700000054', status: 'inactive' as const };
    world.people.set(person.nationalId, person);
    const browser = world.browser();
    const id = await world.leave(browser, authorizationUrl());
    const page = await browser.open(await world.approve(id, { nationalId: person.nationalId }));
    expect(page.status).toBe(403);
    expect(page.text).toContain('Connexion impossible');
    const [, href = ''] = /href="(\S*cancel=1)"/.exec(page.text) ?? [];
    const gone = await browser.open(new URL(href, page.url).href, { stopAt: callback });
    expect(answerOf(gone.url).error).toBe('access_denied');
  });

  it('while the register does not answer may try again', async () => {
    const browser = world.browser();
    const back = await world.approve(await world.leave(browser, authorizationUrl()));
    world.directory.down = true;
    const page = await browser.open(back, { stopAt: callback });
    world.directory.down = false;
    expect(page.status).toBe(503);
    expect(page.text).toContain('Réessayer');
    expect(answerOf((await browser.open(back, { stopAt: callback })).url)).toHaveProperty('code');
  });
});

describe('a page of error', () => {
  it('is shown, and not sent to an address that nobody registered', async () => {
    for (const redirect_uri of [
      'https://evil.example/',
      'http://localhost.evil.example/',
      'https://dossier.example/callback2',
    ]) {
      const page = await world.browser().open(authorizationUrl({ redirect_uri }), { stopAt: redirect_uri });
      expect(page.status).toBe(400);
      expect(page.text).toContain('La demande de connexion de ce service n’est pas correcte');
      expect(page.text).toContain('error: invalid_redirect_uri');
    }
  });

  it('escapes what the request says, runs nothing and is framed by nobody', async () => {
    const attack = '"><script>alert(1)</script>';
    const response = await fetch(authorizationUrl({ client_id: attack, state: attack, scope: attack }));
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).not.toContain('<script>');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('of the library is guarded in the same way', async () => {
    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    const cookie = await browser.cookies.getCookieString(world.issuer);
    const response = await fetch(authorizationUrl({ response_mode: 'form_post' }), { headers: { cookie } });
    expect(await response.text()).toContain(`action="${callback}"`);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src [^;]*'sha256-/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is JSON for an application', async () => {
    const answer = await world.call(endpoints.token, {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: callback,
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: 'invalid_grant', error_description: 'grant request is invalid' });
  });
});

describe('the cookies', () => {
  it('are signed, HttpOnly, SameSite=Lax, and sent where they are needed only', async () => {
    const first = await fetch(authorizationUrl(), { redirect: 'manual' });
    const cookies = first.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) expect(cookie).toMatch(/; httponly/i);
    for (const cookie of cookies) expect(cookie).toMatch(/; samesite=lax/i);
    const resume = cookies.filter((cookie) => cookie.startsWith('psc_resume'));
    expect(resume).toHaveLength(2);
    const id = first.headers.get('location')?.split('/').at(-1);
    for (const cookie of resume)
      expect(cookie).toContain(`path=/auth/realms/esante-wallet${endpoints.authorization}/${id}`);

    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    const [session] = (await browser.cookies.getCookies(world.issuer)).filter(
      ({ key }) => key === 'psc_session',
    );
    expect(session).toMatchObject({ path: '/auth/realms/esante-wallet', httpOnly: true, sameSite: 'lax' });
    // Gone with the browser: professionals share workstations.
    expect(session?.expires).toBe('Infinity');
  });

  it('changed by the browser are worth nothing', async () => {
    const browser = world.browser();
    await world.login(browser, authorizationUrl());
    const cookie = await browser.cookies.getCookieString(world.issuer);
    const ask = (changed: string) =>
      fetch(authorizationUrl({ prompt: 'none' }), { headers: { cookie: changed }, redirect: 'manual' });
    expect((await ask(cookie)).headers.get('location')).toContain('code=');
    const changed = cookie.replace(/psc_session=[^;]*/, '$&A');
    expect((await ask(changed)).headers.get('location')).toContain('login_required');
    const unsigned = cookie.replace(/psc_session\.sig=[^;]*/, '');
    expect((await ask(unsigned)).headers.get('location')).toContain('login_required');
  });
});

describe('discovery', () => {
  const wellKnown = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, world.issuer), { headers });
  const prefix = '/auth/realms/esante-wallet';

  it('answers at the three addresses, with the wallet in the one of Pro Santé Connect', async () => {
    const standard: object = JSON.parse(
      await (await wellKnown(`${prefix}/.well-known/openid-configuration`)).text(),
    );
    expect(standard).toMatchObject({
      issuer: world.issuer,
      authorization_endpoint: `${world.issuer}/protocol/openid-connect/auth`,
      token_endpoint: `${world.issuer}/protocol/openid-connect/token`,
      userinfo_endpoint: `${world.issuer}/protocol/openid-connect/userinfo`,
      jwks_uri: `${world.issuer}/protocol/openid-connect/certs`,
      end_session_endpoint: `${world.issuer}/protocol/openid-connect/logout`,
      introspection_endpoint: `${world.issuer}/protocol/openid-connect/token/introspect`,
      revocation_endpoint: `${world.issuer}/protocol/openid-connect/revoke`,
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    });
    const root = `/.well-known/oauth-authorization-server${prefix}`;
    expect(await (await wellKnown(root)).json()).toEqual(standard);
    const wallet = await (await wellKnown(`${prefix}/.well-known/wallet-openid-configuration`)).json();
    expect(wallet).toEqual({ ...standard, authorization_endpoint: `${world.walletUrl}/auth` });
  });

  it('has one public key for each algorithm, named by its thumbprint, and nothing private', async () => {
    const { keys } = (await (await wellKnown(prefix + endpoints.jwks)).json()) as {
      keys: Record<string, string>[];
    };
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
    for (const key of keys) {
      expect(key.kid).toMatch(/^[\w-]{43}$/);
      expect(Object.keys(key).sort()).toEqual(
        (key.kty === 'RSA'
          ? ['alg', 'e', 'kid', 'kty', 'n', 'use']
          : ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']
        ).sort(),
      );
    }
  });

  it('is not shared with the pages of other sites', async () => {
    for (const path of [`${prefix}/.well-known/openid-configuration`, prefix + endpoints.jwks]) {
      const answer = await wellKnown(path, { origin: 'https://evil.example' });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    const token = await world.call(endpoints.token, {}, { headers: { origin: 'https://dossier.example' } });
    expect(token.headers.get('access-control-allow-origin')).toBeNull();
  });
});

/** A request that fetch would not let us write. */
function ask(path: string, headers: readonly string[]): Promise<string> {
  const { port } = new URL(world.issuer);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), 'localhost');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\nConnection: close\r\n\r\n`);
  });
}

describe('a forged Host or X-Forwarded-* header', () => {
  const forged = [
    'Host: evil.example',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'X-Forwarded-For: 203.0.113.9',
    'Forwarded: host=evil.example;proto=https',
    'X-Original-URL: /evil',
  ];

  it('changes no address of discovery', async () => {
    for (const path of ['openid-configuration', 'wallet-openid-configuration']) {
      const answer = await ask(`/auth/realms/esante-wallet/.well-known/${path}`, forged);
      expect(answer).toContain('200 OK');
      expect(answer).toContain(`"token_endpoint":"${world.issuer}/protocol`);
      expect(answer).not.toContain('evil');
    }
  });

  it('changes neither where the login comes back, nor who asked', async () => {
    const url = new URL(authorizationUrl());
    const answer = await ask(url.pathname + url.search, forged);
    expect(answer).not.toContain('evil');
    const [, id = ''] = /location: http:\/\/wallet\.localhost:9\/login\/([\w-]+)/i.exec(answer) ?? [];
    const request = (await world.approvals.find(id))?.request;
    expect(request?.returnTo).toBe(resumeUrl(id));
    expect(request?.requester.ip).toMatch(/127\.0\.0\.1|::1/);
  });

  it('changes no address of the logout page, nor of the page of sessions', async () => {
    for (const path of [endpoints.end_session, '/account']) {
      const page = await ask(`/auth/realms/esante-wallet${path}`, forged);
      expect(page).toContain('200 OK');
      expect(page).not.toContain('evil');
    }
  });
});
