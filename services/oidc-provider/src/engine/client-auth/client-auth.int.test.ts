import { createPublicKey, generateKeyPairSync, hash, randomUUID, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { grantTypes } from '@psc/contracts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createAuthority, type Issued, type Profile } from '@psc/test-pki';
import { callByWire, createCertificateFetch, createRelyingParty, type WireCall } from '@psc/testing';
import { base64url, decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Application, PublicKey } from '#src/domain/application.ts';
import { endpoints } from '#src/engine/endpoints.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { claimedClientId } from './credentials.ts';

const SECRET = 'a-secret-of-32-characters-or-more';
const subject: Profile['subject'] = [
  { C: 'FR' },
  { O: 'CABINET, LAMBDA' },
  { OU: '499700000013005' },
  { CN: 'dossier.example' },
];
const subjectDn = 'CN=dossier.example,OU=499700000013005,O=CABINET\\, LAMBDA,C=FR';

const root = createAuthority({ subject: [{ CN: 'Racine' }] });
const authority = root.issueAuthority({ subject: [{ CN: 'Organisations' }] });
const stranger = createAuthority({ subject: [{ CN: 'Organisations' }] });
const profile: Profile = { subject, usages: ['clientAuth'] };
const certificate = authority.issue(profile);
const renewed = authority.issue({ ...profile, key: 'RSA' });
const selfSigned = createAuthority({ subject: [{ CN: 'seul' }] });

const [rsa, ec, unregistered] = await Promise.all([
  generateKeyPair('RS256', { extractable: true }),
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('ES256', { extractable: true }),
]);
const rsaJwk: PublicKey = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' };
const ecJwk: PublicKey = { ...(await exportJWK(ec.publicKey)), kid: 'ec' };

let world: World;
let mtlsUrl: string;

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  const server = root.issue({ subject: [{ CN: 'localhost' }], names: ['localhost'] });
  mtlsUrl = `https://localhost:${port}`;
  world = await openWorld(
    {
      TRUSTED_PROXIES: ['127.0.0.1'],
      CLIENT_CERTIFICATE_HEADER: 'Client-Cert',
      CLIENT_CERTIFICATE_CA: [new X509Certificate(authority.certificate)],
      MTLS_PORT: port,
      MTLS_CERTIFICATE: [new X509Certificate(server.certificate)],
      MTLS_KEY: server.key,
      MTLS_URL: mtlsUrl,
    },
    10,
  );
  const grants = [grantTypes.code, grantTypes.refresh, grantTypes.clientCredentials, grantTypes.ciba];
  const ciba = { channels: ['MOBILE'], delivery: 'poll', notificationUrl: '', requestAlg: '' } as const;
  const save = (change: Partial<Application> & { clientId: string }) =>
    world.saveApplication({ grants, ciba, loopbackRedirects: true, secret: '', ...change });
  await save({ clientId: 'by-basic', authentication: 'client_secret_basic', secret: SECRET });
  await save({ clientId: 'by-post', authentication: 'client_secret_post', secret: SECRET });
  await save({ clientId: 'by-hmac', authentication: 'client_secret_jwt', secret: SECRET });
  await save({ clientId: 'by-key', authentication: 'private_key_jwt', keys: [rsaJwk, ecJwk] });
  await save({
    clientId: 'by-certificate',
    authentication: 'tls_client_auth',
    certificateSubject: subjectDn,
    certificateBoundTokens: true,
  });
  await save({
    clientId: 'by-own-certificate',
    authentication: 'self_signed_tls_client_auth',
    keys: [keyOf(selfSigned)],
  });
  await save({
    clientId: 'suspended',
    authentication: 'client_secret_post',
    secret: SECRET,
    status: 'suspended',
  });
  await world.engine.refresh();
});
afterAll(() => world?.close());

function keyOf({ certificate: pem }: Issued): PublicKey {
  const x509 = new X509Certificate(pem);
  return { ...x509.publicKey.export({ format: 'jwk' }), x5c: [x509.raw.toString('base64')] };
}

/** Calls below the issuer: in plain HTTP as a proxy does, or over TLS with a certificate. */
const call = (path: string, { tls = false, ...options }: WireCall & { tls?: boolean }) =>
  callByWire((tls ? mtlsUrl + new URL(world.issuer).pathname : world.issuer) + path, {
    ca: root.certificate,
    from: '127.0.0.1',
    ...options,
  });

type Credentials = Pick<WireCall, 'headers' | 'certificate'> & {
  readonly form: Readonly<Record<string, string>>;
  readonly tls?: boolean;
};

const token = ({ form, ...credentials }: Credentials) =>
  call(endpoints.token, { ...credentials, form: { grant_type: 'client_credentials', ...form } });
const basic = (clientId: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
});
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const now = () => Math.floor(Date.now() / 1000);

interface Signing {
  readonly alg: string;
  readonly key: Parameters<SignJWT['sign']>[0];
  readonly kid?: string;
}

type Claims = Readonly<Record<string, unknown>>;

const claimsOf = (clientId: string): Claims => ({
  iss: clientId,
  sub: clientId,
  aud: world.issuer,
  jti: randomUUID(),
  iat: now(),
  exp: now() + 60,
});

function sign(claims: Claims, { alg, key, kid }: Signing): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).sign(key);
}

const pss = await importJWK(await exportJWK(rsa.privateKey), 'PS256');
const byEc = (): Signing => ({ alg: 'ES256', key: ec.privateKey, kid: 'ec' });
const asserted = (client_assertion: string) => ({
  form: { client_assertion, client_assertion_type: assertionType },
});
const assertion = async (change: Claims = {}, signing = byEc()) =>
  asserted(await sign({ ...claimsOf('by-key'), ...change }, signing));
const escaped = (pem: string) => encodeURIComponent(pem);

/** Every way of proving who one is, and what it takes. */
const ways: Readonly<Record<string, () => Promise<Credentials>>> = {
  'the secret in the header': async () => ({ form: {}, headers: basic('by-basic', SECRET) }),
  'the secret in the body': async () => ({ form: { client_id: 'by-post', client_secret: SECRET } }),
  'the secret in the header, though declared otherwise': async () => ({
    form: {},
    headers: basic('by-post', SECRET),
  }),
  'the secret in the body, though declared otherwise': async () => ({
    form: { client_id: 'by-basic', client_secret: SECRET },
  }),
  'the secret in both, as Keycloak accepts it': async () => ({
    form: { client_id: 'by-basic', client_secret: SECRET },
    headers: basic('by-basic', SECRET),
  }),
  'the secret in the body, beside a header of something else': async () => ({
    form: { client_id: 'by-basic', client_secret: SECRET },
    headers: { authorization: 'Bearer x' },
  }),
  'an HS256 assertion': async () =>
    asserted(await sign(claimsOf('by-hmac'), { alg: 'HS256', key: Buffer.from(SECRET) })),
  'an RS256 assertion': () => assertion({}, { alg: 'RS256', key: rsa.privateKey }),
  'a PS256 assertion': () => assertion({}, { alg: 'PS256', key: pss, kid: 'rsa' }),
  'an ES256 assertion': () => assertion(),
  'an assertion for the token endpoint': () => assertion({ aud: world.issuer + endpoints.token }),
  'an assertion for the token endpoint, shown over TLS': async () => ({
    ...(await assertion({ aud: world.issuer + endpoints.token })),
    tls: true,
  }),
  'an assertion for the token endpoint over TLS': async () => ({
    ...(await assertion({ aud: mtlsUrl + new URL(world.issuer).pathname + endpoints.token })),
    tls: true,
  }),
  'an assertion without iat': () => assertion({ iat: undefined }),
  'a certificate over TLS': async () => ({ form: { client_id: 'by-certificate' }, certificate, tls: true }),
  'a certificate in the header of a trusted proxy': async () => ({
    form: { client_id: 'by-certificate' },
    headers: { 'client-cert': escaped(certificate.certificate) },
  }),
  'its own certificate': async () => ({
    form: { client_id: 'by-own-certificate' },
    certificate: selfSigned,
    tls: true,
  }),
};

/** Every place where one must, and the answer to who did. */
const places: Readonly<
  Record<string, readonly [path: string, form: Record<string, string>, answer: object]>
> = {
  token: [endpoints.token, { grant_type: 'client_credentials' }, { access_token: expect.any(String) }],
  introspection: [endpoints.introspection, { token: 'x' }, { active: false }],
  revocation: [endpoints.revocation, { token: 'x' }, {}],
  'pushed requests': [
    endpoints.pushed_authorization_request,
    { response_type: 'code', redirect_uri: callback, scope: 'openid', client_id: '' },
    { request_uri: expect.any(String) },
  ],
  CIBA: [
    endpoints.backchannel_authentication,
    {
      scope: 'openid scope_all',
      login_hint: '899700000013',
      binding_message: '42',
      acr_values: 'eidas1',
      channel: 'MOBILE',
    },
    { auth_req_id: expect.any(String) },
  ],
};

describe.each(Object.entries(ways))('an application proves who it is by %s', (_how, prove) => {
  it.each(Object.entries(places))('at %s', async (_where, [path, asked, answer]) => {
    const { form, ...credentials } = await prove();
    // A pushed request names its application, however that proves who it is (RFC 9126 §2.1).
    const named =
      'client_id' in asked
        ? { client_id: claimedClientId(credentials.headers ?? {}, String(new URLSearchParams(form))) }
        : {};
    const given = await call(path, { ...credentials, form: { ...asked, ...form, ...named } });
    expect(given.json ?? {}).toMatchObject(answer);
    expect(given.status).toBeLessThan(300);
  });
});

/** What proves nothing, and what the developer is told. */
const failures: Readonly<Record<string, readonly [() => Promise<Credentials>, RegExp]>> = {
  'a wrong secret': [
    async () => ({ form: { client_id: 'by-post', client_secret: 'another' } }),
    /^Invalid client or Invalid client credentials$/,
  ],
  'a wrong secret in the header': [
    async () => ({ form: {}, headers: basic('by-basic', 'another') }),
    /^Invalid client or Invalid client credentials$/,
  ],
  'an application that nobody knows, in the same words': [
    async () => ({ form: { client_id: 'nobody', client_secret: SECRET } }),
    /^Invalid client or Invalid client credentials$/,
  ],
  'an application that is suspended, in the same words': [
    async () => ({ form: { client_id: 'suspended', client_secret: SECRET } }),
    /^Invalid client or Invalid client credentials$/,
  ],
  nothing: [async () => ({ form: {} }), /^no client authentication/],
  'its name alone': [
    async () => ({ form: { client_id: 'by-post' } }),
    /must authenticate by client_secret_basic or/,
  ],
  'a secret, when it is declared with a key': [
    async () => ({ form: { client_id: 'by-key', client_secret: SECRET } }),
    /^this client must authenticate by private_key_jwt$/,
  ],
  'its secret, when it must sign with it': [
    async () => ({ form: { client_id: 'by-hmac', client_secret: SECRET } }),
    /^this client must authenticate by client_secret_jwt$/,
  ],
  'an assertion of another key': [
    () => assertion({}, { ...byEc(), key: unregistered.privateKey }),
    /signature verification failed/,
  ],
  'an assertion of a key with another name': [
    () => assertion({}, { ...byEc(), kid: 'x' }),
    /no applicable key/,
  ],
  'an assertion for somebody else': [
    () => assertion({ aud: 'https://auth.example/' }),
    /^audience \(aud\) must/,
  ],
  'an assertion for several others': [() => assertion({ aud: ['https://a.example'] }), /^list of audience/],
  'an assertion for nobody': [() => assertion({ aud: undefined }), /^aud \(JWT audience\) must/],
  'an expired assertion': [() => assertion({ iat: now() - 120, exp: now() - 60 }), /jwt expired/],
  'an assertion without an end': [() => assertion({ exp: undefined }), /^expiration must/],
  'an assertion without a name': [() => assertion({ jti: undefined }), /^unique jti/],
  'an assertion of another issuer': [() => assertion({ iss: 'by-hmac' }), /^iss \(JWT issuer\) must be/],
  'an assertion that speaks of nobody': [() => assertion({ sub: undefined }), /^sub \(JWT subject\) must/],
  'an assertion of long ago': [() => assertion({ iat: now() - 330 }), /issued more than 300 seconds ago/],
  'an assertion of the future': [
    () => assertion({ iat: now() + 60, exp: now() + 120 }),
    /iat is in the future/,
  ],
  'an assertion that lives for a year': [
    () => assertion({ iat: undefined, exp: now() + 31_536_000 }),
    /exp must be within 300 seconds/,
  ],
  'an assertion of a date that is none': [() => assertion({ iat: 'x' }), /iat/],
  'an unsigned assertion': [
    async () =>
      asserted(
        `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify(claimsOf('by-key')))}.`,
      ),
    /^alg mismatch$/,
  ],
  'an HS256 assertion whose secret is the public key': [
    async () => {
      const pem = createPublicKey({ key: { ...rsaJwk }, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem',
      });
      return assertion({}, { alg: 'HS256', key: Buffer.from(pem), kid: 'rsa' });
    },
    /^alg mismatch$/,
  ],
  'an ES256 assertion, when it must sign with its secret': [
    async () => asserted(await sign(claimsOf('by-hmac'), byEc())),
    /^alg mismatch$/,
  ],
  'no certificate': [async () => ({ form: { client_id: 'by-certificate' }, tls: true }), /was not provided$/],
  'an expired certificate': [
    async () => mutualTls(authority.issue({ ...profile, validUntil: new Date(Date.now() - 1000) })),
    /has expired$/,
  ],
  'a certificate of tomorrow': [
    async () => mutualTls(authority.issue({ ...profile, validFrom: new Date(Date.now() + 86_400_000) })),
    /is not yet valid$/,
  ],
  'a certificate of another authority': [
    async () => mutualTls(stranger.issue(profile)),
    /was not issued by an authority that is trusted here$/,
  ],
  'a certificate that signed itself': [
    async () => mutualTls(createAuthority(profile)),
    /was not issued by an authority that is trusted here$/,
  ],
  'a certificate for servers': [
    async () => mutualTls(authority.issue({ ...profile, usages: ['serverAuth'] })),
    /is not for TLS client authentication/,
  ],
  'a certificate of somebody else': [
    async () =>
      mutualTls(authority.issue({ ...profile, subject: [...subject.slice(0, 3), { CN: 'agenda' }] })),
    /^the subject of the client certificate is not the registered/,
  ],
  'a certificate whose subject is in another order': [
    async () => mutualTls(authority.issue({ ...profile, subject: subject.toReversed() })),
    /^the subject of the client certificate is not the registered/,
  ],
  'a certificate whose comma is no part of the name': [
    async () =>
      mutualTls(
        authority.issue({
          ...profile,
          subject: [{ C: 'FR' }, { L: 'LAMBDA' }, { O: 'CABINET' }, ...subject.slice(2)],
        }),
      ),
    /^the subject of the client certificate is not the registered/,
  ],
  'the certificate of nobody, when its own is registered': [
    async () => ({ form: { client_id: 'by-own-certificate' }, certificate, tls: true }),
    /^unregistered client certificate provided$/,
  ],
  'a certificate in a header that is none': [
    async () => ({ form: { client_id: 'by-certificate' }, headers: { 'client-cert': subjectDn } }),
    /was not provided$/,
  ],
  'its subject in the header of a proxy that is not trusted': [
    async () => ({
      form: { client_id: 'by-certificate' },
      headers: { 'client-cert': escaped(certificate.certificate) },
      from: '127.0.0.9',
    }),
    /was not provided$/,
  ],
  'a header over TLS': [
    async () => ({
      form: { client_id: 'by-certificate' },
      headers: { 'client-cert': escaped(certificate.certificate) },
      tls: true,
    }),
    /was not provided$/,
  ],
};

function mutualTls(shown: Issued): Credentials {
  return { form: { client_id: 'by-certificate' }, certificate: shown, tls: true };
}

describe('an application does not prove who it is by', () => {
  it.each(Object.entries(failures))('%s', async (_what, [prove, description]) => {
    const { status, json } = await token(await prove());
    expect(json).toEqual({ error: 'invalid_client', error_description: expect.stringMatching(description) });
    expect(json.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(status).toBe(401);
  });

  it('an expired certificate in the header of a trusted proxy: it is verified here', async () => {
    const expired = authority.issue({ ...profile, validUntil: new Date(Date.now() - 1000) });
    const headers = { 'client-cert': escaped(expired.certificate) };
    const { status, json } = await token({ form: { client_id: 'by-certificate' }, headers });
    expect({ status, ...json }).toEqual({
      status: 401,
      error: 'invalid_client',
      error_description: 'the client certificate has expired',
    });
  });

  it('a secret in the header and another in the body', async () => {
    const twice = {
      form: { client_id: 'by-basic', client_secret: SECRET },
      headers: basic('by-basic', 'another'),
    };
    expect(await token(twice)).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
    const others = {
      form: { client_id: 'by-post', client_secret: SECRET },
      headers: basic('by-basic', SECRET),
    };
    expect(await token(others)).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  it('a secret in the header, which is told with WWW-Authenticate', async () => {
    const { headers } = await token({ form: {}, headers: basic('by-basic', 'another') });
    expect(headers['www-authenticate']).toMatch(/^Basic realm="http:\/\/localhost/);
  });
});

describe('an assertion works once', () => {
  it('one after the other, at whichever endpoint', async () => {
    const once = await assertion();
    expect((await token(once)).status).toBe(200);
    expect(await token(once)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client', error_description: 'client assertion tokens must only be used once' },
    });
    expect((await call(endpoints.introspection, { form: { token: 'x', ...once.form } })).status).toBe(401);
  });

  it('of twenty at once, exactly one', async () => {
    for (let round = 0; round < 5; round++) {
      const once = await assertion();
      const statuses = (await Promise.all(Array.from({ length: 20 }, () => token(once)))).map(
        ({ status }) => status,
      );
      expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 19 }, () => 401)]);
    }
  });

  it('of two applications that chose the same name, each', async () => {
    const jti = randomUUID();
    const hmac: Signing = { alg: 'HS256', key: Buffer.from(SECRET) };
    expect((await token(await assertion({ jti }))).status).toBe(200);
    expect((await token(asserted(await sign({ ...claimsOf('by-hmac'), jti }, hmac)))).status).toBe(200);
  });

  it('and is remembered for minutes, whatever its end', async () => {
    await token(await assertion({ exp: now() + 31_536_000 }));
    const names = await world.redis.keys('psc:client-assertion:*');
    expect(names).not.toEqual([]);
    const lives = await Promise.all(names.map((name) => world.redis.ttl(name)));
    expect(Math.max(...lives)).toBeLessThanOrEqual(330);
    expect(Math.min(...lives)).toBeGreaterThan(0);
  });
});

describe('a token that is bound to a certificate', () => {
  const codeFlow = async () => {
    const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
      response_type: 'code',
      client_id: 'by-certificate',
      redirect_uri: callback,
      scope: 'openid scope_all',
    })}`;
    const code = new URL(await world.login(world.browser(), url)).searchParams.get('code') ?? '';
    return { grant_type: 'authorization_code', code, redirect_uri: callback, client_id: 'by-certificate' };
  };
  const logIn = async () => {
    const { json, status } = await call(endpoints.token, { form: await codeFlow(), certificate, tls: true });
    expect(status).toBe(200);
    return json;
  };
  const userInfo = (accessToken: string, options: WireCall & { tls?: boolean }) =>
    call(endpoints.userinfo, {
      method: 'GET',
      ...options,
      headers: { authorization: `Bearer ${accessToken}`, ...options.headers },
    });
  const thumbprint = hash('sha256', new X509Certificate(certificate.certificate).raw, 'base64url');

  it('says so, and works with that one, over TLS and behind a proxy', async () => {
    const { access_token } = await logIn();
    expect(decodeJwt(access_token).cnf).toEqual({ 'x5t#S256': thumbprint });
    expect((await userInfo(access_token, { certificate, tls: true })).json.SubjectNameID).toBe(
      '899700000013',
    );
    const headers = { 'client-cert': escaped(certificate.certificate) };
    expect((await userInfo(access_token, { headers })).json.SubjectNameID).toBe('899700000013');
    const asked = { form: { token: access_token, client_id: 'by-certificate' }, certificate, tls: true };
    expect((await call(endpoints.introspection, asked)).json).toMatchObject({
      active: true,
      cnf: { 'x5t#S256': thumbprint },
    });
  });

  it.each([
    ['without one', { tls: true }],
    ['without one, and no TLS', {}],
    ['with another one of the same application', { certificate: renewed, tls: true }],
    ['with one of nobody', { certificate: selfSigned, tls: true }],
    [
      'with its own, told by somebody who is no proxy',
      { headers: { 'client-cert': escaped(certificate.certificate) }, from: '127.0.0.9' },
    ],
  ])('opens nothing %s', async (_how, shown) => {
    const { access_token } = await logIn();
    const { status, json, headers } = await userInfo(access_token, shown);
    expect({ status, error: json.error }).toEqual({ status: 401, error: 'invalid_token' });
    expect(headers['www-authenticate']).toContain('Bearer');
  });

  it('is renewed with a certificate of the application only, and bound to the one shown then', async () => {
    const first = await logIn();
    const form = {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token,
      client_id: 'by-certificate',
    };
    expect(await call(endpoints.token, { form, tls: true })).toMatchObject({ status: 401 });
    expect(await call(endpoints.token, { form, certificate: selfSigned, tls: true })).toMatchObject({
      status: 401,
    });
    const second = (await call(endpoints.token, { form, certificate: renewed, tls: true })).json;
    expect((await userInfo(second.access_token, { certificate: renewed, tls: true })).status).toBe(200);
    expect((await userInfo(second.access_token, { certificate, tls: true })).status).toBe(401);
  });

  it('is bound to the certificate even of an application that proves itself otherwise', async () => {
    await world.saveApplication({
      clientId: 'bound',
      grants: [grantTypes.code, grantTypes.refresh, grantTypes.clientCredentials],
      authentication: 'client_secret_post',
      secret: SECRET,
      certificateBoundTokens: true,
    });
    await world.engine.refresh();
    const form = { client_id: 'bound', client_secret: SECRET };
    expect(await token({ form })).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    const { json } = await token({ form, certificate: selfSigned, tls: true });
    const own = hash('sha256', new X509Certificate(selfSigned.certificate).raw, 'base64url');
    expect(decodeJwt(json.access_token).cnf).toEqual({ 'x5t#S256': own });
  });
});

describe('keys that an application publishes', () => {
  /** Where it publishes them, and how often they were asked for there. */
  let published: { url: string; asked: number; status: number; body: string };
  let server: Server;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      published.asked += 1;
      // Never: an application that accepts calls and says nothing.
      if (published.status > 0) response.writeHead(published.status).end(published.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.closeAllConnections());
  beforeEach(() => {
    // A TCP server that listens has an address of this shape.
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/${randomUUID()}`;
    published = { url, asked: 0, status: 200, body: JSON.stringify({ keys: [ecJwk, keyOf(selfSigned)] }) };
  });

  async function publish(authentication: Application['authentication'], keysUrl = published.url) {
    const clientId = `keys-${randomUUID()}`;
    const grants = [grantTypes.clientCredentials];
    await world.saveApplication({ clientId, authentication, secret: '', grants, keysUrl });
    await world.engine.refresh();
    return clientId;
  }
  const byKey = async (clientId: string, signing = byEc()) =>
    asserted(await sign(claimsOf(clientId), signing));
  const unfetched = {
    status: 401,
    json: {
      error: 'invalid_client',
      error_description: "the client's keys could not be fetched from its jwks_uri",
    },
  };

  it('prove who it is, and are fetched once for many calls', async () => {
    const clientId = await publish('private_key_jwt');
    for (let turn = 0; turn < 3; turn++) expect((await token(await byKey(clientId))).status).toBe(200);
    const wrong = { ...byEc(), key: unregistered.privateKey };
    for (let turn = 0; turn < 3; turn++) expect((await token(await byKey(clientId, wrong))).status).toBe(401);
    expect(published.asked).toBe(1);
  });

  it('may hold its own certificate', async () => {
    const clientId = await publish('self_signed_tls_client_auth');
    const shown = { form: { client_id: clientId }, tls: true };
    expect((await token({ ...shown, certificate: selfSigned })).status).toBe(200);
    expect((await token({ ...shown, certificate })).status).toBe(401);
  });

  it.each([
    ['answer nothing at all', { status: 0 }],
    ['are gone', { status: 404 }],
    ['are elsewhere', { status: 302 }],
    ['are no keys', { body: '<html>' }],
    ['are too many', { body: ' '.repeat(1_000_000) }],
  ])('prove nothing when they %s, and nothing hangs', async (_what, change) => {
    Object.assign(published, change);
    const clientId = await publish('private_key_jwt');
    const begun = Date.now();
    expect(await token(await byKey(clientId))).toMatchObject(unfetched);
    expect(Date.now() - begun).toBeLessThan(3_000);
    expect(published.asked).toBe(1);
  });

  it.each(['private_key_jwt', 'self_signed_tls_client_auth'] as const)(
    'prove nothing when nobody is there (%s), who is not called again at once',
    async (authentication) => {
      const clientId = await publish(authentication, `https://127.0.0.1:9/${randomUUID()}`);
      const shown = async () =>
        authentication === 'private_key_jwt'
          ? await byKey(clientId)
          : { form: { client_id: clientId }, certificate: selfSigned, tls: true };
      for (let turn = 0; turn < 3; turn++) expect(await token(await shown())).toMatchObject(unfetched);
    },
  );

  it('are not asked for again at once where nobody answered', async () => {
    published.status = 0;
    const clientId = await publish('private_key_jwt');
    const tries = Array.from({ length: 3 }, async () => (await token(await byKey(clientId))).status);
    expect(await Promise.all(tries)).toEqual([401, 401, 401]);
    expect((await token(await byKey(clientId))).status).toBe(401);
    expect(published.asked).toBe(1);
  });

  it('are not asked for where the guard of outgoing calls forbids it', async () => {
    const clientId = await publish('private_key_jwt', published.url.replace('127.0.0.1', 'localhost'));
    expect(await token(await byKey(clientId))).toMatchObject(unfetched);
    expect(published.asked).toBe(0);
  });
});

describe('openid-client', () => {
  const discover = (
    clientId: string,
    how: openid.ClientAuth,
    metadata: Partial<openid.ClientMetadata> = {},
  ) =>
    openid.discovery(new URL(world.issuer), clientId, metadata, how, {
      execute: [openid.allowInsecureRequests],
    });

  it('finds the listener for certificates in the discovery document', async () => {
    const { mtls_endpoint_aliases: aliases, issuer } = (
      await discover('by-key', openid.None())
    ).serverMetadata();
    expect(aliases).toMatchObject({
      token_endpoint: `${mtlsUrl}${new URL(issuer).pathname}${endpoints.token}`,
      userinfo_endpoint: `${mtlsUrl}${new URL(issuer).pathname}${endpoints.userinfo}`,
    });
  });

  it.each<[string, string, () => openid.ClientAuth]>([
    ['client_secret_basic', 'by-basic', () => openid.ClientSecretBasic(SECRET)],
    ['client_secret_post', 'by-post', () => openid.ClientSecretPost(SECRET)],
    ['client_secret_jwt', 'by-hmac', () => openid.ClientSecretJwt(SECRET)],
    ['private_key_jwt', 'by-key', () => openid.PrivateKeyJwt({ key: ec.privateKey, kid: 'ec' })],
  ])('gets tokens by %s, again and again', async (_method, clientId, how) => {
    const configuration = await discover(clientId, how());
    for (let turn = 0; turn < 2; turn++) {
      const { access_token } = await openid.clientCredentialsGrant(configuration);
      const told = await openid.tokenIntrospection(configuration, access_token);
      expect(told).toMatchObject({ active: true, client_id: clientId });
    }
  });

  it('gets tokens by tls_client_auth, and UserInfo with them', async () => {
    const rp = await createRelyingParty({
      issuer: world.issuer,
      clientId: 'by-certificate',
      clientSecret: '',
      authentication: openid.TlsClientAuth(),
      metadata: { use_mtls_endpoint_aliases: true },
      fetch: createCertificateFetch(certificate, root.certificate),
    });
    const pending = await rp.begin();
    const { userInfo, tokens } = await pending.finish(await world.login(world.browser(), pending.url));
    expect(await rp.refresh(tokens.refresh_token ?? '')).toHaveProperty('access_token');
    expect(userInfo.SubjectNameID).toBe('899700000013');
  });
});

describe('client authentications are counted', () => {
  it('by method and outcome', async () => {
    const { private: key } = { private: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
    await token(await assertion({}, { ...byEc(), key }));
    await token(await assertion());
    const metrics = await (await fetch(new URL('/metrics', world.issuer))).text();
    expect(metrics).toMatch(
      /client_authentications_total\{method="private_key_jwt",outcome="succeeded",[^}]*\} \d/,
    );
    expect(metrics).toMatch(
      /client_authentications_total\{method="private_key_jwt",outcome="failed",[^}]*\} \d/,
    );
    expect(metrics).toMatch(/client_authentications_total\{method="unknown",outcome="failed",[^}]*\} \d/);
  });
});
