import { createHttpBrowser } from '@psc/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  CALLBACK,
  CAMILLE,
  openWire,
  readJwt,
  SUBJECT,
  sandboxWeb,
  type Tokens,
  type Wire,
} from '../wire.ts';

/**
 * What matters most to whoever was written for Pro Santé Connect, one test for each, in the order of
 * docs/reference/psc-checklist.md. Clients of the field are played beside, one file each.
 */
let wire: Wire;
let tokens: Tokens;
let callback: URL;

beforeAll(async () => {
  wire = openWire();
  ({ tokens, callback } = await wire.logIn());
});

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('Pro Santé Connect, what matters most', () => {
  it('1. is a Keycloak realm below /auth, with a front host of its own', async () => {
    expect(new URL(wire.issuer).pathname).toBe('/auth/realms/esante-wallet');
    expect(new URL(wire.walletUrl).origin).not.toBe(new URL(wire.issuer).origin);
  });

  it('2. has two discovery documents, which differ by the authorization endpoint alone', async () => {
    const standard = await wire.call(`${wire.issuer}/.well-known/openid-configuration`);
    const wallet = await wire.call(`${wire.issuer}/.well-known/wallet-openid-configuration`);
    expect(wallet.json).toEqual({
      ...standard.json,
      authorization_endpoint: `${wire.walletUrl}/auth`,
    });
    expect(standard.json.issuer).toBe(wire.issuer);
  });

  it('3. has the authorization at the wallet, everything else below protocol/openid-connect', async () => {
    const { json } = await wire.call(`${wire.issuer}/.well-known/wallet-openid-configuration`);
    expect(json).toMatchObject({
      authorization_endpoint: `${wire.walletUrl}/auth`,
      token_endpoint: wire.endpoint('token'),
      userinfo_endpoint: wire.endpoint('userinfo'),
      end_session_endpoint: wire.endpoint('logout'),
      introspection_endpoint: wire.endpoint('token/introspect'),
      jwks_uri: wire.endpoint('certs'),
      revocation_endpoint: wire.endpoint('revoke'),
      backchannel_authentication_endpoint: wire.endpoint('ext/ciba/auth'),
      pushed_authorization_request_endpoint: wire.endpoint('ext/par/request'),
      device_authorization_endpoint: wire.endpoint('auth/device'),
      registration_endpoint: `${wire.issuer}/clients-registrations/openid-connect`,
    });
  });

  it.each([
    { acr_values: 'eidas1' },
    { acr_values: 'eidas2' },
    { acr_values: undefined, acr: 'eidas1' },
    { acr_values: undefined },
    { acr_values: 'inconnu' },
  ])('4. takes %j without failing', async (parameters) => {
    const { tokens: given } = await wire.logIn({ parameters });
    expect(readJwt(given.id_token).claims.acr).toBe('eidas1');
  });

  it('5. gives acr eidas1', () => {
    expect(readJwt(tokens.id_token).claims.acr).toBe('eidas1');
    expect(readJwt(tokens.access_token).claims.acr).toBe('eidas1');
  });

  it('6. signs with RS256 and a kid of 43 characters, found in the key set', async () => {
    for (const token of [tokens.id_token, tokens.access_token]) {
      expect(readJwt(token).header).toEqual({
        alg: 'RS256',
        typ: 'JWT',
        kid: expect.stringMatching(/^[\w-]{43}$/),
      });
    }
    const keys = createRemoteJWKSet(new URL(wire.endpoint('certs')));
    const verified = await jwtVerify(tokens.id_token, keys, {
      issuer: wire.issuer,
      audience: sandboxWeb.clientId,
    });
    expect(verified.payload.sub).toBe(SUBJECT);
  });

  it('7. gives tokens of 120 s and a refresh token of 30 min', () => {
    for (const token of [tokens.id_token, tokens.access_token]) {
      const { exp = 0, iat = 0 } = readJwt(token).claims;
      expect(exp - iat).toBe(120);
    }
    const { exp = 0, iat = 0 } = readJwt(tokens.refresh_token).claims;
    expect(exp - iat).toBe(1800);
    expect(tokens).toMatchObject({ expires_in: 120, refresh_expires_in: 1800 });
  });

  it('8. names the subject f:<store>:<national identifier>', async () => {
    const userInfo = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect([readJwt(tokens.id_token).claims.sub, userInfo.json.sub]).toEqual([SUBJECT, SUBJECT]);
  });

  it.each([
    ['an RPPS', /^8\d{11}$/],
    ['a member of an establishment', /^3[^/]+\/CPET/],
    ['a PSI account', UUID],
  ])('9. logs in who has the identifier of %s', async (_what, shape) => {
    const { body } = await wire.sandbox.call('GET', '/professionals');
    const people = body as { nationalId: string; status: string; ecps: { active: boolean } }[];
    const person = people.find(
      ({ nationalId, ecps, status }) => shape.test(nationalId) && ecps.active && status === 'active',
    );
    expect(person).toBeDefined();
    const nationalId = person?.nationalId ?? '';
    const { tokens: given } = await wire.logIn({ nationalId });
    expect(readJwt(given.id_token).claims).toMatchObject({ SubjectNameID: nationalId });
  });

  it('10. repeats the national identifier in SubjectNameID and preferred_username; no e-mail, no name', async () => {
    const { json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    for (const claims of [readJwt(tokens.id_token).claims, json]) {
      expect(claims).toMatchObject({ SubjectNameID: CAMILLE, preferred_username: CAMILLE });
      expect(Object.keys(claims)).not.toContain('email');
      expect(Object.keys(claims)).not.toContain('name');
    }
  });

  it('11. answers UserInfo in plain JSON, to GET and to POST', async () => {
    const got = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    const posted = await wire.call(wire.endpoint('userinfo'), {
      method: 'POST',
      ...bearer(tokens.access_token),
    });
    expect(got.headers.get('content-type')).toMatch(/^application\/json(;|$)/);
    expect(posted.json).toEqual(got.json);
  });

  it('12. says "" where the register says nothing, never null; lists are always there', async () => {
    const { json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(JSON.stringify(json)).not.toContain('null');
    const [exercice] = json.SubjectRefPro.exercices;
    expect(Object.keys(exercice.activities[0])).toHaveLength(30);
    expect(exercice.activities[0].codeRole).toBe('');
    const { tokens: bare } = await wire.logIn({ nationalId: '899700000112' });
    const { json: without } = await wire.call(wire.endpoint('userinfo'), bearer(bare.access_token));
    expect(without.SubjectRefPro.exercices[0].activities).toEqual([]);
    expect(without.Secteur_Activite).toBe('');
  });

  it('13. tells the means by authMode', async () => {
    const userInfo = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    const introspected = await wire.post('token/introspect', { token: tokens.access_token }, sandboxWeb);
    const everywhere = [
      readJwt(tokens.id_token).claims,
      readJwt(tokens.access_token).claims,
      userInfo.json,
      introspected.json,
    ];
    expect(everywhere.map(({ authMode }) => authMode)).toEqual(['MOBILE', 'MOBILE', 'MOBILE', 'MOBILE']);
    for (const claims of everywhere) expect(claims).not.toHaveProperty('auth_mode');
  });

  it('14. gives the constants of the VIHF as strings', async () => {
    const { json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(json).toMatchObject({
      Acces_Regulation_Medicale: 'FAUX',
      UITVersion: '1.0',
      Mode_Acces_Raison: '',
      PSI_Locale: '1.2.250.1.213.1.3.1.1',
      Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
    });
  });

  it('15. gives the roles as a list of code^OID', async () => {
    const { json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(json.SubjectRole).toEqual(['10^1.2.250.1.213.1.1.5.5']);
    expect(json.Secteur_Activite).toBe('SA07^1.2.250.1.71.4.2.4');
  });

  it('16. has a string for audience in the ID token, none in the access token', () => {
    expect(readJwt(tokens.id_token).claims.aud).toBe('sandbox-web');
    expect(readJwt(tokens.access_token).claims).not.toHaveProperty('aud');
  });

  it('17. gives three JWTs with the claims that clients read without asking whether they are there', () => {
    for (const [token, typ] of [
      [tokens.id_token, 'ID'],
      [tokens.access_token, 'Bearer'],
      [tokens.refresh_token, 'Refresh'],
    ] as const) {
      const { claims } = readJwt(token);
      expect(claims).toMatchObject({
        exp: expect.any(Number),
        iat: expect.any(Number),
        jti: expect.any(String),
        iss: wire.issuer,
        sub: SUBJECT,
        typ,
        azp: 'sandbox-web',
        nonce: 'nonce-du-test',
        session_state: expect.stringMatching(UUID),
        sid: claims.session_state,
      });
    }
  });

  it('18. answers the token request with all that Keycloak answers', () => {
    expect(tokens).toEqual({
      access_token: expect.any(String),
      expires_in: 120,
      refresh_expires_in: 1800,
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      id_token: expect.any(String),
      'not-before-policy': 0,
      session_state: readJwt(tokens.id_token).claims.sid,
      scope: 'openid scope_all',
    });
    expect(callback.searchParams.get('session_state')).toBe(tokens.session_state);
    expect(callback.searchParams.get('iss')).toBe(wire.issuer);
  });

  it('19. takes the secret in the body and in the header', async () => {
    const { clientId: client_id, clientSecret: client_secret } = sandboxWeb;
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const inBody = await wire.post('token', { ...form, client_id, client_secret });
    expect(inBody.status).toBe(200);
    const inHeader = await wire.post(
      'token',
      { ...form, refresh_token: inBody.json.refresh_token },
      sandboxWeb,
    );
    expect(inHeader.status).toBe(200);
    tokens = inHeader.json;
    const { json } = await wire.call(`${wire.issuer}/.well-known/openid-configuration`);
    expect(json.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining([
        'private_key_jwt',
        'client_secret_basic',
        'client_secret_post',
        'tls_client_auth',
        'client_secret_jwt',
      ]),
    );
  });

  it('20. lets no page of another origin read its answers', async () => {
    const headers = { origin: 'https://application.example' };
    for (const url of [
      `${wire.issuer}/.well-known/openid-configuration`,
      wire.endpoint('certs'),
      wire.endpoint('token'),
      wire.endpoint('userinfo'),
    ]) {
      const { headers: given } = await wire.call(url, { headers });
      expect(given.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('21. answers CIBA by poll, with two digits and a channel', async () => {
    const ciba = { clientId: 'sandbox-ciba', clientSecret: 'sandbox-secret' };
    const asked = await wire.post(
      'ext/ciba/auth',
      {
        scope: 'openid scope_all',
        acr_values: 'eidas1',
        login_hint: '899700000021',
        binding_message: '42',
        channel: 'MOBILE',
      },
      ciba,
    );
    expect(asked.json).toEqual({
      auth_req_id: expect.any(String),
      expires_in: 120,
      interval: expect.any(Number),
    });
    const polled = await wire.post(
      'token',
      { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: asked.json.auth_req_id },
      ciba,
    );
    expect(polled.status).toBe(400);
    expect(polled.json).toEqual({
      error: 'authorization_pending',
      error_description:
        "The authorization request is still pending as the end-user hasn't yet been authenticated.",
    });
  });

  it('22. asks how to log in: by the e-CPS application', async () => {
    const page = await createHttpBrowser().open(wire.authorizationUrl(), { stopAt: CALLBACK });
    expect(page.url.startsWith(wire.walletUrl)).toBe(true);
    expect(page.text).toContain('Connectez-vous');
    expect(page.text).toContain('Application e-CPS');
  });

  it('23. takes kc_idp_hint, and goes on when it does not know it', async () => {
    const { callback: back } = await wire.authorize({ parameters: { kc_idp_hint: 'un-etablissement' } });
    expect(back.searchParams.get('code')).not.toBeNull();
  });

  it('24. introspects with the secret in the header; what is dead is only inactive', async () => {
    const { json } = await wire.post('token/introspect', { token: tokens.access_token }, sandboxWeb);
    expect(json).toMatchObject({
      active: true,
      client_id: 'sandbox-web',
      username: CAMILLE,
      SubjectNameID: CAMILLE,
      typ: 'Bearer',
      otherIds: [{ identifiant: CAMILLE, origine: 'RPPS', qualite: 1 }],
    });
    const refresh = await wire.post('token/introspect', { token: tokens.refresh_token }, sandboxWeb);
    expect(refresh.json).toMatchObject({ active: true, typ: 'Refresh' });
    expect(refresh.json).not.toHaveProperty('SubjectNameID');
    const dead = await wire.post('token/introspect', { token: `${tokens.access_token}x` }, sandboxWeb);
    expect([dead.status, dead.json]).toEqual([200, { active: false }]);
  });

  it('25. logs out at once with an ID token, back to the application or to a page that says so', async () => {
    const { tokens: first, browser } = await wire.logIn();
    const leaving = new URLSearchParams({
      id_token_hint: first.id_token,
      post_logout_redirect_uri: 'http://127.0.0.1:9/bye',
      state: 'adieu',
    });
    const left = await browser.open(`${wire.endpoint('logout')}?${leaving}`, {
      stopAt: 'http://127.0.0.1:9/bye',
    });
    expect(left.url).toBe('http://127.0.0.1:9/bye?state=adieu');
    const after = await wire.call(wire.endpoint('userinfo'), bearer(first.access_token));
    expect(after.status).toBe(401);

    const { tokens: second } = await wire.logIn();
    const page = await wire.call(
      `${wire.endpoint('logout')}?${new URLSearchParams({ id_token_hint: second.id_token })}`,
    );
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/session (est )?fermée/i);
  });
});
