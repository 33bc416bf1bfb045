import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openApplication, type TestApplication } from './application.ts';
import { expectAccessible, expectToFit, openStage, readPage, type Stage } from './stage.ts';

let stage: Stage;
let dossier: TestApplication;
let agenda: TestApplication;
beforeAll(async () => {
  stage = await openStage();
  dossier = await openApplication(stage.sandbox, 'Dossier partagé', { frontchannel: true });
  agenda = await openApplication(stage.sandbox, 'Agenda médical', { backchannel: true, frontchannel: true });
});
afterAll(async () => {
  await dossier?.[Symbol.asyncDispose]();
  await agenda?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const logoutUrl = (parameters: Readonly<Record<string, string>> = {}) =>
  `${stage.issuer}/protocol/openid-connect/logout?${new URLSearchParams(parameters)}`;

/** A professional whose phone says yes, logged in to both applications in this browser. */
async function logIn(page: Page, nationalId?: string) {
  const who = nationalId ?? (await stage.sandbox.createProfessional()).nationalId;
  await stage.sandbox.setPhone(who, 'approve');
  await page.goto(dossier.authorizationUrl(stage.issuer, { login_hint: who }));
  await page.waitForURL(`${dossier.callback}?*`);
  const tokens = await dossier.redeem(stage.issuer, page.url());
  await page.goto(agenda.authorizationUrl(stage.issuer));
  await page.waitForURL(`${agenda.callback}?*`);
  return { nationalId: who, tokens, sid: String(decodeJwt(tokens.id_token).sid) };
}
async function isLoggedIn(page: Page): Promise<boolean> {
  await page.goto(agenda.authorizationUrl(stage.issuer, { prompt: 'none' }));
  await page.waitForURL(`${agenda.callback}?*`);
  return new URL(page.url()).searchParams.has('code');
}
const heardOf = ({ heard }: TestApplication, path: string, sid: string) =>
  heard.filter((each) => each.path === path && (each.query.sid ?? sidOf(each.form.logout_token)) === sid);
const sidOf = (jwt = '') => (jwt === '' ? undefined : decodeJwt(jwt).sid);

describe('a logout by an application', () => {
  it.each([true, false])(
    'tells the others of the session and goes back there, with JavaScript: %s',
    async (javaScriptEnabled) => {
      const { page } = await stage.visit({ javaScriptEnabled });
      const { tokens, sid } = await logIn(page);
      // Its time stands still: the page can only go on because its frames were loaded.
      if (javaScriptEnabled) {
        await page.clock.install();
        await page.clock.pauseAt(Date.now() + 60_000);
      }
      await page.goto(
        logoutUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: dossier.bye, state: 'adieu' }),
      );
      await page.waitForURL(`${dossier.bye}?state=adieu`);

      for (const application of [dossier, agenda]) {
        const [framed, ...again] = heardOf(application, '/frontchannel', sid);
        expect(framed?.query).toEqual({ iss: stage.issuer, sid });
        expect(again).toEqual([]);
      }
      await expect.poll(() => heardOf(agenda, '/backchannel', sid), { timeout: 10_000 }).toHaveLength(1);
      const [called] = heardOf(agenda, '/backchannel', sid);
      const keys = createRemoteJWKSet(new URL(`${stage.issuer}/protocol/openid-connect/certs`));
      const { payload } = await jwtVerify(called?.form.logout_token ?? '', keys, {
        typ: 'logout+jwt',
        issuer: stage.issuer,
        audience: agenda.clientId,
      });
      expect(payload).toMatchObject({ sid, sub: decodeJwt(tokens.id_token).sub });
      expect(await isLoggedIn(page)).toBe(false);
    },
  );

  it('without an address stays on a page that says so, readable on a small screen and by axe', async () => {
    const { page } = await stage.visit({ viewport: { width: 320, height: 640 } });
    const { tokens, sid } = await logIn(page);
    await page.goto(logoutUrl({ id_token_hint: tokens.id_token }));
    expect(await readPage(page)).toContain('Votre session est fermée');
    await expectToFit(page);
    await expect.poll(() => heardOf(agenda, '/frontchannel', sid)).toHaveLength(1);
    await expectAccessible(page);
  });

  it('without an ID token asks the person, who confirms', async () => {
    const { page } = await stage.visit({ viewport: { width: 320, height: 640 } });
    await logIn(page);
    await page.goto(logoutUrl({ client_id: dossier.clientId, post_logout_redirect_uri: dossier.bye }));
    await page.getByTestId('confirm-logout').waitFor();
    await expectToFit(page);
    await expectAccessible(page);
    await page.getByTestId('confirm-logout').click();
    await page.waitForURL(dossier.bye);
    expect(await isLoggedIn(page)).toBe(false);
  });
});

describe('the portal', () => {
  const openPortal = async (page: Page) => {
    await page.goto(inject('cluster').walletUrl);
    await page.getByTestId('portal').click();
  };

  it('is found from the wallet, logs in by phone, lists the sessions, and closes one of them', async () => {
    const { page: elsewhere } = await stage.visit();
    const { nationalId } = await logIn(elsewhere);
    const { page } = await stage.visit({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
    await openPortal(page);
    await page.getByTestId('log-in').click();
    await page.getByTestId('identifier-field').fill(nationalId);
    await page.getByTestId('submit').click();
    await page.getByTestId('sessions').waitFor();
    expect(await page.getByTestId('session').count()).toBe(2);
    const other = page.getByTestId('session').nth(1);
    expect(await other.textContent()).toMatch(/Agenda médical, Dossier partagé/);
    await expectToFit(page);
    await other.getByTestId('close').click();
    await expect.poll(() => page.getByTestId('session').count()).toBe(1);
    expect(await isLoggedIn(elsewhere)).toBe(false);
  });

  it('closes all sessions, on pages without a defect that axe knows of', async () => {
    const { page: elsewhere } = await stage.visit();
    const { nationalId } = await logIn(elsewhere);
    const { page } = await stage.visit();
    await openPortal(page);
    await page.getByTestId('log-in').waitFor();
    await expectAccessible(page);
    const { sid } = await logIn(page, nationalId);
    await page.goto(`${inject('cluster').walletUrl}/login-page`);
    await page.getByTestId('sessions').waitFor();
    await expectAccessible(page);
    await page.getByTestId('close-all').click();
    await page.getByTestId('message').waitFor();
    expect(await readPage(page)).toContain('Toutes vos sessions sont fermées');
    await expectAccessible(page);
    await expect.poll(() => heardOf(agenda, '/backchannel', sid), { timeout: 10_000 }).toHaveLength(1);
    expect(await isLoggedIn(elsewhere)).toBe(false);
    expect(await isLoggedIn(page)).toBe(false);
  });
});
