import { createHttpBrowser, type HttpBrowser } from '@psc/testing';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { endpoints } from '#src/engine/endpoints.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { formsOf, framesOf } from '#src/testing/pages.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 14);
  const told = (name: string) => ({ backchannelUrl: `https://${name}.example/logout`, frontchannelUrl: '' });
  await world.saveApplication({ clientId: 'told', loopbackRedirects: true, logout: told('told') });
  await world.saveApplication({
    clientId: 'told-es256',
    loopbackRedirects: true,
    idTokenAlg: 'ES256',
    logout: told('told-es256'),
  });
  await world.saveApplication({
    clientId: 'framed',
    loopbackRedirects: true,
    logout: { backchannelUrl: '', frontchannelUrl: 'https://framed.example/logout?tenant=1' },
  });
  await world.engine.refresh();
});
afterAll(() => world?.close());
afterEach(() => vi.useRealTimers());

const bye = `${callback}/bye`;
const logoutUrl = (parameters: Readonly<Record<string, string>> = {}) =>
  `${world.issuer}${endpoints.end_session}?${new URLSearchParams(parameters)}`;
const authorizationUrl = (clientId: string, parameters: Readonly<Record<string, string>> = {}) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'openid scope_all',
    ...parameters,
  })}`;

async function redeem(returned: string, clientId: string) {
  const code = new URL(returned).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  return (await world.call(endpoints.token, form, { clientId })).json;
}
const refresh = (tokens: { refresh_token: string }, clientId = 'dossier') =>
  world.call(
    endpoints.token,
    { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
    { clientId },
  );
/** Logs in for the first one by phone, for the others by the session that there is then. */
async function logIn(browser: HttpBrowser, ...clientIds: string[]) {
  const [first = 'dossier', ...others] = clientIds;
  const returned = await world.login(browser, authorizationUrl(first));
  const tokens = [await redeem(returned, first)];
  for (const clientId of others) {
    const { url } = await browser.open(authorizationUrl(clientId), { stopAt: callback });
    tokens.push(await redeem(url, clientId));
  }
  return tokens;
}
async function isLoggedIn(browser: HttpBrowser): Promise<boolean> {
  const { url } = await browser.open(authorizationUrl('agenda', { prompt: 'none' }), { stopAt: callback });
  return new URL(url).searchParams.has('code');
}
const sidOf = (tokens: { id_token: string }) => String(decodeJwt(tokens.id_token).sid);

interface Owed {
  readonly clientId: string;
  readonly callId: string;
  readonly url: string;
  readonly token: string;
}
/** Asks for every call that is queued, as notification-worker does: those of one session that are owed. */
async function callsOf(sid: string): Promise<Owed[]> {
  const owed = [];
  for (const { data } of await world.calls.getJobs(['waiting', 'delayed'])) {
    const answer = await world.ask(`/internal/application-calls/${data.kind}/${data.callId}`);
    if (answer.status !== 200) continue;
    const { url, body } = (await answer.json()) as { url: string; body: string };
    const token = new URLSearchParams(body).get('logout_token') ?? '';
    if (decodeJwt(token).sid === sid) owed.push({ ...data, url, token });
  }
  return owed;
}

describe('a logout with an ID token', () => {
  it('ends the session at once, with its tokens, and sends back to the application', async () => {
    const browser = world.browser();
    const [tokens, others] = await logIn(browser, 'dossier', 'agenda');
    const request = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 'à bientôt&=' };
    const gone = await browser.open(logoutUrl(request), { stopAt: callback });
    expect(gone.url).toBe(`${bye}?${new URLSearchParams({ state: 'à bientôt&=' })}`);

    for (const [each, clientId] of [
      [tokens, 'dossier'],
      [others, 'agenda'],
    ]) {
      expect((await world.userInfo(each.access_token)).status).toBe(401);
      expect((await refresh(each, clientId)).json.error).toBe('invalid_grant');
      const introspected = await world.call(
        endpoints.introspection,
        { token: each.access_token },
        { clientId },
      );
      expect(introspected.json).toEqual({ active: false });
    }
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('makes the browser forget its session, and one without address stays on a page that says so', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'dossier');
    expect(await browser.cookies.getCookieString(world.issuer)).toContain('psc_session=');
    const page = await browser.open(logoutUrl({ id_token_hint: tokens.id_token }));
    expect(page.status).toBe(200);
    expect(page.text).toContain('Votre session est fermée');
    expect(await browser.cookies.getCookieString(world.issuer)).not.toContain('psc_session');
  });

  it('takes one that expired long ago', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'dossier');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    await browser.open(logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }), {
      stopAt: callback,
    });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('works for a server without cookies, and says the same when the session is over already', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'dossier');
    for (let time = 0; time < 2; time++) {
      const answer = await fetch(logoutUrl({ id_token_hint: tokens.id_token }));
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('Votre session est fermée');
      expect(await isLoggedIn(browser)).toBe(false);
    }
    const request = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye };
    expect((await browser.open(logoutUrl(request), { stopAt: callback })).url).toBe(bye);
  });

  it('may be posted, by another site too', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'dossier');
    const answer = await fetch(`${world.issuer}${endpoints.end_session}`, {
      method: 'POST',
      headers: { origin: 'https://dossier.example' },
      body: new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }),
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, bye]);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('accepts logout_hint and ui_locales, and the client_id of its own application', async () => {
    const [tokens] = await logIn(world.browser(), 'dossier');
    const request = {
      id_token_hint: tokens.id_token,
      client_id: 'dossier',
      logout_hint: 'x',
      ui_locales: 'en',
    };
    expect((await fetch(logoutUrl(request))).status).toBe(200);
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
  });

  it('does not touch the session of a browser that has another one, and offers to close it', async () => {
    const other = { ...camilleLambda, nationalId: '899700000062' };
    world.people.set(other.nationalId, other);
    const attacker = world.browser();
    const own = await world.login(attacker, authorizationUrl('dossier'), { nationalId: other.nationalId });
    const { id_token } = await redeem(own, 'dossier');
    const victim = world.browser();
    await logIn(victim, 'dossier');
    const page = await victim.open(logoutUrl({ id_token_hint: id_token }));
    expect(page.text).toContain('Une autre session Pro Santé Connect reste ouverte dans ce navigateur');
    expect(page.find('close-other')).toBe('La fermer aussi');
    expect(await isLoggedIn(victim)).toBe(true);
    expect(await isLoggedIn(attacker)).toBe(false);
  });

  it('is not followed to an address that nobody registered; the session is closed all the same', async () => {
    const browser = world.browser();
    for (const address of [
      'https://evil.example/',
      'https://dossier.example/bye?x=1',
      'javascript:alert(1)',
    ]) {
      const [tokens] = await logIn(browser, 'dossier');
      const request = { id_token_hint: tokens.id_token, post_logout_redirect_uri: address };
      const page = await browser.open(logoutUrl(request), { stopAt: 'https://' });
      expect(page.status).toBe(400);
      expect(page.text).toContain('post_logout_redirect_uri not registered');
      expect(await isLoggedIn(browser)).toBe(false);
    }
  });

  it('of a suspended application ends the session and is not sent back there', async () => {
    const tired = await world.saveApplication({ clientId: 'tired', loopbackRedirects: true });
    await world.engine.refresh();
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'tired');
    await world.saveApplication({ ...tired, status: 'suspended' });
    await world.engine.refresh();
    const request = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye };
    expect((await browser.open(logoutUrl(request), { stopAt: callback })).status).toBe(400);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('that is no ID token of ours does nothing, and lets the person log out by themselves', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'dossier');
    const [header, payload, signature = ''] = tokens.id_token.split('.');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    const hints = [
      { id_token_hint: 'x' },
      { id_token_hint: tokens.access_token },
      { id_token_hint: tokens.refresh_token },
      { id_token_hint: `${header}.${payload}.${signature.replace(/^../, 'AA')}` },
      { id_token_hint: `${unsigned}.${payload}.` },
      { id_token_hint: tokens.id_token, client_id: 'agenda' },
    ];
    for (const hint of hints) {
      const page = await browser.open(logoutUrl({ ...hint, post_logout_redirect_uri: bye }), {
        stopAt: callback,
      });
      expect(page.status).toBe(400);
      expect(page.text).toContain('La demande de déconnexion de ce service n’est pas correcte');
      expect(page.find('logout')).toBe('Fermer ma session');
      const program = await fetch(logoutUrl(hint), { headers: { accept: 'application/json' } });
      expect(program.status).toBe(400);
      expect(await program.json()).toEqual({
        error: 'invalid_request',
        error_description: expect.stringMatching(/id_token_hint/),
      });
    }
    expect(await isLoggedIn(browser)).toBe(true);
  });
});

describe('a logout without ID token', () => {
  it('asks the person, who may confirm, and goes where the application registered', async () => {
    const browser = world.browser();
    await logIn(browser, 'dossier');
    const request = { client_id: 'dossier', post_logout_redirect_uri: bye, state: 's&1' };
    const page = await browser.open(logoutUrl(request), { stopAt: callback });
    expect(page.text).toContain('Voulez-vous vous déconnecter ?');
    expect(page.text).not.toContain('<script');
    expect(page.find('stay')).toBe('Rester connecté et revenir à Service dossier');
    expect(await isLoggedIn(browser)).toBe(true);
    const [form = { action: '', fields: {} }] = formsOf(page);
    const gone = await browser.submit(form.action, form.fields, { stopAt: callback });
    expect(gone.url).toBe(`${bye}?state=s%261`);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('of nobody in particular ends on our page', async () => {
    const browser = world.browser();
    await logIn(browser, 'dossier');
    for (const request of [
      {},
      { post_logout_redirect_uri: 'https://evil.example/' },
      { redirect_uri: bye },
    ]) {
      const page = await browser.open(logoutUrl(request), { stopAt: 'https://' });
      expect(page.text).toContain('Voulez-vous vous déconnecter ?');
    }
    const [form = { action: '', fields: {} }] = formsOf(await browser.open(logoutUrl()));
    expect((await browser.submit(form.action, form.fields)).text).toContain('Votre session est fermée');
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('is not confirmed by another site, nor by the page of another browser', async () => {
    const [victim, attacker] = [world.browser(), world.browser()];
    await logIn(victim, 'dossier');
    await logIn(attacker, 'dossier');
    const [form = { action: '', fields: {} }] = formsOf(await attacker.open(logoutUrl()));
    const [own = form] = formsOf(await victim.open(logoutUrl()));
    const cookie = await victim.cookies.getCookieString(world.issuer);
    const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { cookie, ...headers },
      });
    const attempts = [
      post(form.fields),
      post({}),
      post({ ...own.fields, token: `${own.fields.token}x` }),
      post(own.fields, { origin: 'https://evil.example' }),
      post(own.fields, { 'sec-fetch-site': 'cross-site' }),
    ];
    for (const attempt of await Promise.all(attempts)) expect(attempt.status).toBe(403);
    expect(await isLoggedIn(victim)).toBe(true);
    expect((await post(own.fields, { origin: new URL(world.issuer).origin })).status).toBe(200);
    expect(await isLoggedIn(victim)).toBe(false);
  });

  it('that was posted is asked again, since another site’s form comes without the cookie', async () => {
    const answer = await fetch(`${world.issuer}${endpoints.end_session}`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'dossier', post_logout_redirect_uri: bye }),
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get('location') ?? '', world.issuer);
    expect(location.href.startsWith(`${world.issuer}${endpoints.end_session}?`)).toBe(true);
    expect(location.searchParams.get('client_id')).toBe('dossier');
  });

  it('for nobody goes on at once, or says that there is no session', async () => {
    const request = { client_id: 'dossier', post_logout_redirect_uri: bye };
    const browser = world.browser();
    expect((await browser.open(logoutUrl(request), { stopAt: callback })).url).toBe(bye);
    expect((await browser.open(logoutUrl())).text).toContain('Votre session est fermée');
  });

  it.each([
    [{ client_id: 'nobody' }, 'client_id is unknown'],
    [
      { client_id: 'dossier', post_logout_redirect_uri: 'https://evil.example/' },
      'post_logout_redirect_uri not registered',
    ],
  ])('that is not correct does nothing: %o', async (request, description) => {
    const browser = world.browser();
    await logIn(browser, 'dossier');
    const page = await browser.open(logoutUrl(request), { stopAt: 'https://' });
    expect(page.status).toBe(400);
    expect(page.text).toContain(description);
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('that says something twice, or in another way than a form, is refused', async () => {
    const twice = `${logoutUrl({ client_id: 'dossier' })}&client_id=agenda`;
    expect((await fetch(twice)).status).toBe(400);
    const post = (body: string, type: string) =>
      fetch(`${world.issuer}${endpoints.end_session}`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
    expect((await post('{"id_token_hint":"x"}', 'application/json')).status).toBe(200);
    expect((await post('id_token_hint=%ZZ%00', 'application/x-www-form-urlencoded')).status).toBe(400);
    const huge = await post(`id_token_hint=${'a'.repeat(100_000)}`, 'application/x-www-form-urlencoded');
    expect(huge.status).toBe(400);
    const untyped = await fetch(`${world.issuer}${endpoints.end_session}`, {
      method: 'POST',
      body: Buffer.from([0, 255, 10]),
    });
    expect(untyped.status).toBe(200);
  });
});

describe('back-channel logout', () => {
  it('owes one call to each application of the session that asked for one', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'told', 'dossier', 'told-es256');
    await fetch(logoutUrl({ id_token_hint: tokens.id_token }));
    const calls = await callsOf(sidOf(tokens));
    expect(calls.map(({ clientId, url }) => [clientId, url]).toSorted()).toEqual([
      ['told', 'https://told.example/logout'],
      ['told-es256', 'https://told-es256.example/logout'],
    ]);
    const keys = createRemoteJWKSet(new URL(world.issuer + endpoints.jwks));
    for (const { clientId, token } of calls) {
      const alg = clientId === 'told' ? 'RS256' : 'ES256';
      const { payload } = await jwtVerify(token, keys, { algorithms: [alg], typ: 'logout+jwt' });
      expect(payload).toEqual({
        iss: world.issuer,
        sub: decodeJwt(tokens.id_token).sub,
        aud: clientId,
        iat: expect.any(Number),
        exp: (payload.iat ?? 0) + 120,
        jti: expect.any(String),
        typ: 'Logout',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        sid: sidOf(tokens),
      });
    }
  });

  it('makes the logout token anew at each attempt', async () => {
    const [tokens] = await logIn(world.browser(), 'told');
    await fetch(logoutUrl({ id_token_hint: tokens.id_token }));
    const first = await callsOf(sidOf(tokens));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 40_000 });
    const second = await callsOf(sidOf(tokens));
    expect([first.length, second.length]).toEqual([1, 1]);
    const [one, other] = [...first, ...second].map(({ token }) => decodeJwt(token));
    expect(other?.jti).not.toBe(one?.jti);
    expect((other?.exp ?? 0) - (one?.exp ?? 0)).toBeGreaterThanOrEqual(39);
  });

  it('leaves nothing of a person in the queue, nor in clear anywhere', async () => {
    const [tokens] = await logIn(world.browser(), 'told');
    await fetch(logoutUrl({ id_token_hint: tokens.id_token }));
    const [call] = await callsOf(sidOf(tokens));
    const jobs = await world.calls.getJobs(['waiting']);
    const job = jobs.find(({ data }) => data.callId === call?.callId);
    expect(job?.data).toEqual({
      kind: 'logout',
      callId: expect.stringMatching(/^[\w-]{43}$/),
      clientId: 'told',
      traceparent: expect.any(String),
    });
    expect(job?.opts.attempts).toBe(10);
    const dump = JSON.stringify(
      await Promise.all(
        (await world.redis.keys('psc:oidc:LogoutCall:*')).map(async (key) => {
          expect(await world.redis.ttl(key)).toBeGreaterThan(3_600);
          return [key, await world.redis.get(key)];
        }),
      ),
    );
    for (const secret of [camilleLambda.nationalId, sidOf(tokens), call?.callId ?? '?']) {
      expect(dump).not.toContain(secret);
      expect(JSON.stringify(job?.data).replace(call?.callId ?? '', '')).not.toContain(secret);
    }
  });

  it('tells only notification-worker what is owed', async () => {
    const [tokens] = await logIn(world.browser(), 'told');
    await fetch(logoutUrl({ id_token_hint: tokens.id_token }));
    const [call] = await callsOf(sidOf(tokens));
    const path = `/internal/application-calls/logout/${call?.callId}`;
    expect((await world.ask(path)).status).toBe(200);
    expect((await world.ask(path, 'auth-broker')).status).toBe(403);
    expect((await world.ask(path, null)).status).toBe(401);
    for (const other of [
      '/internal/application-calls/logout/unknown',
      '/internal/application-calls/other/x',
      `/internal/application-calls/logout/${'x'.repeat(99)}`,
      '/internal/application-calls/logout/%00',
    ])
      expect((await world.ask(other)).status).toBe(404);
  });

  it('calls nobody twice when several replicas end one session at once', async () => {
    const replicas = await world.openReplicas(3);
    for (let round = 0; round < 10; round++) {
      const [tokens] = await logIn(world.browser(), 'told', 'told-es256');
      const url = logoutUrl({ id_token_hint: tokens.id_token });
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, i) => fetch(replicas[i % 3]?.at(url) ?? '')),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200));
      const owed = await callsOf(sidOf(tokens));
      expect(owed.map(({ clientId }) => clientId).toSorted()).toEqual(['told', 'told-es256']);
      await world.calls.drain();
    }
  });

  it('is made to the address that the application has by then, and not at all once it has none', async () => {
    const moving = await world.saveApplication({
      clientId: 'moving',
      loopbackRedirects: true,
      logout: { backchannelUrl: 'https://moving.example/old', frontchannelUrl: '' },
    });
    await world.engine.refresh();
    const [tokens] = await logIn(world.browser(), 'moving');
    await fetch(logoutUrl({ id_token_hint: tokens.id_token }));
    const backchannelUrl = 'https://moving.example/new';
    await world.saveApplication({ ...moving, logout: { backchannelUrl, frontchannelUrl: '' } });
    await world.engine.refresh();
    expect((await callsOf(sidOf(tokens))).map(({ url }) => url)).toEqual([backchannelUrl]);
    await world.saveApplication({ ...moving, logout: { backchannelUrl: '', frontchannelUrl: '' } });
    await world.engine.refresh();
    expect(await callsOf(sidOf(tokens))).toEqual([]);
  });

  it('is owed too when the engine itself ends the session: somebody else logs in, or was struck off', async () => {
    const other = { ...camilleLambda, nationalId: '899700000039' };
    world.people.set(other.nationalId, other);
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'told');
    const id = await world.leave(browser, authorizationUrl('dossier', { prompt: 'login' }));
    const page = await browser.open(await world.approve(id, { nationalId: other.nationalId }), {
      stopAt: callback,
    });
    const [form = { action: '', fields: {} }] = formsOf(page);
    if (form.action !== '') await browser.submit(form.action, form.fields, { stopAt: callback });
    expect(await callsOf(sidOf(tokens))).toHaveLength(1);

    const doctor = { ...camilleLambda, nationalId: '899700000047' };
    world.people.set(doctor.nationalId, doctor);
    const theirs = world.browser();
    const returned = await world.login(theirs, authorizationUrl('told'), { nationalId: doctor.nationalId });
    const last = await redeem(returned, 'told');
    world.people.set(doctor.nationalId, { ...doctor, status: 'inactive' });
    await theirs.open(authorizationUrl('told'), { stopAt: callback });
    expect(await callsOf(sidOf(last))).toHaveLength(1);
  });
});

describe('front-channel logout', () => {
  const framed = (sid: string) =>
    `https://framed.example/logout?tenant=1&${new URLSearchParams({ iss: world.issuer, sid })}`;

  it('shows each application that asked for it in a frame, and goes on, with or without JavaScript', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'dossier', 'framed', 'told');
    const cookie = await browser.cookies.getCookieString(world.issuer);
    const url = logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 's' });
    const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(framesOf({ text })).toEqual([framed(sidOf(tokens))]);
    expect(text).toContain(
      `<noscript><meta http-equiv="refresh" content="3; url=${bye}?state=s"></noscript>`,
    );
    expect(text).toContain(`href="${bye}?state=s"`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain('; frame-src https://framed.example;');
    expect(policy).toMatch(/; script-src 'sha256-[^']+';/);
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('is on the page that stays, too, and on no page of a session that is over already', async () => {
    const browser = world.browser();
    const [tokens] = await logIn(browser, 'framed');
    const url = logoutUrl({ id_token_hint: tokens.id_token });
    expect(framesOf(await browser.open(url))).toEqual([framed(sidOf(tokens))]);
    expect(framesOf(await browser.open(url))).toEqual([]);
  });
});

describe('a session', () => {
  /** Seconds go by: for the service by its clock, for Redis by what its sessions have left. */
  async function pass(seconds: number): Promise<void> {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
    for (const key of await world.redis.keys('psc:oidc:*')) {
      const left = await world.redis.ttl(key);
      if (left > seconds) await world.redis.expire(key, left - seconds);
      else await world.redis.del(key);
    }
  }
  const minutes = 60;

  it('that nobody used for 30 minutes is over, and one that a refresh touched is not', async () => {
    const [used, unused] = [world.browser(), world.browser()];
    let [tokens] = await logIn(used, 'dossier');
    await logIn(unused, 'dossier');
    for (let time = 0; time < 2; time++) {
      await pass(20 * minutes);
      tokens = (await refresh(tokens)).json;
      expect(tokens).toHaveProperty('access_token');
    }
    expect(await isLoggedIn(unused)).toBe(false);
    expect(await isLoggedIn(used)).toBe(true);
    await pass(31 * minutes);
    expect((await refresh(tokens)).json.error).toBe('invalid_grant');
    expect(await isLoggedIn(used)).toBe(false);
  });

  it('is over four hours after its login, however much it is used', async () => {
    const browser = world.browser();
    let [tokens] = await logIn(browser, 'dossier');
    for (let passed = 20; passed < 240; passed += 20) {
      await pass(20 * minutes);
      tokens = (await refresh(tokens)).json;
      expect(tokens).toHaveProperty('access_token');
      expect(await isLoggedIn(browser)).toBe(true);
    }
    await pass(21 * minutes);
    expect((await refresh(tokens)).json.error).toBe('invalid_grant');
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
    expect(await isLoggedIn(browser)).toBe(false);
  });
});

it('while Redis does not answer nobody is told that they are logged out', async () => {
  const own = await openWorld({}, 15);
  const browser = createHttpBrowser();
  const url = `${own.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid',
  })}`;
  const returned = await own.login(browser, url);
  const code = new URL(returned).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const { id_token } = (await own.call(endpoints.token, form)).json;
  own.redis.disconnect();
  const page = await browser.open(
    `${own.issuer}${endpoints.end_session}?${new URLSearchParams({ id_token_hint: id_token })}`,
  );
  expect(page.status).toBe(503);
  expect(page.text).toContain('momentanément indisponible');
  expect(page.text).not.toContain('est fermée');
  await own.close();
});

it('discovery tells of both channels', async () => {
  const answer = await fetch(`${world.issuer}/.well-known/openid-configuration`);
  expect(await answer.json()).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
  });
});
