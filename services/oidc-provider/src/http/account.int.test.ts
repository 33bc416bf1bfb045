import { grantTypes } from '@psc/contracts';
import type { HttpBrowser, Page } from '@psc/testing';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { endpoints } from '#src/engine/endpoints.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { formsOf, framesOf } from '#src/testing/pages.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';

let world: World;
/** A professional of each test's own. */
let nationalId: string;
let number = 0;
beforeAll(async () => {
  world = await openWorld({}, 15);
  await world.saveApplication({
    clientId: 'told',
    name: 'Dossier partagé',
    loopbackRedirects: true,
    logout: {
      backchannelUrl: 'https://told.example/logout',
      frontchannelUrl: 'https://told.example/front',
    },
  });
  await world.saveApplication({
    clientId: 'logiciel',
    name: 'Logiciel de cabinet',
    grants: [grantTypes.ciba, grantTypes.refresh],
    ciba: { channels: ['MOBILE'], delivery: 'poll', notificationUrl: '', requestAlg: '' },
  });
  await world.engine.refresh();
});
afterAll(() => world?.close());
beforeEach(() => {
  nationalId = `8997000${String(10_000 + number++)}`;
  world.people.set(nationalId, { ...camilleLambda, nationalId });
});
afterEach(() => vi.useRealTimers());

const portal = () => `${world.issuer}/account`;
const authorizationUrl = (clientId: string, parameters: Readonly<Record<string, string>> = {}) =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'openid scope_all',
    ...parameters,
  })}`;

async function logIn(browser: HttpBrowser, clientId = 'dossier', means: 'ecps' | 'cps' = 'ecps') {
  const returned = await world.login(browser, authorizationUrl(clientId), { nationalId, means });
  const code = new URL(returned).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  return (await world.call(endpoints.token, form, { clientId })).json;
}
async function isLoggedIn(browser: HttpBrowser): Promise<boolean> {
  const { url } = await browser.open(authorizationUrl('agenda', { prompt: 'none' }), { stopAt: callback });
  return new URL(url).searchParams.has('code');
}
/** The sessions of the page, one text each. */
function listed({ text }: Page): string[] {
  return [...text.matchAll(/<li data-testid="session">([\s\S]*?)<\/li>/g)].map(([, card = '']) =>
    card
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}
function submit(browser: HttpBrowser, page: Page, index: number): Promise<Page> {
  const form = formsOf(page).at(index);
  if (!form) throw new Error('no such form');
  return browser.submit(form.action, form.fields);
}

describe('the page of sessions', () => {
  it('offers to log in to who has none, and shows theirs after the login', async () => {
    const browser = world.browser();
    const page = await browser.open(portal());
    expect(page.find('log-in')).toBe('S’identifier avec Pro Santé Connect');
    expect(page.text).not.toContain('<script');
    const [, href = ''] = /href="([^"]+)" data-testid="log-in"/.exec(page.text) ?? [];
    const id = await world.leave(browser, href.replaceAll('&#38;', '&'));
    expect((await world.approvals.find(id))?.request).toMatchObject({
      clientId: 'psc-portal',
      clientName: 'Mes sessions Pro Santé Connect',
    });
    const back = await browser.open(await world.approve(id, { nationalId }));
    expect(back.url.startsWith(portal())).toBe(true);
    expect(new URL(back.url).searchParams.has('code')).toBe(false);
    expect(listed(back)).toEqual([
      expect.stringMatching(/^Ce navigateur Ouverte .* Moyen Téléphone .* Services Aucun Fermer/),
    ]);
  });

  it('says so when the person gave up', async () => {
    const browser = world.browser();
    const page = await browser.open(portal());
    const [, href = ''] = /href="([^"]+)" data-testid="log-in"/.exec(page.text) ?? [];
    const id = await world.leave(browser, href.replaceAll('&#38;', '&'));
    const { returnTo } = (await world.approvals.find(id))?.request ?? {};
    expect((await browser.open(`${returnTo}?cancel=1`)).find('message')).toBe('La connexion n’a pas abouti.');
  });

  it('lists every session of the person and nobody else’s: since when, by which means, for which services', async () => {
    const [here, elsewhere] = [world.browser(), world.browser()];
    await logIn(elsewhere, 'agenda', 'cps');
    await logIn(here, 'dossier');
    await here.open(authorizationUrl('told'), { stopAt: callback });
    await world.login(world.browser(), authorizationUrl('dossier'), { nationalId: camilleLambda.nationalId });
    const cards = listed(await here.open(portal()));
    expect(cards).toHaveLength(2);
    expect(cards[0]).toMatch(
      /^Ce navigateur Ouverte \d.* Dernière activité .* Moyen Téléphone \(application e-CPS\) Services Dossier partagé, Service dossier Fermer/,
    );
    expect(cards[1]).toMatch(/^Session du .* Moyen Carte CPS Services Service agenda Fermer/);
  });

  it('lists a session of CIBA, which has no browser, and closes it', async () => {
    const browser = world.browser();
    await logIn(browser);
    const asked = {
      scope: 'openid scope_all',
      login_hint: nationalId,
      binding_message: '42',
      channel: 'MOBILE',
    };
    const { json } = await world.call(endpoints.backchannel_authentication, asked, { clientId: 'logiciel' });
    await world.authBroker.approve(json.auth_req_id);
    const form = { grant_type: grantTypes.ciba, auth_req_id: json.auth_req_id };
    const { json: tokens } = await world.call(endpoints.token, form, { clientId: 'logiciel' });
    expect((await world.userInfo(tokens.access_token)).status).toBe(200);
    const page = await browser.open(portal());
    expect(listed(page)[1]).toMatch(/^Session du .* Services Logiciel de cabinet Fermer/);
    expect(listed(await submit(browser, page, 1))).toHaveLength(1);
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
    expect(await isLoggedIn(browser)).toBe(true);
  });

  it('closes one session of another browser, and leaves the others', async () => {
    const [here, elsewhere, third] = [world.browser(), world.browser(), world.browser()];
    await logIn(third);
    const tokens = await logIn(elsewhere, 'told');
    await logIn(here);
    const page = await here.open(portal());
    const forms = formsOf(page);
    const index = forms.findIndex(({ fields }) => fields.session === decodeJwt(tokens.id_token).sid);
    const after = await submit(here, page, index);
    expect(after.url).toBe(portal());
    expect(listed(after)).toHaveLength(2);
    expect([await isLoggedIn(here), await isLoggedIn(elsewhere), await isLoggedIn(third)]).toEqual([
      true,
      false,
      true,
    ]);
    expect((await world.userInfo(tokens.access_token)).status).toBe(401);
    const jobs = await world.calls.getJobs(['waiting']);
    expect(jobs.filter(({ data }) => data.clientId === 'told')).toHaveLength(1);
    await world.calls.drain();
  });

  it('closes the session of this browser, with its applications in frames', async () => {
    const browser = world.browser();
    const tokens = await logIn(browser, 'told');
    const closed = await submit(browser, await browser.open(portal()), 0);
    expect(closed.text).toContain('Votre session est fermée');
    expect(framesOf(closed)).toEqual([
      `https://told.example/front?${new URLSearchParams({ iss: world.issuer, sid: String(decodeJwt(tokens.id_token).sid) })}`,
    ]);
    expect(await browser.cookies.getCookieString(world.issuer)).not.toContain('psc_session');
    expect((await browser.open(portal())).find('log-in')).toBeDefined();
    await world.calls.drain();
  });

  it('closes all of them at once, and calls their applications', async () => {
    const browsers = [world.browser(), world.browser(), world.browser()];
    for (const browser of browsers) await logIn(browser, 'told');
    const stranger = world.browser();
    await world.login(stranger, authorizationUrl('dossier'), { nationalId: camilleLambda.nationalId });
    const [here = world.browser()] = browsers;
    const closed = await submit(here, await here.open(portal()), -1);
    expect(closed.text).toContain('Toutes vos sessions sont fermées');
    for (const browser of browsers) expect(await isLoggedIn(browser)).toBe(false);
    expect(await isLoggedIn(stranger)).toBe(true);
    const jobs = await world.calls.getJobs(['waiting']);
    expect(jobs.filter(({ data }) => data.clientId === 'told')).toHaveLength(3);
    await world.calls.drain();
  });

  it('shows an application that is gone by its identifier, and a session of long ago no more', async () => {
    const [here, elsewhere] = [world.browser(), world.browser()];
    const passing = await world.saveApplication({ clientId: 'passing', loopbackRedirects: true });
    await world.engine.refresh();
    await logIn(elsewhere, 'passing');
    await world.saveApplication({ ...passing, status: 'suspended' });
    await world.engine.refresh();
    await logIn(here);
    expect(listed(await here.open(portal()))[1]).toContain('Services passing Fermer');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 4 * 3_600_000 + 1_000 });
    expect((await here.open(portal())).find('log-in')).toBeDefined();
  });
});

describe('somebody else', () => {
  it('closes nothing by a form of another site, or of their own page', async () => {
    const [victim, attacker] = [world.browser(), world.browser()];
    const tokens = await logIn(victim);
    const sid = String(decodeJwt(tokens.id_token).sid);
    const [own = { action: '', fields: {} }] = formsOf(await victim.open(portal()));
    await world.login(attacker, authorizationUrl('dossier'), { nationalId: camilleLambda.nationalId });
    const [theirs = own] = formsOf(await attacker.open(portal()));
    const post = async (browser: HttpBrowser, path: string, fields: object, headers: object = {}) =>
      fetch(`${portal()}/${path}`, {
        method: 'POST',
        body: new URLSearchParams({ ...fields }),
        headers: { cookie: await browser.cookies.getCookieString(world.issuer), ...headers },
        redirect: 'manual',
      });
    const refused = [
      post(victim, 'close-all', {}),
      post(victim, 'close-all', { token: theirs.fields.token }),
      post(victim, 'close', { ...theirs.fields, session: sid }),
      post(victim, 'close', own.fields, { origin: 'https://evil.example' }),
      post(victim, 'close-all', own.fields, { 'sec-fetch-site': 'same-site' }),
    ];
    for (const answer of await Promise.all(refused)) expect(answer.status).toBe(403);
    // Their own form, with the victim's session in it: nothing of theirs has that name.
    expect((await post(attacker, 'close', { ...theirs.fields, session: sid })).status).toBe(303);
    expect(await isLoggedIn(victim)).toBe(true);
    expect(await isLoggedIn(attacker)).toBe(true);
  });

  it('is sent to log in when they have no session', async () => {
    for (const path of ['close', 'close-all']) {
      const answer = await fetch(`${portal()}/${path}`, { method: 'POST', redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, new URL(portal()).pathname]);
    }
  });
});

describe('the application of the page', () => {
  it('gets no code, no token, and comes back nowhere else', async () => {
    const browser = world.browser();
    await logIn(browser);
    const ask = async (parameters: Readonly<Record<string, string>>) =>
      browser.open(
        authorizationUrl('psc-portal', { response_type: 'none', redirect_uri: portal(), ...parameters }),
        { stopAt: callback },
      );
    const back = await ask({ state: 's' });
    expect(Object.keys(Object.fromEntries(new URL(back.url).searchParams)).toSorted()).toEqual([
      'iss',
      'session_state',
      'state',
    ]);
    const other = await ask({ redirect_uri: callback });
    expect([other.status, other.text.includes('invalid_redirect_uri')]).toEqual([400, true]);
    expect(new URL((await ask({ response_type: 'code' })).url).searchParams.get('error')).toBe(
      'invalid_request',
    );
    for (const grant of [
      grantTypes.code,
      grantTypes.refresh,
      grantTypes.clientCredentials,
      grantTypes.ciba,
    ]) {
      const form = { grant_type: grant, client_id: 'psc-portal', code: 'x', refresh_token: 'x' };
      const answer = await world.call(endpoints.token, form, { clientId: null });
      expect(answer.status).toBe(400);
      expect(answer.json).not.toHaveProperty('access_token');
    }
  });

  it('is known to no registry', async () => {
    const { rows } = await world.postgres.query('SELECT client_id FROM applications');
    expect(rows.map(({ client_id }) => client_id)).not.toContain('psc-portal');
  });
});
