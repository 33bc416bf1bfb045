import { createSeal } from '@psc/datastores';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { endpoints } from '#src/engine/endpoints.ts';
import { digestOfToken, inventSecret } from '#src/registration.ts';
import { openWorld, type World } from '#src/testing/world.ts';
import { createChangeStatus } from '#src/use-cases/change-status.ts';

let world: World;
let token: string;
beforeAll(async () => {
  world = await openWorld({ TEST_APPLICATIONS: 'refuse' }, 14);
});
afterAll(() => world?.close());
beforeEach(async () => {
  token = await giveToken({});
});

const applications = () => createPostgresApplications(world.postgres, createSeal(world.sealKeys));
const signature = () => ({ operator: 'camille', at: Date.now(), reason: '' });

/** As `psc clients registration-token` does. */
async function giveToken({ most = 2, expiresAt = Date.now() + 60_000 }): Promise<string> {
  const made = inventSecret();
  const name = `token-${made.slice(0, 8)}`;
  await applications().change((changing) =>
    changing.addRegistrationToken({ name, digest: digestOfToken(made), most, expiresAt }, signature()),
  );
  return made;
}

async function ask(method: string, url: string, bearer: string | undefined, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? undefined : JSON.parse(text),
  };
}
const endpoint = () => world.issuer + endpoints.registration;
const register = (body: unknown = metadata, bearer: string | undefined = token) =>
  ask('POST', endpoint(), bearer, body);
const count = async () => (await applications().list()).length;

const metadata = {
  client_name: 'Cabinet Lambda',
  redirect_uris: ['https://cabinet.example/callback'],
  post_logout_redirect_uris: ['https://cabinet.example/bye'],
  contacts: ['it@cabinet.example'],
  scope: 'openid scope_all',
  software_id: 'not understood',
};

describe('dynamic registration', () => {
  it('makes a request, told with its secrets once, that works once it is approved', async () => {
    const { status, headers, json } = await register();
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toEqual({
      client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      client_id_issued_at: expect.any(Number),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: `${endpoint()}/${json.client_id}`,
      client_name: 'Cabinet Lambda',
      redirect_uris: ['https://cabinet.example/callback'],
      post_logout_redirect_uris: ['https://cabinet.example/bye'],
      contacts: ['it@cabinet.example'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      tls_client_certificate_bound_access_tokens: false,
      id_token_signed_response_alg: 'RS256',
      psc: { status: 'requested' },
    });
    const { client_id: clientId, client_secret: secret } = json;
    expect(await applications().find(clientId)).toMatchObject({
      status: 'requested',
      secret,
      declaration: {
        psc: { environment: 'production', loopback_redirects: false, challenge_from_login_hint: false },
      },
    });

    const authenticates = async () => {
      const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
      const headers = { authorization: `Basic ${basic}` };
      await world.engine.refresh();
      return (await world.call(endpoints.introspection, { token: 'x' }, { clientId: null, headers })).status;
    };
    expect(await authenticates()).toBe(401);
    await createChangeStatus({ applications: applications() })(clientId, 'approved', signature());
    expect(await authenticates()).toBe(200);
  });

  it('needs a token that was given out, that is not over, and so many times', async () => {
    const before = await count();
    const over = await giveToken({ expiresAt: Date.now() - 1 });
    for (const bearer of ['', 'x', inventSecret(), over]) {
      const { status, headers, json } = await ask('POST', endpoint(), bearer, metadata);
      expect([status, json.error]).toEqual([401, 'invalid_token']);
      expect(headers.get('www-authenticate')).toContain('invalid_token');
    }
    expect((await ask('POST', endpoint(), undefined, metadata)).status).toBe(401);
    expect(await count()).toBe(before);
    const all = await Promise.all([1, 2, 3, 4].map(() => register()));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 201, 401, 401]);
    expect(await count()).toBe(before + 2);
  });

  it.each([
    ['invalid_redirect_uri', { redirect_uris: ['http://cabinet.example/callback'] }],
    ['invalid_redirect_uri', { redirect_uris: ['http://localhost:3000/callback'] }],
    ['invalid_redirect_uri', { redirect_uris: [] }],
    ['invalid_redirect_uri', { redirect_uris: 'https://cabinet.example/callback' }],
    ['invalid_client_metadata', { grant_types: ['urn:openid:params:grant-type:ciba'] }],
    ['invalid_client_metadata', { grant_types: ['client_credentials'] }],
    ['invalid_client_metadata', { grant_types: ['implicit'] }],
    ['invalid_client_metadata', { response_types: ['token'] }],
    ['invalid_client_metadata', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['invalid_client_metadata', { token_endpoint_auth_method: 'something' }],
    ['invalid_client_metadata', { contacts: ['camille'] }],
    ['invalid_client_metadata', { client_name: 'x\u001b[2J' }],
    ['invalid_client_metadata', { psc: { status: 'approved' } }],
  ])('refuses as %s: %j', async (error, change) => {
    const before = await count();
    const { status, json } = await register({ ...metadata, ...change });
    expect([status, json.error]).toEqual([400, error]);
    expect(json.error_description).toMatch(/^[\x20-\x7e]+$/);
    expect(await count()).toBe(before);
    // What is refused does not use the token.
    expect((await register()).status).toBe(201);
    expect((await register()).status).toBe(201);
  });

  it('is for sixty calls a minute of one network, whatever they bring', async () => {
    const limited = await openWorld({ REGISTRATIONS_PER_ADDRESS_PER_MINUTE: 3 }, 15);
    const call = () => ask('POST', limited.issuer + endpoints.registration, inventSecret(), metadata);
    const statuses = [];
    for (let calls = 0; calls < 5; calls++) statuses.push((await call()).status);
    await limited.close();
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });

  it('answers whatever somebody says of themselves, and never by an error of ours', async () => {
    token = await giveToken({ most: 1_000 });
    const seen = new Map<number, number>();
    const name = fc.constantFrom(
      ...Object.keys(metadata),
      'jwks',
      'jwks_uri',
      'client_uri',
      'grant_types',
      'psc',
    );
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }),
      text.map((odd) => ({ keys: [{ ...key, kid: odd, [odd]: odd }] })),
      text.map((odd) => `https://cabinet.example/${odd}`),
      text.map((odd) => [`https://cabinet.example/${odd}`]),
      fc.constantFrom('\u0000', '\ud800', 'x\u0000y'),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 3 }), async (odd) => {
        const { status } = await register({ ...metadata, ...odd });
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect([201, 400]).toContain(status);
      }),
      { numRuns: 400, seed: 7, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
    console.log(`registrations by status: ${JSON.stringify(Object.fromEntries(seen))}`);
    expect([...seen.keys()].sort()).toEqual([201, 400]);
  });

  it.each(['', '{', '[]', '"x"', 'null', 'client_name=x'])(
    'refuses a body that is no object: %s',
    async (body) => {
      const { status, json } = await register(body);
      expect([status, json.error]).toEqual([400, 'invalid_client_metadata']);
    },
  );

  it('gives a public application no secret, and one without a name that of its site', async () => {
    const { client_name: _name, ...nameless } = metadata;
    const { status, json } = await register({ ...nameless, token_endpoint_auth_method: 'none' });
    expect(status).toBe(201);
    expect(json).not.toHaveProperty('client_secret');
    expect(json.client_name).toBe('cabinet.example');
    expect((await applications().find(json.client_id))?.secret).toBe('');
  });
});

describe('a registration', () => {
  it('is read, replaced and withdrawn with its own token', async () => {
    const { json: made } = await register();
    const { registration_access_token: own, registration_client_uri: address } = made;
    const read = await ask('GET', address, own);
    expect(read.status).toBe(200);
    const {
      client_secret: secret,
      client_secret_expires_at: _,
      registration_access_token: __,
      ...told
    } = made;
    expect(read.json).toEqual(told);

    const body = { client_id: made.client_id, ...metadata, client_name: 'Autre' };
    const replaced = await ask('PUT', address, own, body);
    expect(replaced.json).toEqual({ ...told, client_name: 'Autre' });
    expect(await applications().find(made.client_id)).toMatchObject({
      status: 'requested',
      secret,
      declaration: { client_name: 'Autre', contacts: ['it@cabinet.example'] },
    });
    expect((await ask('PUT', address, own, { ...body, client_id: 'dossier' })).status).toBe(400);
    for (const odd of ['%00', 'a%2Fb', '%ED%A0%80', 'x'.repeat(200)])
      expect([400, 401, 414]).toContain((await ask('GET', `${endpoint()}/${odd}`, own)).status);
    expect((await ask('PUT', address, own, { ...body, redirect_uris: [] })).json.error).toBe(
      'invalid_redirect_uri',
    );

    expect((await ask('DELETE', address, own)).status).toBe(204);
    expect(await applications().find(made.client_id)).toBeUndefined();
    expect((await ask('GET', address, own)).status).toBe(401);
  });

  it('is nobody else’s: another token, or none, is told nothing', async () => {
    const { json: one } = await register();
    const { json: other } = await register();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { ...metadata, client_name: 'Volé' } : undefined;
      for (const bearer of [other.registration_access_token, token, undefined])
        expect((await ask(method, one.registration_client_uri, bearer, body)).status).toBe(401);
      expect((await ask(method, `${endpoint()}/nobody`, other.registration_access_token, body)).status).toBe(
        401,
      );
    }
    expect((await applications().find(one.client_id))?.declaration.client_name).toBe('Cabinet Lambda');
    // One that an operator added has no token.
    expect((await ask('GET', `${endpoint()}/dossier`, token)).status).toBe(401);
  });

  it('is the operator’s once it is decided', async () => {
    const { json: made } = await register();
    await createChangeStatus({ applications: applications() })(made.client_id, 'approved', signature());
    const { registration_access_token: own, registration_client_uri: address } = made;
    expect((await ask('GET', address, own)).json.psc).toEqual({ status: 'approved' });
    const changed = { ...metadata, redirect_uris: ['https://attacker.example/callback'] };
    expect((await ask('PUT', address, own, changed)).status).toBe(403);
    expect((await ask('DELETE', address, own)).status).toBe(403);
    expect(await applications().find(made.client_id)).toMatchObject({
      status: 'approved',
      declaration: { redirect_uris: ['https://cabinet.example/callback'] },
    });
  });
});
