import {
  type CryptoKey,
  createLocalJWKSet,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

// Before anything is read: the library tells of a body that was read before it once in a process.
const warnings = vi.spyOn(console, 'warn');

let world: World;
let key: CryptoKey;
let otherKey: CryptoKey;
beforeAll(async () => {
  world = await openWorld({}, 6);
  const pairs = [await generateKeyPair('ES256'), await generateKeyPair('ES256')] as const;
  [key, otherKey] = [pairs[0].privateKey, pairs[1].privateKey];
  const keys = [{ ...(await exportJWK(pairs[0].publicKey)), kid: 'of-tests' }];
  await world.saveApplication({ clientId: 'signing', loopbackRedirects: true, keys, requestAlg: 'ES256' });
  await world.saveApplication({ clientId: 'may-sign', loopbackRedirects: true, keys });
  await world.engine.refresh();
});
afterAll(() => world?.close());

const plain = (parameters: Record<string, string> = {}) => ({
  response_type: 'code',
  client_id: 'dossier',
  redirect_uri: callback,
  scope: 'openid scope_all',
  state: 'state-1',
  ...parameters,
});
const urlOf = (parameters: Record<string, string>) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams(parameters)}`;
const authorizationUrl = (parameters: Record<string, string> = {}) => urlOf(plain(parameters));
const answerOf = (url: string) => Object.fromEntries(new URL(url).searchParams);
const redeem = (code: string | undefined, clientId = 'dossier') =>
  world.call(
    endpoints.token,
    { grant_type: 'authorization_code', code: code ?? '', redirect_uri: callback },
    { clientId },
  );
async function logIn(parameters: Record<string, string> = {}, browser = world.browser()) {
  const returned = await world.login(browser, authorizationUrl(parameters));
  return (await redeem(answerOf(returned).code, parameters.client_id)).json;
}
/** Opens the address; answers what came to the callback, without logging anybody in. */
const refusalOf = async (url: string) =>
  answerOf((await world.browser().open(url, { stopAt: callback })).url);

it('an application of development without any address logs in from its own machine', async () => {
  await world.saveApplication({ clientId: 'local', redirectUris: [], loopbackRedirects: true });
  await world.engine.refresh();
  expect((await logIn({ client_id: 'local' })).id_token).toBeDefined();
});

describe('a posted request', () => {
  const endpoint = () => world.issuer + endpoints.authorization;
  const post = (form: Record<string, string>) =>
    fetch(endpoint(), { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

  it('logs in, and nothing of it is in an address', async () => {
    const form = plain({ state: 'é&= "', login_hint: '899700000013', prompt: 'consent' });
    const answer = await post(form);
    expect(answer.status).toBe(303);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(/\?posted=[\w-]{43}$/);
    expect(location.startsWith(`${endpoint()}?`)).toBe(true);

    const browser = world.browser();
    const id = await world.leave(browser, location);
    expect((await world.approvals.find(id))?.request).toMatchObject({
      loginHint: '899700000013',
      returnTo: `${endpoint()}/${id}`,
    });
    // The page is opened again.
    expect(await world.leave(world.browser(), location)).not.toBe(id);
    const returned = await browser.open(await world.approve(id), { stopAt: callback });
    expect(answerOf(returned.url).state).toBe('é&= "');
  });

  it('may be long: a signed one', async () => {
    const answer = await post({ ...plain(), login_hint: 'x'.repeat(7_000) });
    expect(await world.leave(world.browser(), answer.headers.get('location') ?? '')).not.toBe('');
    expect((await post({ ...plain(), login_hint: 'x'.repeat(20_000) })).status).toBe(413);
  });

  it('is refused as any other: signed by nobody where a signature is required, or for another address', async () => {
    const unsigned = await post(plain({ client_id: 'signing' }));
    expect((await refusalOf(unsigned.headers.get('location') ?? '')).error).toBe('invalid_request');
    const request = new UnsecuredJWT(plain({ client_id: 'signing' })).encode();
    const none = await post({ ...plain({ client_id: 'signing' }), request });
    expect((await refusalOf(none.headers.get('location') ?? '')).error).toBe('invalid_request_object');
    const evil = await post(plain({ redirect_uri: 'https://evil.example/' }));
    const page = await world.browser().open(evil.headers.get('location') ?? '');
    expect(page.status).toBe(400);
    expect(page.text).toContain('invalid_redirect_uri');
  });

  it('that was forgotten, or never kept, is a page in French', async () => {
    const location = (await post(plain())).headers.get('location') ?? '';
    for (const key of await world.redis.keys('psc:oidc:PostedRequest:*')) await world.redis.del(key);
    const page = await world.browser().open(location);
    expect(page.status).toBe(400);
    expect(page.text).toContain('Cette demande de connexion n’est plus valable');
  });

  it('is kept sealed, and not for long', async () => {
    const before = await world.redis.keys('psc:oidc:PostedRequest:*');
    const location = (await post(plain({ login_hint: '899700000013' }))).headers.get('location') ?? '';
    const [key = ''] = (await world.redis.keys('psc:oidc:PostedRequest:*')).filter(
      (each) => !before.includes(each),
    );
    expect(key).not.toContain(location.slice(-43));
    expect(await world.redis.get(key)).not.toContain('899700000013');
    expect(await world.redis.ttl(key)).toBeLessThanOrEqual(615);
  });
});

describe('a signed request (RFC 9101)', () => {
  const sign = (claims: Record<string, unknown>, by = key, clientId = 'signing') =>
    new SignJWT({ ...plain({ client_id: clientId }), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'of-tests' })
      .setIssuer(clientId)
      .setAudience(world.issuer)
      .setExpirationTime('1m')
      .sign(by);

  it('says what is asked, whatever the address says besides', async () => {
    const request = await sign({ state: 'signed', nonce: 'n-signed', prompt: 'consent' });
    const url = urlOf({ ...plain({ client_id: 'signing' }), state: 'not-signed', nonce: 'other', request });
    const returned = answerOf(await world.login(world.browser(), url));
    expect(returned.state).toBe('signed');
    const { json: tokens } = await redeem(returned.code, 'signing');
    expect(decodeJwt(tokens.id_token).nonce).toBe('n-signed');
  });

  it('may be pushed, and is then the request', async () => {
    const request = await sign({ state: 'pushed' });
    const pushed = await world.call(
      endpoints.pushed_authorization_request,
      { request },
      { clientId: 'signing' },
    );
    expect(pushed.status).toBe(201);
    const url = urlOf({ client_id: 'signing', request_uri: pushed.json.request_uri });
    expect(answerOf(await world.login(world.browser(), url)).state).toBe('pushed');
  });

  it('is required of an application that declared so', async () => {
    expect(await refusalOf(authorizationUrl({ client_id: 'signing' }))).toMatchObject({
      error: 'invalid_request',
      state: 'state-1',
    });
    const pushed = await world.call(endpoints.pushed_authorization_request, plain({ client_id: 'signing' }), {
      clientId: 'signing',
    });
    expect(pushed.json.error).toBe('invalid_request');
  });

  it('is open to any application that declared its keys, and to no other', async () => {
    const request = await sign({}, key, 'may-sign');
    const page = await world.browser().open(urlOf({ ...plain({ client_id: 'may-sign' }), request }), {
      stopAt: world.walletUrl,
    });
    expect(page.url.startsWith(world.walletUrl)).toBe(true);
    const foreign = await sign({}, key, 'dossier');
    expect((await refusalOf(urlOf({ ...plain(), request: foreign }))).error).toBe('invalid_request_object');
  });

  it('is refused when another key signed it, when nothing did, when it is old or for somebody else', async () => {
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const [, payload] = (await sign({})).split('.');
    const requests = [
      await sign({}, otherKey),
      `${none}.${payload}.`,
      (await sign({})).replace(/\.[^.]+$/, '.AAAA'),
      await new SignJWT(plain({ client_id: 'signing' }))
        .setProtectedHeader({ alg: 'ES256', kid: 'of-tests' })
        .setIssuer('signing')
        .setAudience('https://other.example')
        .setExpirationTime('1m')
        .sign(key),
      await new SignJWT(plain({ client_id: 'signing' }))
        .setProtectedHeader({ alg: 'ES256', kid: 'of-tests' })
        .setIssuer('signing')
        .setAudience(world.issuer)
        .setExpirationTime('1 minute ago')
        .sign(key),
      'x',
    ];
    for (const request of requests) {
      const answer = await refusalOf(urlOf({ ...plain({ client_id: 'signing' }), request }));
      expect(answer).toMatchObject({ error: 'invalid_request_object', state: 'state-1' });
    }
  });

  it('cannot send the answer where the application did not register', async () => {
    const request = await sign({ redirect_uri: 'https://evil.example/' });
    const page = await world
      .browser()
      .open(urlOf({ ...plain({ client_id: 'signing' }), request }), { stopAt: 'https://evil.example' });
    expect(page.status).toBe(400);
    expect(page.text).toContain('invalid_redirect_uri');
  });

  it('by reference is refused: nothing is fetched', async () => {
    const answer = await refusalOf(urlOf({ ...plain(), request_uri: 'https://dossier.example/request.jwt' }));
    expect(answer.error).toBe('request_uri_not_supported');
  });
});

describe('a signed answer (JARM)', () => {
  const verify = async (response: string) => {
    const keys = JSON.parse(await (await fetch(world.issuer + endpoints.jwks)).text());
    return (await jwtVerify(response, createLocalJWKSet(keys), { issuer: world.issuer })).payload;
  };

  it.each([
    ['query.jwt', 'dossier'],
    ['jwt', 'agenda'],
    ['fragment.jwt', 'dossier'],
  ])('%s, for %s', async (response_mode, client_id) => {
    const returned = new URL(
      await world.login(world.browser(), authorizationUrl({ response_mode, client_id })),
    );
    const parameters = new URLSearchParams(returned.search || returned.hash.slice(1));
    expect([...parameters.keys()]).toEqual(['response']);
    expect(returned.hash !== '').toBe(response_mode === 'fragment.jwt');
    const answer = await verify(parameters.get('response') ?? '');
    expect(answer).toMatchObject({
      aud: client_id,
      state: 'state-1',
      session_state: expect.stringMatching(/^[\w-]{36}$/),
      exp: expect.any(Number),
    });
    expect((await redeem(String(answer.code), client_id)).status).toBe(200);
  });

  it('form_post.jwt', async () => {
    const browser = world.browser();
    const back = await world.approve(
      await world.leave(browser, authorizationUrl({ response_mode: 'form_post.jwt' })),
    );
    const page = await browser.open(back, { stopAt: callback });
    const [, response = ''] = /name="response" value="([^"]+)"/.exec(page.text) ?? [];
    expect((await redeem(String((await verify(response)).code))).status).toBe(200);
  });

  it('is also that of an error', async () => {
    const answer = await refusalOf(authorizationUrl({ response_mode: 'query.jwt', prompt: 'none' }));
    expect(await verify(answer.response ?? '')).toMatchObject({
      error: 'login_required',
      state: 'state-1',
    });
  });
});

describe('an answer by form_post', () => {
  it('is a page in French that posts itself, and that a person without JavaScript may send', async () => {
    const browser = world.browser();
    const back = await world.approve(
      await world.leave(browser, authorizationUrl({ response_mode: 'form_post', state: '"><b>é' })),
    );
    const page = await browser.open(back, { stopAt: callback });
    expect(page.status).toBe(200);
    expect(page.text).toContain('<html lang="fr">');
    expect(page.text).toContain('Continuer');
    expect(page.text).not.toContain('JavaScript or');
    expect(page.text).not.toContain('<b>é');
    const fields = [...page.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name]) => name);
    expect(fields.sort()).toEqual(['code', 'iss', 'session_state', 'state']);
    expect(page.text).toContain(`action="${callback}"`);
  });

  it('brings errors as well', async () => {
    const page = await world
      .browser()
      .open(authorizationUrl({ response_mode: 'form_post', prompt: 'none' }), { stopAt: callback });
    expect(page.text).toContain('value="login_required"');
    expect(page.text).toContain('<html lang="fr">');
  });
});

describe('the claims parameter', () => {
  const asking = (claims: unknown, more: Record<string, string> = {}) => ({
    claims: typeof claims === 'string' ? claims : JSON.stringify(claims),
    ...more,
  });

  it('asks claims one by one', async () => {
    const tokens = await logIn(asking({ userinfo: { SubjectRole: null } }, { scope: 'openid' }));
    const { json } = await world.userInfo(tokens.access_token);
    expect(json.SubjectRole).toEqual(['10^1.2.250.1.213.1.1.5.5']);
    expect(json).not.toHaveProperty('SubjectRefPro');
    const { json: without } = await world.userInfo((await logIn({ scope: 'openid' })).access_token);
    expect(without).not.toHaveProperty('SubjectRole');
  });

  it('may require the level that this application has, and is refused at once with another', async () => {
    const level = (values: string[]) => asking({ id_token: { acr: { essential: true, values } } });
    expect(decodeJwt((await logIn(level(['eidas2', 'eidas1']))).id_token).acr).toBe('eidas1');
    expect((await refusalOf(authorizationUrl(level(['eidas3'])))).error).toBe(
      'unmet_authentication_requirements',
    );
  });

  it('may require one professional: another one is told to the application, and not asked again', async () => {
    const sub = `f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${camilleLambda.nationalId}`;
    const who = (value: string) => asking({ id_token: { sub: { value } } });
    expect(decodeJwt((await logIn(who(sub))).id_token).sub).toBe(sub);
    const returned = await world.login(world.browser(), authorizationUrl(who('f:x:899700000099')));
    expect(answerOf(returned)).toMatchObject({ error: 'login_required', state: 'state-1' });
  });

  it.each<[claims: unknown, what: string]>([
    ['{', 'broken JSON'],
    ['[]', 'no object'],
    [{ id_token: { sub: 'x' } }, 'a member that is a string'],
    [{ id_token: { acr: { essential: true, values: 'eidas1' } } }, 'values that are no list'],
    [{ userinfo: { name: { value: 'x'.repeat(5000) } } }, 'too long'],
    [`{"userinfo":{"__proto__":{"x":1},"sub":[]}}`, 'a list'],
  ])('is refused: %j, %s', async (claims, _what) => {
    expect((await refusalOf(authorizationUrl(asking(claims)))).error).toBe('invalid_request');
  });
});

describe('what the engine reads of a form', () => {
  it('is read as if nobody had read it before: nothing but JSON on stderr', async () => {
    const answer = await fetch(world.issuer + endpoints.token, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect((await world.call(endpoints.introspection, { token: 'é' })).json).toEqual({ active: false });
    expect(warnings).not.toHaveBeenCalled();
  });

  it('may come without a length', async () => {
    const basic = Buffer.from('dossier:a-secret-of-the-tests').toString('base64');
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('token='));
        controller.enqueue(Buffer.from('x'));
        controller.close();
      },
    });
    const answer = await fetch(world.issuer + endpoints.introspection, {
      method: 'POST',
      body,
      // Required by fetch for a stream, and unknown to its types.
      ...{ duplex: 'half' },
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(await answer.json()).toEqual({ active: false });
  });
});
