import { grantTypes, type RegisterEvent } from '@psc/contracts';
import type { HttpBrowser } from '@psc/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endpoints } from '#src/engine/endpoints.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import type { Replica } from '#src/testing/replica.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';

let world: World;
let other: Replica;
/** A professional of each test's own. */
let nationalId: string;
let number = 0;
let lastEvent = 0;
beforeAll(async () => {
  // Each replica believes for long what the register said: what happens sooner is the event's doing.
  world = await openWorld({ PROFESSIONAL_FRESH_SECONDS: 300 }, 1);
  await world.saveApplication({
    clientId: 'told',
    loopbackRedirects: true,
    grants: [grantTypes.code, grantTypes.refresh],
    logout: { backchannelUrl: 'https://told.example/logout', frontchannelUrl: '' },
  });
  await world.engine.refresh();
  [, other = world] = await world.openReplicas(2);
});
afterAll(() => world?.close());
beforeEach(() => {
  nationalId = `8997000${String(20_000 + number++)}`;
  world.people.set(nationalId, { ...camilleLambda, nationalId });
});

const authorizationUrl = (parameters: Readonly<Record<string, string>> = {}) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'told',
    redirect_uri: callback,
    scope: 'openid scope_all',
    ...parameters,
  })}`;

async function logIn(browser: HttpBrowser, who = nationalId) {
  const returned = await world.login(browser, authorizationUrl(), { nationalId: who });
  const code = new URL(returned).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const { json } = await world.call(endpoints.token, form, { clientId: 'told' });
  return { ...json, sid: String(decodeJwt(json.id_token).sid), sub: decodeJwt(json.id_token).sub };
}
const refresh = (replica: Replica, refresh_token: string) =>
  replica.call(endpoints.token, { grant_type: 'refresh_token', refresh_token }, { clientId: 'told' });

async function isLoggedIn(browser: HttpBrowser): Promise<boolean> {
  const { url } = await browser.open(authorizationUrl({ prompt: 'none' }), { stopAt: callback });
  return new URL(url).searchParams.has('code');
}

/** What the register says from now on, and the event of it. */
function happen(event: Partial<RegisterEvent> & { type: RegisterEvent['type'] }): number {
  const id = ++lastEvent;
  world.registerEvents.push({ id, nationalId, previousId: '', at: 0, ...event });
  return id;
}
function strikeOff(): number {
  world.people.set(nationalId, { ...camilleLambda, nationalId, status: 'inactive' });
  return happen({ type: 'struck_off' });
}
const actOn = (first: number, last = first) =>
  world.callAs('notificationWorker', '/internal/register-events', { first, last });
const callsOwed = async (sub: unknown) =>
  (
    await Promise.all(
      (
        await world.calls.getJobs(['waiting'])
      ).map(async ({ data }) => {
        const { json } = await world.callAs(
          'notificationWorker',
          `/internal/application-calls/${data.kind}/${data.callId}`,
        );
        return decodeJwt(new URLSearchParams(json.body).get('logout_token') ?? '');
      }),
    )
  ).filter((claims) => claims.sub === sub);

describe('a professional who is struck off', () => {
  it('is logged out everywhere, with all their tokens, and their applications are told', async () => {
    const browsers = [world.browser(), world.browser()] as const;
    const logins = [await logIn(browsers[0]), await logIn(browsers[1])];
    expect(await actOn(strikeOff())).toMatchObject({ status: 200, json: { done: true } });
    for (const { access_token, refresh_token } of logins) {
      expect(await refresh(world, refresh_token)).toMatchObject({
        status: 400,
        json: { error: 'invalid_grant' },
      });
      expect(await world.userInfo(access_token)).toMatchObject({ status: 401 });
      const { json } = await world.call(endpoints.introspection, { token: access_token });
      expect(json).toEqual({ active: false });
    }
    for (const browser of browsers) expect(await isLoggedIn(browser)).toBe(false);
    const sids = (await callsOwed(logins[0]?.sub)).map(({ sid }) => sid);
    expect(sids.toSorted()).toEqual(logins.map(({ sid }) => sid).toSorted());
  });

  it('is logged out on the other replicas too, whatever they remember', async () => {
    const login = await logIn(world.browser());
    expect(await other.userInfo(login.access_token)).toMatchObject({ status: 200 });
    await actOn(strikeOff());
    expect(await other.userInfo(login.access_token)).toMatchObject({ status: 401 });
    expect(await refresh(other, login.refresh_token)).toMatchObject({ status: 400 });
  });

  it('does not finish a login that they had begun, and reads why', async () => {
    const browser = world.browser();
    await logIn(world.browser());
    const back = await world.approve(await world.leave(browser, authorizationUrl()), { nationalId });
    await actOn(strikeOff());
    const page = await browser.open(back, { stopAt: callback });
    expect(page.text).toContain('Vous n’êtes pas, ou vous n’êtes plus, enregistré');
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('redeems no code that they had got', async () => {
    const returned = await world.login(world.browser(), authorizationUrl(), { nationalId });
    const code = new URL(returned).searchParams.get('code') ?? '';
    await actOn(strikeOff());
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
    const answer = await other.call(endpoints.token, form, { clientId: 'told' });
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  it('logs in again once they reappear', async () => {
    await logIn(world.browser());
    await actOn(strikeOff());
    world.people.set(nationalId, { ...camilleLambda, nationalId });
    await actOn(happen({ type: 'reappeared' }));
    const browser = world.browser();
    const { access_token } = await logIn(browser);
    expect(await other.userInfo(access_token)).toMatchObject({ status: 200 });
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('loses no session to an event that is acted on again, or late', async () => {
    const struckOff = strikeOff();
    await actOn(struckOff);
    world.people.set(nationalId, { ...camilleLambda, nationalId });
    await actOn(happen({ type: 'reappeared' }));
    const browser = world.browser();
    await logIn(browser);
    expect(await actOn(struckOff)).toMatchObject({ status: 200 });
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('is refused by the register alone when the event is lost', async () => {
    const browser = world.browser();
    const { access_token, refresh_token } = await logIn(browser);
    strikeOff();
    // As long as what is remembered is believed, and no longer.
    await actOn(happen({ type: 'contact_changed', nationalId: '899700099999' }));
    expect(await world.userInfo(access_token)).toMatchObject({ status: 401 });
    const { json } = await world.call(endpoints.introspection, { token: access_token });
    expect(json).toEqual({ active: false });
    expect(await refresh(world, refresh_token)).toMatchObject({ status: 400 });
    expect(await isLoggedIn(browser)).toBe(false);
  });
});

it('a token is introspected by its session alone while the register does not answer', async () => {
  const { access_token } = await logIn(world.browser());
  await actOn(happen({ type: 'contact_changed', nationalId: '899700099999' }));
  world.directory.down = true;
  const { json } = await world.call(endpoints.introspection, { token: access_token });
  world.directory.down = false;
  expect(json).toMatchObject({ active: true });
});

describe('an identifier that another one replaces', () => {
  it('has its sessions ended, and the next login has the new sub', async () => {
    const previousId = `0A${nationalId.slice(-8)}`;
    world.people.set(previousId, { ...camilleLambda, nationalId: previousId });
    const browser = world.browser();
    const before = await logIn(browser, previousId);
    const stays = world.browser();
    await logIn(stays);
    const merged = { ...camilleLambda, nationalId };
    world.people.set(previousId, merged);
    await actOn(happen({ type: 'merged', previousId }));
    expect(await isLoggedIn(browser)).toBe(false);
    expect(await world.userInfo(before.access_token)).toMatchObject({ status: 401 });
    expect(await callsOwed(before.sub)).toHaveLength(1);
    expect(await isLoggedIn(stays)).toBe(true);
    const after = await logIn(browser);
    expect(before.sub).toMatch(new RegExp(`:${previousId}$`));
    expect(after.sub).toMatch(new RegExp(`:${nationalId}$`));
  });

  it('gets no session from a login that was approved under it just before', async () => {
    const previousId = `0A${nationalId.slice(-8)}`;
    world.people.set(previousId, { ...camilleLambda, nationalId: previousId });
    const browser = world.browser();
    const back = await world.approve(await world.leave(browser, authorizationUrl()), {
      nationalId: previousId,
    });
    world.people.set(previousId, { ...camilleLambda, nationalId });
    await actOn(happen({ type: 'merged', previousId }));
    const page = await browser.open(back, { stopAt: callback });
    expect(page.text).toContain('Cette demande de connexion n’est plus valable');
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('gives nothing of the other person when the event is lost', async () => {
    const previousId = `0A${nationalId.slice(-8)}`;
    world.people.set(previousId, { ...camilleLambda, nationalId: previousId });
    const browser = world.browser();
    const { access_token, refresh_token } = await logIn(browser, previousId);
    world.people.set(previousId, { ...camilleLambda, nationalId });
    // As long as what is remembered is believed, and no longer.
    await actOn(happen({ type: 'contact_changed', nationalId: '899700099999' }));
    expect(await world.userInfo(access_token)).toMatchObject({ status: 401 });
    const { json } = await world.call(endpoints.introspection, { token: access_token });
    expect(json).toEqual({ active: false });
    expect(await refresh(world, refresh_token)).toMatchObject({ status: 400 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('keeps its sessions when the register took it back since', async () => {
    const previousId = `0A${nationalId.slice(-8)}`;
    world.people.set(previousId, { ...camilleLambda, nationalId: previousId });
    const browser = world.browser();
    await logIn(browser, previousId);
    await actOn(happen({ type: 'merged', previousId }));
    expect(await isLoggedIn(browser)).toBe(true);
  });
});

describe('two people who were wrongly taken for one', () => {
  it('have the sessions ended that either of them may have opened meanwhile', async () => {
    const adeli = `0A${nationalId.slice(-8)}`;
    world.people.set(adeli, { ...camilleLambda, nationalId });
    const browser = world.browser();
    const { access_token } = await logIn(browser, nationalId);
    await actOn(happen({ type: 'separated', nationalId: adeli, previousId: nationalId }));
    expect(await isLoggedIn(browser)).toBe(true);
    world.people.set(adeli, { ...camilleLambda, nationalId: adeli });
    await actOn(happen({ type: 'separated', nationalId: adeli, previousId: nationalId }));
    expect(await isLoggedIn(browser)).toBe(false);
    expect(await world.userInfo(access_token)).toMatchObject({ status: 401 });
  });
});

describe('the route', () => {
  it('is for notification-worker, and takes numbers', async () => {
    const browser = world.browser();
    await logIn(browser);
    const first = strikeOff();
    const path = '/internal/register-events';
    expect(await world.callAs('authBroker', path, { first, last: first })).toMatchObject({ status: 403 });
    const anonymous = await fetch(new URL(path, world.issuer), { method: 'POST' });
    expect(anonymous.status).toBe(401);
    for (const body of [{}, { first: 'x', last: 1 }, { first: 0, last: 1 }, { first, last: first, more: 1 }])
      expect(await world.callAs('notificationWorker', path, body)).toMatchObject({ status: 400 });
    expect(
      await world.store.sessions.of(`f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${nationalId}`),
    ).toHaveLength(1);
  });

  it('says that it was not done while the register does not answer, and does it the next time', async () => {
    const browser = world.browser();
    await logIn(browser);
    const id = strikeOff();
    world.directory.down = true;
    expect(await actOn(id)).toMatchObject({ status: 503 });
    world.directory.down = false;
    expect(await actOn(id)).toMatchObject({ status: 200 });
    expect(await isLoggedIn(browser)).toBe(false);
  });

  it('acts on the other events of a run when one of them breaks it, and says that it was not all done', async () => {
    const broken = '899700999999';
    world.directory.unreadable.add(broken);
    const browser = world.browser();
    const { sub } = await logIn(browser);
    const first = happen({ type: 'struck_off', nationalId: broken });
    for (let i = 0; i < 20; i++) happen({ type: 'contact_changed' });
    expect(await actOn(first, strikeOff())).toMatchObject({ status: 503 });
    // Not only refused at its next use.
    expect(await world.store.sessions.of(String(sub))).toEqual([]);
  });

  it('acts on two hundred events of a run', async () => {
    const people = Array.from({ length: 200 }, (_, i) => `8997009${String(i).padStart(5, '0')}`);
    const browser = world.browser();
    await logIn(browser);
    const first = strikeOff();
    for (const each of people.slice(1)) happen({ type: 'struck_off', nationalId: each });
    expect(await actOn(first, lastEvent)).toMatchObject({ status: 200 });
    expect(await isLoggedIn(browser)).toBe(false);
  });
});
