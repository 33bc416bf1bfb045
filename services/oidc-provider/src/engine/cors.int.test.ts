import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

const origin = 'http://localhost:5173';
const others = 'http://localhost:8081';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 9);
  const developed = { clientId: 'spa', loopbackRedirects: true, developmentOrigins: [origin] };
  await world.saveApplication(developed);
  await world.saveApplication({ clientId: 'autre', loopbackRedirects: true, developmentOrigins: [others] });
  await world.engine.refresh();
});
afterAll(() => world?.close());

const documents = [
  '/.well-known/openid-configuration',
  '/.well-known/wallet-openid-configuration',
  endpoints.jwks,
];
const called = [endpoints.token, endpoints.userinfo, endpoints.introspection, endpoints.revocation];

const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin');
const get = (path: string, from: string) => fetch(world.issuer + path, { headers: { origin: from } });
const preflight = (path: string, from: string) =>
  fetch(world.issuer + path, {
    method: 'OPTIONS',
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });

async function logIn(clientId: string) {
  const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'openid',
  })}`;
  const code = new URL(await world.login(world.browser(), url)).searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: callback };
}

describe('a page of the origin that an application of test declared', () => {
  it.each(documents)('reads %s', async (path) => {
    const answer = await get(path, origin);
    expect(allowed(answer)).toBe(origin);
    expect(answer.headers.get('vary')).toContain('Origin');
    expect((await preflight(path, origin)).status).toBe(204);
  });

  it.each(called)('may ask before it calls %s', async (path) => {
    const answer = await preflight(path, origin);
    expect(answer.status).toBe(204);
    expect(allowed(answer)).toBe(origin);
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('reads what its application is answered, errors as well', async () => {
    const from = { clientId: 'spa', headers: { origin } };
    const redeemed = await world.call(endpoints.token, await logIn('spa'), from);
    expect(redeemed.status).toBe(200);
    expect(allowed(redeemed)).toBe(origin);
    const token = redeemed.json.access_token;
    const bearer = { authorization: `Bearer ${token}`, origin };
    const userInfo = await fetch(world.issuer + endpoints.userinfo, { headers: bearer });
    expect([userInfo.status, allowed(userInfo)]).toEqual([200, origin]);
    expect(allowed(await world.call(endpoints.introspection, { token }, from))).toBe(origin);
    expect(allowed(await world.call(endpoints.revocation, { token }, from))).toBe(origin);

    const gone = await fetch(world.issuer + endpoints.userinfo, { headers: bearer });
    expect([gone.status, allowed(gone)]).toEqual([401, origin]);
    expect(gone.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate');
    expect(allowed(await world.call(endpoints.token, { grant_type: 'x' }, from))).toBe(origin);
  });

  it('does not read what another application is answered', async () => {
    const form = await logIn('autre');
    for (const from of [origin, 'http://localhost', 'null', 'https://evil.example']) {
      const answer = await world.call(
        endpoints.introspection,
        { token: 'x' },
        {
          clientId: 'autre',
          headers: { origin: from },
        },
      );
      expect([answer.status, allowed(answer)]).toEqual([200, null]);
    }
    const redeemed = await world.call(endpoints.token, form, { clientId: 'autre', headers: { origin } });
    expect([redeemed.status, allowed(redeemed)]).toEqual([200, null]);
    const userInfo = await fetch(world.issuer + endpoints.userinfo, {
      headers: { authorization: `Bearer ${redeemed.json.access_token}`, origin },
    });
    expect([userInfo.status, allowed(userInfo)]).toEqual([200, null]);
  });

  it('reads nothing else', async () => {
    for (const path of [endpoints.authorization, endpoints.end_session, endpoints.code_verification]) {
      expect(allowed(await get(path, origin))).toBeNull();
      expect((await preflight(path, origin)).status).toBe(404);
    }
    const pushed = await world.call(
      endpoints.pushed_authorization_request,
      {},
      {
        clientId: 'spa',
        headers: { origin },
      },
    );
    expect(allowed(pushed)).toBeNull();
  });
});

describe('a page of any other origin', () => {
  it.each(['https://evil.example', 'http://localhost:5174', 'http://localhost:5173.evil.example', 'null'])(
    'reads nothing: %s',
    async (from) => {
      for (const path of documents) expect(allowed(await get(path, from))).toBeNull();
      for (const path of [...documents, ...called]) {
        const answer = await preflight(path, from);
        expect([answer.status, allowed(answer)]).toEqual([404, null]);
      }
      expect(allowed(await get(endpoints.userinfo, from))).toBeNull();
    },
  );

  it('reads nothing of an application that stopped', async () => {
    const gone = 'http://localhost:9999';
    const declared = { clientId: 'fini', loopbackRedirects: true, developmentOrigins: [gone] };
    await world.saveApplication({ ...declared, status: 'suspended' });
    await world.engine.refresh();
    expect((await preflight(endpoints.token, gone)).status).toBe(404);
  });
});

it('a provider that refuses applications of test lets no page read', async () => {
  const strict = await openWorld({ TEST_APPLICATIONS: 'refuse' }, 9);
  await strict.saveApplication({ clientId: 'spa', loopbackRedirects: true, developmentOrigins: [origin] });
  await strict.engine.refresh();
  const answer = await fetch(`${strict.issuer}${endpoints.jwks}`, { headers: { origin } });
  const asked = await fetch(strict.issuer + endpoints.token, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  await strict.close();
  expect([answer.status, allowed(answer)]).toEqual([200, null]);
  expect(asked.status).toBe(404);
});
