import { generateDeviceKeys } from '@psc/ecps-device';
import { type Endpoint, fuzz } from '@psc/testing/fuzz';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRealStores, type RealStores } from '#src/testing/real-stores.ts';
import { type World, walletUrl } from '#src/testing/world.ts';

let stores: RealStores;
let world: World;
beforeAll(async () => {
  stores = await openRealStores();
  world = await stores.openWorld({ DEVICE_CALLS_PER_MINUTE: 100_000 });
  await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await world?.app.close();
  await stores?.close();
});

/** What a phone really sends: three calls, as they went over the wire. */
async function recordPhone() {
  const keys = await generateDeviceKeys();
  const calls: { path: string; method: string; authorization: string; body: Record<string, string> }[] = [];
  const record = (deviceId: string) =>
    world.phoneSending(
      (fetch, url, init) => {
        const headers = new Headers(init?.headers);
        calls.push({
          path: new URL(String(url)).pathname,
          method: init?.method ?? 'GET',
          authorization: headers.get('authorization') ?? '',
          body: init?.body ? JSON.parse(String(init.body)) : {},
        });
        return fetch(url, init);
      },
      keys,
      deviceId,
    );
  const phone = record('');
  await phone.register({
    ticket: await world.ticket(world.camille.nationalId),
    pin: world.camille.pin,
    name: 'Téléphone',
  });
  const enrolled = record(phone.id ?? '');
  await enrolled.pendingRequests();
  const { id, number } = await challenge();
  await enrolled.answer({ id, clientId: 'agenda' }, { decision: 'approve', number, pin: world.camille.pin });
  return calls;
}

async function challenge() {
  const browser = world.browser();
  const id = await world.openLogin();
  await browser.open(`/login/${id}`);
  const page = await browser.submit(`/login/${id}/identify`, { identifier: world.camille.nationalId });
  return { id, browser, number: page.find('matching-number') ?? '' };
}

it('answers whatever anybody sends, and never by an error of ours', async () => {
  const calls = await recordPhone();
  expect(calls).toHaveLength(3);
  const logins = await Promise.all(Array.from({ length: 8 }, challenge));
  const fresh = await Promise.all(Array.from({ length: 8 }, () => world.openLogin()));
  const own = { origin: walletUrl };
  const cookieOf = ({ browser }: (typeof logins)[number]) => ({ ...own, cookie: browser.cookie });

  const pages: readonly Endpoint[] = [
    ...fresh.map(
      (id): Endpoint => ({ method: 'GET', path: `/login/${id}`, as: 'query', good: { notified: 'no' } }),
    ),
    ...logins.flatMap((login): Endpoint[] => {
      const headers = cookieOf(login);
      const path = `/login/${login.id}`;
      return [
        { method: 'GET', path, as: 'query', good: { notified: 'no' }, headers },
        {
          method: 'POST',
          path: `${path}/identify`,
          as: 'form',
          good: { identifier: '899700000013' },
          headers,
        },
        { method: 'POST', path: `${path}/cancel`, as: 'form', good: { next: 'retry' }, headers },
      ];
    }),
    { method: 'GET', path: `/login/${fresh[0]}/events`, as: 'query', good: {} },
    { method: 'GET', path: '/login/x', as: 'query', good: {} },
    { method: 'GET', path: '/auth', as: 'query', good: { client_id: 'agenda', state: 's' } },
    { method: 'POST', path: '/auth', as: 'form', good: { client_id: 'agenda', state: 's' } },
    { method: 'GET', path: '/', as: 'query', good: {} },
    { method: 'GET', path: '/donnees-personnelles', as: 'query', good: {} },
    {
      method: 'POST',
      path: '/internal/activation-tickets',
      as: 'json',
      good: { nationalId: '899700000013' },
    },
    { method: 'POST', path: '/internal/challenges', as: 'json', good: { nationalId: '899700000013' } },
  ];
  const phones = calls.flatMap(({ path, method, authorization, body }): Endpoint[] =>
    Array.from({ length: 6 }, () => ({
      method,
      path,
      as: method === 'GET' ? 'query' : 'json',
      good: body,
      headers: authorization === '' ? {} : { authorization },
    })),
  );
  const surface = [...pages, ...phones];
  const { port } = world.app.server.address() as { port: number };
  const statuses = await fuzz({
    origin: `http://127.0.0.1:${port}`,
    endpoints: surface,
    names: [...new Set(surface.flatMap(({ good }) => Object.keys(good))), 'push', 'code', 'cancel', 'id'],
    values: [
      ...new Set(surface.flatMap(({ good }) => Object.values(good))),
      world.camille.nationalId,
      world.camille.adeli,
      world.camille.nationalId.slice(1),
      '3/CPET00001',
    ],
    headers: [
      own,
      { origin: 'null' },
      { cookie: 'x' },
      { cookie: '=;;=%00; psc_browser=%' },
      { authorization: 'Device x.y.z' },
      { authorization: 'Device eyJhbGciOiJub25lIn0.e30.AAAA' },
      { authorization: 'Bearer x' },
      { 'sec-fetch-site': 'cross-site' },
      { accept: 'text/html' },
      { 'content-encoding': 'gzip' },
      { 'x-forwarded-for': 'x'.repeat(500) },
    ],
  });
  // What was sent got beyond the door: pages were shown, phones heard, forms taken.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 303, 400, 401, 404]));

  const device = await world.phone();
  const { id, number } = await challenge();
  const answer = { decision: 'approve', number, pin: world.camille.pin } as const;
  expect(await device.answer({ id, clientId: 'agenda' }, answer)).toEqual({ ok: true, value: 'approved' });
}, 60_000);
