import { grantTypes } from '@psc/contracts';
import { createSeal } from '@psc/datastores';
import { type Endpoint, fuzz } from '@psc/testing/fuzz';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { digestOfToken, inventSecret } from '#src/registration.ts';
import { cibaApplication } from '#src/testing/applications.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';
import { portalUrlOf } from './portal.ts';

let world: World;
beforeAll(async () => {
  // Whoever sends nonsense is soon refused without a look: here each of them is looked at.
  const most = 1_000_000;
  world = await openWorld(
    { CLIENT_FAILURES: 10_000, CLIENT_FAILURES_PER_ADDRESS: 100_000, LOGINS_PER_ADDRESS_PER_MINUTE: most },
    10,
  );
});
afterAll(() => world?.close());

const basic = (clientId: string) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:a-secret-of-the-tests`).toString('base64')}`,
});

/** As an operator gives out. */
async function registrationToken(): Promise<string> {
  const token = inventSecret();
  const name = `token-${token.slice(0, 8)}`;
  const given = { name, digest: digestOfToken(token), most: 1_000, expiresAt: Date.now() + 600_000 };
  const applications = createPostgresApplications(world.postgres, createSeal(world.sealKeys));
  await applications.change((changing) =>
    changing.addRegistrationToken(given, { operator: 'the tests', at: Date.now(), reason: '' }),
  );
  return token;
}

it('answers whatever anybody sends, and never by an error of ours', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'of-tests' }];
  const saved = cibaApplication({
    clientId: 'tout',
    loopbackRedirects: true,
    grants: Object.values(grantTypes),
    keys,
  });
  await world.saveApplication(saved);
  await world.engine.refresh();

  const authorization = {
    response_type: 'code',
    client_id: 'tout',
    redirect_uri: callback,
    scope: 'openid scope_all',
    state: 's',
    nonce: 'n',
  };
  const address = world.issuer + endpoints.authorization;
  const browser = world.browser();
  const code = async () => {
    const returned = await world.login(browser, `${address}?${new URLSearchParams(authorization)}`);
    return new URL(returned).searchParams.get('code') ?? '';
  };
  const form = { grant_type: 'authorization_code', code: await code(), redirect_uri: callback };
  const { json: tokens } = await world.call(endpoints.token, form, { clientId: 'tout' });
  const { json: device } = await world.call(
    endpoints.device_authorization,
    { scope: 'openid' },
    { clientId: 'tout' },
  );
  const { json: pushed } = await world.call(endpoints.pushed_authorization_request, authorization, {
    clientId: 'tout',
  });
  const signed = await new SignJWT(authorization)
    .setProtectedHeader({ alg: 'ES256', kid: 'of-tests' })
    .setIssuer('tout')
    .setAudience(world.issuer)
    .setExpirationTime('1h')
    .sign(privateKey);
  const interaction = await world.leave(
    browser,
    `${address}?${new URLSearchParams({ ...authorization, prompt: 'login' })}`,
  );
  const deviceCookie = await browser.cookies.getCookieString(world.issuer + endpoints.code_verification);
  const resumeCookie = await browser.cookies.getCookieString(`${address}/${interaction}`);

  const prefix = new URL(world.issuer).pathname;
  const portal = portalUrlOf(world.issuer).slice(world.issuer.length);
  const get = (path: string, good: Endpoint['good'] = {}, headers = {}): Endpoint => ({
    method: 'GET',
    path: prefix + path,
    as: 'query',
    good,
    headers,
  });
  const post = (
    path: string,
    good: Endpoint['good'] = {},
    headers: Endpoint['headers'] = basic('tout'),
  ): Endpoint => ({
    method: 'POST',
    path: prefix + path,
    as: 'form',
    good,
    headers,
  });
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const logout = { id_token_hint: tokens.id_token, post_logout_redirect_uri: callback, state: 's' };
  const ciba = {
    scope: 'openid scope_all',
    login_hint: '899700000013',
    binding_message: '42',
    acr_values: 'eidas1',
    channel: 'MOBILE',
  };
  const registered = { client_name: 'Cabinet', redirect_uris: '["https://cabinet.example/callback"]' };
  const made = await fetch(world.issuer + endpoints.registration, {
    method: 'POST',
    headers: { authorization: `Bearer ${await registrationToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...registered, redirect_uris: ['https://cabinet.example/callback'] }),
  });
  const own = (await made.json()) as Record<string, string>;
  const ownRegistration = `${endpoints.registration}/${own.client_id}`;
  const ownToken = { authorization: `Bearer ${own.registration_access_token}` };
  const surface: readonly Endpoint[] = [
    get(endpoints.authorization, authorization),
    get(endpoints.authorization, { ...authorization, prompt: 'none' }, { cookie: resumeCookie }),
    get(endpoints.authorization, { client_id: 'tout', request: signed }),
    get(endpoints.authorization, { client_id: 'tout', request_uri: pushed.request_uri }),
    get(endpoints.authorization, { ...authorization, claims: '{"id_token":{"acr":{"essential":true}}}' }),
    get(endpoints.authorization, { posted: 'x'.repeat(43) }),
    post(endpoints.authorization, authorization, {}),
    get(`${endpoints.authorization}/${interaction}`, { code: 'x' }, { cookie: resumeCookie }),
    get(`${endpoints.authorization}/x`, { cancel: '1' }),
    post(endpoints.pushed_authorization_request, authorization),
    post(endpoints.pushed_authorization_request, { request: signed }),
    post(endpoints.token, form),
    post(endpoints.token, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      scope: 'openid',
    }),
    post(endpoints.token, { grant_type: 'client_credentials', scope: 'rpps' }),
    post(endpoints.token, { grant_type: grantTypes.device, device_code: device.device_code }),
    post(endpoints.token, { grant_type: grantTypes.ciba, auth_req_id: 'x' }),
    post(endpoints.token, { ...form, client_id: 'tout', client_secret: 'a-secret-of-the-tests' }, {}),
    post(endpoints.token, { ...form, client_assertion: signed, client_assertion_type: 'x' }, {}),
    get(endpoints.userinfo, {}, bearer),
    post(endpoints.userinfo, { access_token: tokens.access_token }, {}),
    post(endpoints.introspection, { token: tokens.access_token, token_type_hint: 'access_token' }),
    post(endpoints.revocation, { token: 'x', token_type_hint: 'refresh_token' }),
    post(endpoints.backchannel_authentication, ciba),
    post(endpoints.device_authorization, { client_id: 'tout', scope: 'openid' }),
    get(endpoints.code_verification, { user_code: device.user_code }),
    post(
      endpoints.code_verification,
      { xsrf: 'x', user_code: device.user_code, confirm: 'yes' },
      { cookie: deviceCookie },
    ),
    get(`${endpoints.code_verification}/${interaction}`, { code: 'x' }, { cookie: resumeCookie }),
    get(endpoints.end_session, logout, { cookie: deviceCookie }),
    post(endpoints.end_session, logout, {}),
    post(`${endpoints.end_session}/confirm`, { xsrf: 'x', logout: 'yes' }, { cookie: deviceCookie }),
    get(`${endpoints.end_session}/success`, { client_id: 'tout' }),
    post(`${endpoints.end_session}/logout-confirm`, { token: 'x' }, { cookie: deviceCookie }),
    get(portal, {}, { cookie: deviceCookie }),
    post(`${portal}/close`, { token: 'x', session: 'x' }, { cookie: deviceCookie }),
    post(
      `${portal}/close-all`,
      { token: 'x' },
      { cookie: deviceCookie, origin: new URL(world.issuer).origin },
    ),
    get(endpoints.jwks),
    get('/.well-known/openid-configuration'),
    get('/.well-known/wallet-openid-configuration'),
    {
      ...post(endpoints.registration, registered, { authorization: `Bearer ${await registrationToken()}` }),
      as: 'json',
    },
    {
      ...post(ownRegistration, { ...registered, client_id: String(own.client_id) }, ownToken),
      as: 'json',
      method: 'PUT',
    },
    get(ownRegistration, {}, ownToken),
    { ...get(`${endpoints.registration}/x`, {}, ownToken), method: 'DELETE' },
    { ...get(''), path: `/.well-known/oauth-authorization-server${prefix}` },
    { ...get(''), path: '/' },
  ];
  const statuses = await fuzz({
    origin: new URL(world.issuer).origin,
    endpoints: surface,
    names: [...new Set(surface.flatMap(({ good }) => Object.keys(good))), ...others],
    values: [
      ...surface.flatMap(({ good }) => Object.values(good)),
      new UnsecuredJWT(authorization).encode(),
      'dossier',
      'mobile',
      'none',
      'login consent',
      'S256',
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      'form_post',
      'query.jwt',
      'web_message',
      'id_token token',
      '10',
      '{"id_token":{"sub":"x"}}',
      '{"userinfo":{"sub":{"value":1}},"id_token":{"sub":{"value":["x"]},"acr":{"essential":true,"values":"x"}}}',
    ],
    headers: [
      basic('dossier'),
      bearer,
      { authorization: 'Basic x' },
      { authorization: 'Basic ' },
      { authorization: `Basic ${Buffer.from('%:%').toString('base64')}` },
      { authorization: 'Bearer é\u0000' },
      { cookie: 'psc_session=x; psc_session.sig=x; psc_resume=x; psc_resume.sig=x' },
      { cookie: deviceCookie },
      { origin: 'null' },
      { accept: 'text/html' },
      { accept: 'x/y;q=a' },
      { 'content-encoding': 'gzip' },
      { expect: '100-continue' },
      { 'x-forwarded-host': 'evil.example', forwarded: 'host=' },
    ],
  });
  // What was sent got beyond the door: pages were shown, logins begun, requests kept, callers known and unknown.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 303, 400, 401, 403, 404]));
  expect((await redeemAnother()).status).toBe(200);

  /** And a login still works. */
  async function redeemAnother() {
    const again = { grant_type: 'authorization_code', code: await code(), redirect_uri: callback };
    return world.call(endpoints.token, again, { clientId: 'tout' });
  }
}, 60_000);

const others = [
  'acr_values',
  'claims',
  'claims_locales',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'client_notification_token',
  'display',
  'dpop_jkt',
  'id_token_hint',
  'kc_idp_hint',
  'login_hint_token',
  'max_age',
  'registration',
  'requested_expiry',
  'resource',
  'response_mode',
  'ui_locales',
  'abort',
];
