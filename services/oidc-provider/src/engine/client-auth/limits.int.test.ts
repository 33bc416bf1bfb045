import { X509Certificate } from 'node:crypto';
import { grantTypes } from '@psc/contracts';
import { createAuthority } from '@psc/test-pki';
import { callByWire } from '@psc/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpoints } from '#src/engine/endpoints.ts';
import { cibaApplication } from '#src/testing/applications.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';

const SECRET = 'a-secret-of-the-tests';
const authority = createAuthority({ subject: [{ CN: 'Organisations' }] });

let world: World;
beforeEach(async () => {
  world = await openWorld(
    {
      // Every address of this machine is a proxy: it says for whom it calls.
      TRUSTED_PROXIES: ['127.0.0.1'],
      CLIENT_CERTIFICATE_CA: [new X509Certificate(authority.certificate)],
      CLIENT_FAILURES: 3,
      CLIENT_FAILURES_PER_ADDRESS: 8,
      CLIENT_LOCKOUT_SECONDS: 60,
      CLIENT_CALLS_PER_MINUTE: 30,
      CLIENT_CALLS_PER_ADDRESS_PER_MINUTE: 20,
      LOGINS_PER_ADDRESS_PER_MINUTE: 4,
    },
    14,
  );
  const grants = [grantTypes.clientCredentials];
  for (const clientId of ['dossier', 'agenda']) {
    await world.saveApplication({ clientId, grants, authentication: 'client_secret_post', secret: SECRET });
  }
  await world.saveApplication({
    clientId: 'mobile',
    authentication: 'none',
    secret: '',
    loopbackRedirects: true,
  });
  await world.engine.refresh();
});
afterEach(() => world?.close());

const HOME = '198.51.100.7';

/** A call of an application from this address. */
function call(path: string, form: Record<string, string>, address = HOME, url = world.issuer) {
  return callByWire(url + path, { form, from: '127.0.0.1', headers: { 'x-forwarded-for': address } });
}
const token = (client_id: string, client_secret: string, address?: string) =>
  call(endpoints.token, { grant_type: 'client_credentials', client_id, client_secret }, address);

async function fail(clientId: string, times: number, address?: string): Promise<void> {
  for (let i = 0; i < times; i++) expect((await token(clientId, 'wrong', address)).status).toBe(401);
}
const metric = async (name: string) => {
  const text = await (await fetch(new URL('/metrics', world.issuer))).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.split(' ')
    .at(-1);
};

describe('an application that fails to prove who it is', () => {
  it('is refused from that address, even with its secret, and told for how long', async () => {
    await fail('dossier', 3);
    const { status, json, headers } = await token('dossier', SECRET);
    expect({ status, json }).toEqual({
      status: 429,
      json: {
        error: 'temporarily_unavailable',
        error_description: expect.stringMatching(
          /^too many failed authentications of this client from this address; try again in (59|60) s$/,
        ),
      },
    });
    expect(Number(headers['retry-after'])).toBeGreaterThan(50);
    expect(headers['cache-control']).toBe('no-store');
    for (const path of [
      endpoints.introspection,
      endpoints.revocation,
      endpoints.pushed_authorization_request,
    ]) {
      const form = { token: 'x', client_id: 'dossier', client_secret: SECRET };
      expect((await call(path, form)).status).toBe(429);
    }
    expect(await metric('calls_refused_total{limit="application_locked_out"')).toBe('4');
  });

  it('goes on from other addresses, at every replica, and others go on from its own', async () => {
    await fail('dossier', 3);
    const [, other] = await world.openReplicas(2);
    const there = other?.at(world.issuer) ?? '';
    const form = { grant_type: 'client_credentials', client_id: 'dossier', client_secret: SECRET };
    expect((await call(endpoints.token, form, HOME, there)).status).toBe(429);
    expect((await call(endpoints.token, form, '198.51.100.8', there)).status).toBe(200);
    expect((await token('dossier', SECRET, '198.51.100.8')).status).toBe(200);
    expect((await token('agenda', SECRET)).status).toBe(200);
  });

  it('may try again when the lockout is over', async () => {
    await fail('dossier', 3);
    expect((await token('dossier', SECRET)).status).toBe(429);
    for (const name of await world.redis.keys('psc:limits:*:failures*')) {
      expect(await world.redis.pttl(name)).toBeGreaterThan(0);
      await world.redis.pexpire(name, 0);
    }
    expect((await token('dossier', SECRET)).status).toBe(200);
  });

  it('has all its tries again once it succeeded', async () => {
    await fail('dossier', 2);
    expect((await token('dossier', SECRET)).status).toBe(200);
    await expect.poll(() => world.redis.keys('psc:limits:*:failures:*')).toEqual([]);
    await fail('dossier', 3);
    expect((await token('dossier', SECRET)).status).toBe(429);
  });

  it('is one for a whole IPv6 network', async () => {
    for (const end of ['1', '2', '3']) await fail('dossier', 1, `2001:db8:7:7::${end}`);
    expect((await token('dossier', SECRET, '2001:db8:7:7::4')).status).toBe(429);
    expect((await token('dossier', SECRET, '2001:db8:7:8::4')).status).toBe(200);
  });

  it('has its address refused when many others there fail as well', async () => {
    for (const clientId of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await fail(clientId, 1);
    const { status, json } = await token('agenda', SECRET);
    expect({ status, what: json.error_description }).toEqual({
      status: 429,
      what: expect.stringMatching(/^too many failed authentications from this address/),
    });
    expect((await token('agenda', SECRET, '198.51.100.8')).status).toBe(200);
  });

  it('is counted in whichever way it fails: by a secret, an assertion or a certificate', async () => {
    const grant_type = 'client_credentials';
    const assertion = `${btoa('{"alg":"ES256"}')}.${btoa('{"sub":"dossier"}')}.x`;
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const tries = [
      { grant_type, client_id: 'dossier', client_secret: 'wrong' },
      { grant_type, client_assertion: assertion.replaceAll('=', ''), client_assertion_type },
      { grant_type, client_id: 'dossier' },
    ];
    for (const form of tries) expect((await call(endpoints.token, form)).status).toBe(401);
    expect((await token('dossier', SECRET)).status).toBe(429);
  });

  it('leaves in Redis neither its name nor its address', async () => {
    await fail('dossier', 1);
    const names = (await world.redis.keys('psc:limits:*')).join();
    expect(names).not.toBe('');
    expect(names).not.toContain('dossier');
    expect(names).not.toContain('198.51');
  });
});

describe('calls', () => {
  it('of one address are limited by the minute', async () => {
    for (let i = 0; i < 20; i++) expect((await token('dossier', SECRET)).status).toBe(200);
    const { status, json } = await token('agenda', SECRET);
    expect({ status, what: json.error_description }).toEqual({
      status: 429,
      what: expect.stringMatching(/^too many requests from this address; try again in \d+ s$/),
    });
    expect((await token('agenda', SECRET, '198.51.100.8')).status).toBe(200);
  });

  it('of one application are limited by the minute, when it proved that they are its own', async () => {
    const from = (i: number) => `198.51.100.${100 + (i % 4)}`;
    for (let i = 0; i < 20; i++) await token('dossier', 'wrong', `203.0.113.${i}`);
    for (let i = 0; i < 31; i++) expect((await token('dossier', SECRET, from(i))).status).toBe(200);
    await expect.poll(async () => (await token('dossier', SECRET, '198.51.100.200')).status).toBe(429);
    expect((await token('agenda', SECRET, '198.51.100.200')).status).toBe(200);
  });

  it('that name a public application use up nothing of it', async () => {
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback, client_id: 'mobile' };
    for (let i = 0; i < 40; i++) {
      const answer = await call(endpoints.token, form, `198.51.100.${i % 8}`);
      expect(answer.json.error).toBe('invalid_grant');
    }
  });
});

describe('browsers', () => {
  const open = (address: string) => {
    const parameters = {
      response_type: 'code',
      client_id: 'mobile',
      redirect_uri: callback,
      scope: 'openid',
    };
    const pkce = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' };
    const query = new URLSearchParams({ ...parameters, ...pkce });
    return callByWire(`${world.issuer}${endpoints.authorization}?${query}`, {
      method: 'GET',
      from: '127.0.0.1',
      headers: { 'x-forwarded-for': address, accept: 'text/html' },
    });
  };

  it('of one address may begin so many logins by the minute; then the person is told to wait', async () => {
    for (let i = 0; i < 4; i++) expect((await open(HOME)).status).toBe(303);
    const { status, text, headers } = await open(HOME);
    expect(status).toBe(429);
    expect(text).toContain('Veuillez patienter une minute');
    expect(text).toContain('data-testid="retry"');
    expect(headers['content-type']).toContain('text/html');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await open('198.51.100.8')).status).toBe(303);
    expect(await metric('calls_refused_total{limit="address_too_frequent"')).toBe('1');
  });
});

describe('whoever proves nothing', () => {
  const push = (change: Record<string, string> = {}) =>
    call(endpoints.pushed_authorization_request, {
      client_id: 'mobile',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:9/callback',
      scope: 'openid',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
      ...change,
    });

  it('pushes as many requests as a browser may begin logins, and short ones: they are kept', async () => {
    for (let i = 0; i < 4; i++) expect((await push()).status).toBe(201);
    expect((await push()).status).toBe(429);
    expect((await push({ state: 'x'.repeat(17_000) })).status).toBe(413);
  });

  it('asks nothing longer than a login is kept for', async () => {
    const url = `${world.issuer}${endpoints.authorization}?client_id=mobile&state=${'x'.repeat(9_000)}`;
    const { status, text } = await callByWire(url, {
      method: 'GET',
      from: '127.0.0.1',
      headers: { 'x-forwarded-for': HOME },
    });
    expect(status).toBe(414);
    expect(text).toContain('data-testid="message"');
  });

  /** The library refuses this header by itself, once it knows the application. */
  const odd = (address: string) =>
    callByWire(world.issuer + endpoints.token, {
      form: { grant_type: 'client_credentials', client_id: 'dossier' },
      from: '127.0.0.1',
      headers: { 'x-forwarded-for': address, 'oauth-client-attestation-pop': 'x' },
    });

  it('uses up no call of the application that is named', async () => {
    // From several addresses, as many calls as the application may make, and more.
    for (let i = 0; i < 32; i++) await odd(`192.0.2.${i}`);
    expect((await token('dossier', SECRET)).status).toBe(200);
    expect((await token('dossier', SECRET)).status).toBe(200);
  });

  it('makes nobody forget its failures', async () => {
    await fail('dossier', 2);
    expect((await odd(HOME)).status).toBe(401);
    expect((await token('dossier', SECRET)).status).toBe(429);
  });
});

describe('a posted login', () => {
  it('is limited as well, and nothing of it is kept then', async () => {
    const post = () => call(endpoints.authorization, { response_type: 'code', client_id: 'mobile' });
    for (let i = 0; i < 4; i++) expect((await post()).status).toBe(303);
    const kept = await world.redis.dbsize();
    expect((await post()).status).toBe(429);
    expect(await world.redis.dbsize()).toBe(kept);
  });
});

describe('while Redis does not answer', () => {
  it('nobody may try a secret', async () => {
    world.redis.disconnect();
    const { status, json, headers } = await token('dossier', SECRET);
    expect({ status, json }).toEqual({
      status: 503,
      json: {
        error: 'temporarily_unavailable',
        error_description: 'a dependency did not answer; try again in 2 s',
      },
    });
    expect(headers['retry-after']).toBe('2');
  });
});

describe('a secret that is tried where polls by CIBA are answered', () => {
  /** Each reaches the fast answer, and is something that the library refuses before it looks at the secret. */
  it.each([
    ['of a type that only begins as a form', { 'content-type': 'application/x-www-form-urlencoded-x' }],
    ['with the attestation of a client besides', { 'oauth-client-attestation': 'x' }],
  ])('%s is a failure like any other, and locks out', async (_, odd) => {
    await world.saveApplication(cibaApplication({ clientId: 'logiciel', secret: SECRET }));
    await world.engine.refresh();
    const poll = (client_secret: string) =>
      callByWire(world.issuer + endpoints.token, {
        form: { grant_type: grantTypes.ciba, auth_req_id: 'none', client_id: 'logiciel', client_secret },
        from: '127.0.0.1',
        headers: { 'x-forwarded-for': HOME, ...odd },
      });
    for (let i = 0; i < 3; i++) expect((await poll('a-guess-of-a-secret')).status).not.toBe(429);
    // Right, and told so to nobody.
    const { status, json } = await poll(SECRET);
    expect([status, json.error]).toEqual([429, 'temporarily_unavailable']);
  });
});
