import { grantTypes } from '@psc/contracts';
import { createHttpBrowser, type HttpBrowser, type Page } from '@psc/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 8);
  await world.saveApplication({
    clientId: 'borne',
    name: 'Borne d’accueil',
    grants: [grantTypes.device, grantTypes.refresh],
    redirectUris: [],
  });
  await world.saveApplication({
    clientId: 'tele',
    authentication: 'none',
    secret: '',
    grants: [grantTypes.device],
    redirectUris: [],
  });
  await world.engine.refresh();
});
afterAll(() => world?.close());
beforeEach(async () => {
  for (const key of await world.redis.keys('psc:device-*')) await world.redis.del(key);
});

const page = () => world.issuer + endpoints.code_verification;

async function ask(form: Record<string, string> = {}, clientId = 'borne') {
  const answer = await world.call(
    endpoints.device_authorization,
    { scope: 'openid scope_all', ...form },
    { clientId },
  );
  expect(answer.status).toBe(200);
  return answer.json;
}
async function poll(deviceCode: string, clientId = 'borne') {
  // Time goes by: the interval is another test's matter.
  for (const key of await world.redis.keys('psc:device-poll:*')) await world.redis.del(key);
  const form = { grant_type: grantTypes.device, device_code: deviceCode };
  return world.call(endpoints.token, clientId === 'tele' ? { ...form, client_id: clientId } : form, {
    clientId,
  });
}

const secretOf = ({ text }: Page) => /name="xsrf" value="(\w+)"/.exec(text)?.[1] ?? '';

/** Opens the page and types the code. */
async function type(code: string, browser: HttpBrowser = world.browser()) {
  const opened = await browser.open(page());
  const typed = await browser.submit(page(), { xsrf: secretOf(opened), user_code: code });
  const confirm = (fields: Record<string, string> = { confirm: 'yes' }) =>
    browser.submit(
      page(),
      { xsrf: secretOf(typed), user_code: code, ...fields },
      { stopAt: world.walletUrl },
    );
  return { typed, confirm, browser };
}
async function confirmed(code: string, browser?: HttpBrowser) {
  const { confirm, browser: used } = await type(code, browser);
  const { url } = await confirm();
  const [, id = ''] = /\/login\/([\w-]+)$/.exec(url) ?? [];
  expect(id).not.toBe('');
  return { id, browser: used };
}

describe('a login of a device', () => {
  it('goes from the code on its screen to its tokens', async () => {
    const asked = await ask();
    expect(asked).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
      verification_uri: page(),
      verification_uri_complete: `${page()}?user_code=${asked.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');

    const { typed, confirm, browser } = await type(asked.user_code.toLowerCase().replace('-', ' '));
    expect(typed.status).toBe(200);
    expect(typed.find('device-code')).toBe(asked.user_code);
    expect(typed.text).toContain('<strong>Borne d’accueil</strong>');
    expect(typed.text).toMatch(/Demande reçue de l’adresse (127\.0\.0\.1|::1)/);
    const left = await confirm();
    const [, id = ''] = /\/login\/([\w-]+)$/.exec(left.url) ?? [];
    expect((await world.approvals.find(id))?.request).toMatchObject({
      clientId: 'borne',
      clientName: 'Borne d’accueil',
      returnTo: `${page()}/${id}`,
    });
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');

    const done = await browser.open(await world.approve(id));
    expect(done.status).toBe(200);
    expect(done.find('message')).toContain('Vous pouvez retourner sur votre appareil');

    const { json: tokens } = await poll(asked.device_code);
    const sub = `f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:${camilleLambda.nationalId}`;
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      aud: 'borne',
      sub,
      acr: 'eidas1',
      authMode: 'MOBILE',
      sid: tokens.session_state,
    });
    expect((await world.userInfo(tokens.access_token)).json.SubjectRefPro).toBeDefined();
    const refreshed = await world.call(
      endpoints.token,
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      { clientId: 'borne' },
    );
    expect(decodeJwt(refreshed.json.access_token)).toMatchObject({ sub, authMode: 'MOBILE' });
  });

  it('is that of a public application too', async () => {
    const asked = await ask({ client_id: 'tele' }, 'tele');
    const { id, browser } = await confirmed(asked.user_code);
    await browser.open(await world.approve(id));
    expect((await poll(asked.device_code, 'tele')).status).toBe(200);
  });

  it('gives its tokens once, to one of many that ask at once', async () => {
    const asked = await ask();
    const { id, browser } = await confirmed(asked.user_code);
    await browser.open(await world.approve(id));
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(poll(asked.device_code));
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await poll(asked.device_code, 'agenda')).status).toBe(400);
    expect((await poll(asked.device_code)).json.error).toBe('invalid_grant');
  });

  it('may begin with the address that holds the code, which is to be confirmed as well', async () => {
    const asked = await ask();
    const browser = world.browser();
    const opened = await browser.open(asked.verification_uri_complete);
    expect(opened.text).toContain('<html lang="fr">');
    expect(opened.text).toContain(`name="user_code" value="${asked.user_code}"`);
    const typed = await browser.submit(page(), { xsrf: secretOf(opened), user_code: asked.user_code });
    expect(typed.find('device-code')).toBe(asked.user_code);
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');
  });

  it('asks the phone even of who is logged in: a code may come by somebody else’s message', async () => {
    const browser = world.browser();
    const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
      response_type: 'code',
      client_id: 'dossier',
      redirect_uri: callback,
      scope: 'openid',
    })}`;
    await world.login(browser, url);
    const asked = await ask();
    const { id } = await confirmed(asked.user_code, browser);
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');
    await browser.open(await world.approve(id));
    expect((await poll(asked.device_code)).status).toBe(200);
  });

  it('ends the session of somebody else in this browser first', async () => {
    const other = { ...camilleLambda, nationalId: '899700000070', givenName: 'DOMINIQUE' };
    world.people.set(other.nationalId, other);
    const browser = world.browser();
    const first = await ask();
    const known = await confirmed(first.user_code, browser);
    await browser.open(await world.approve(known.id));
    const asked = await ask();
    const { id } = await confirmed(asked.user_code, browser);
    const onward = await browser.open(await world.approve(id, { nationalId: other.nationalId }));
    const [, action = ''] = /action="([^"]+)"/.exec(onward.text) ?? [];
    const fields = [...onward.text.matchAll(/name="(\w+)" value="([\w-]+)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    );
    const done = await browser.submit(action, Object.fromEntries(fields));
    expect(done.find('message')).toContain('Vous pouvez retourner sur votre appareil');
    expect(decodeJwt((await poll(asked.device_code)).json.id_token).given_name).toBe('DOMINIQUE');
  });
});

describe('a login of a device that must not succeed', () => {
  it('ends when the person says that it is not their device', async () => {
    const asked = await ask();
    const { confirm } = await type(asked.user_code);
    const refused = await confirm({ abort: 'yes' });
    expect(refused.find('message')).toContain('n’a pas été connecté');
    expect((await poll(asked.device_code)).json.error).toBe('access_denied');
    expect((await type(asked.user_code)).typed.find('message')).toContain('déjà servi');
  });

  it('ends when the person gives up at the wallet', async () => {
    const asked = await ask();
    const { id, browser } = await confirmed(asked.user_code);
    const gone = await browser.open(`${page()}/${id}?cancel=1`);
    expect(gone.status).toBe(403);
    expect(gone.find('message')).toContain('n’a pas été connecté');
    expect((await world.approvals.find(id))?.state).toBe('expired');
    expect((await poll(asked.device_code)).json.error).toBe('access_denied');
  });

  it('goes on with a new approval when the person tries again', async () => {
    const asked = await ask();
    const { id, browser } = await confirmed(asked.user_code);
    const again = await world.leave(browser, `${page()}/${id}`);
    expect(again).not.toBe(id);
    await browser.open(await world.approve(again));
    expect((await poll(asked.device_code)).status).toBe(200);
  });

  it('is not finished in another browser', async () => {
    const asked = await ask();
    const { id } = await confirmed(asked.user_code);
    const back = await world.approve(id);
    expect((await world.browser().open(back)).text).toContain('autre navigateur');
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');
  });

  it('is confirmed by one person: the code of somebody who was faster opens nothing', async () => {
    const asked = await ask();
    const [one, other] = [await type(asked.user_code), await type(asked.user_code)];
    const pages = await Promise.all([one.confirm(), other.confirm()]);
    expect(pages.filter(({ url }) => url.startsWith(world.walletUrl))).toHaveLength(1);
    const late = pages.find(({ url }) => !url.startsWith(world.walletUrl));
    expect(late?.find('message')).toContain('déjà servi');
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');
  });

  it.each([
    ['', 'Saisissez le code'],
    ['BCDF-GHJK', 'n’existe pas'],
    ['"><script>alert(1)</script>', 'n’existe pas'],
    ['x'.repeat(10_000), 'n’existe pas'],
  ])('with a code that nobody got: %s', async (code, words) => {
    const { typed } = await type(code);
    expect(typed.status).toBe(422);
    expect(typed.find('message')).toContain(words);
    expect(typed.text).not.toContain('<script>alert');
  });

  it('has its form from this browser, or is not looked at', async () => {
    const asked = await ask();
    const browser = world.browser();
    await browser.open(page());
    for (const xsrf of ['', 'x', secretOf(await world.browser().open(page()))]) {
      const typed = await browser.submit(page(), { xsrf, user_code: asked.user_code, confirm: 'yes' });
      expect(typed.status).toBe(400);
    }
    const cookieless = await createHttpBrowser({ acceptCookies: false }).submit(page(), {
      xsrf: 'x',
      user_code: asked.user_code,
      confirm: 'yes',
    });
    expect(cookieless.find('message')).toContain('refuse les cookies');
    expect((await type(asked.user_code)).typed.find('device-code')).toBe(asked.user_code);
  });

  it('for an application that did not declare it is refused', async () => {
    const answer = await world.call(endpoints.device_authorization, { scope: 'openid' });
    expect(answer.json.error).toBe('invalid_request');
  });

  it('of a professional who may no longer practise is refused', async () => {
    const person = { ...camilleLambda, nationalId: '899700000088', status: 'inactive' as const };
    world.people.set(person.nationalId, person);
    const asked = await ask();
    const { id, browser } = await confirmed(asked.user_code);
    const refused = await browser.open(await world.approve(id, { nationalId: person.nationalId }));
    expect(refused.text).toContain('Connexion impossible');
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');
  });
});

describe('whoever guesses, or asks too often', () => {
  it('is stopped after sixty codes from one network, and nothing else is', async () => {
    const asked = await ask();
    const browser = world.browser();
    let xsrf = secretOf(await browser.open(page()));
    for (let i = 0; i < 60; i++) {
      const typed = await browser.submit(page(), { xsrf, user_code: 'BCDF-GHJK' });
      expect(typed.status).toBe(422);
      xsrf = secretOf(typed);
    }
    const stopped = await browser.submit(page(), { xsrf, user_code: asked.user_code });
    expect(stopped.status).toBe(429);
    expect(stopped.find('message')).toContain('Trop de codes');
    expect((await browser.open(page())).status).toBe(200);
    const [counter = ''] = await world.redis.keys('psc:device-codes:*');
    expect(await world.redis.pttl(counter)).toBeGreaterThan(0);
  });

  it('is told to slow down, and then may ask again', async () => {
    const asked = await ask();
    const form = { grant_type: grantTypes.device, device_code: asked.device_code };
    const one = () => world.call(endpoints.token, form, { clientId: 'borne' });
    expect((await one()).json.error).toBe('authorization_pending');
    const early = await one();
    expect([early.status, early.json.error]).toEqual([400, 'slow_down']);
    expect((await poll(asked.device_code)).json.error).toBe('authorization_pending');
  });

  it('after ten minutes finds the code expired', async () => {
    const asked = await ask();
    for (const key of await world.redis.keys('psc:oidc:DeviceCode:*')) await world.redis.del(key);
    expect((await poll(asked.device_code)).json.error).toBe('invalid_grant');
    expect((await type(asked.user_code)).typed.find('message')).toContain('n’existe plus');
  });
});
