import {
  createHttpBrowser,
  createRelyingParty,
  type RelyingParty,
  waitForCallback,
  waitForEnding,
} from '@psc/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

const CAMILLE = '899700000013';
let stage: Stage;
let application: RelyingParty;

beforeAll(async () => {
  stage = await openStage();
  application = await createRelyingParty({
    issuer: stage.issuer,
    clientId: 'sandbox-web',
    clientSecret: 'sandbox-secret',
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

describe('an application that uses openid-client and nothing of ours', () => {
  it('gets the claims of Pro Santé Connect', async () => {
    await stage.sandbox.setPhone(CAMILLE, 'approve');
    const browser = createHttpBrowser();
    const login = await application.begin({ login_hint: CAMILLE });
    const callback = await waitForCallback(browser, login.url, application.redirectUri);
    const { idToken, userInfo, tokens } = await login.finish(callback);
    expect(idToken).toMatchObject({
      SubjectNameID: CAMILLE,
      preferred_username: CAMILLE,
      given_name: 'CAMILLE',
      family_name: 'LAMBDA',
      acr: 'eidas1',
      authMode: 'MOBILE',
      azp: 'sandbox-web',
      typ: 'ID',
    });
    expect(idToken.sub).toMatch(/^f:[0-9a-f-]{36}:899700000013$/);
    expect(userInfo).toMatchObject({
      SubjectNameID: CAMILLE,
      SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
      Acces_Regulation_Medicale: 'FAUX',
      otherIds: [{ identifiant: CAMILLE, origine: 'RPPS', qualite: 1 }],
    });
    expect(tokens.expires_in).toBe(120);
    expect(tokens.refresh_token).toBeDefined();
  });

  it('gets a code for a second application of the same browser without another approval', async () => {
    await stage.sandbox.setPhone(CAMILLE, 'approve');
    const browser = createHttpBrowser();
    const first = await application.begin({ login_hint: CAMILLE });
    await first.finish(await waitForCallback(browser, first.url, application.redirectUri));
    await stage.sandbox.setPhone(CAMILLE, 'ignore');
    const second = await application.begin();
    const page = await browser.open(second.url, { stopAt: application.redirectUri });
    expect((await second.finish(page.url)).idToken.sub).toContain(CAMILLE);
  });

  it('renews its tokens', async () => {
    await stage.sandbox.setPhone(CAMILLE, 'approve');
    const login = await application.begin({ login_hint: CAMILLE });
    const { tokens } = await login.finish(
      await waitForCallback(createHttpBrowser(), login.url, application.redirectUri),
    );
    const renewed = await application.refresh(tokens.refresh_token ?? '');
    expect(renewed.access_token).not.toBe(tokens.access_token);
    expect(renewed.claims()?.sub).toContain(CAMILLE);
  });

  it('gets login_required for prompt=none without a session', async () => {
    const login = await application.begin({ prompt: 'none' });
    const page = await createHttpBrowser().open(login.url, { stopAt: application.redirectUri });
    expect(new URL(page.url).searchParams.get('error')).toBe('login_required');
  });

  it('refuses a professional who was struck off, and says so in French', async () => {
    const { nationalId } = await stage.sandbox.createProfessional();
    await stage.sandbox.setPhone(nationalId, 'approve');
    const { status } = await stage.sandbox.call('PATCH', `/professionals/${nationalId}`, {
      status: 'inactive',
    });
    expect(status).toBe(200);
    const login = await application.begin({ login_hint: nationalId });
    const ending = await waitForEnding(createHttpBrowser(), login.url, application.redirectUri);
    expect(ending.url.startsWith(application.redirectUri)).toBe(false);
    expect(ending.text).toMatch(/registre|annuaire|inscri/i);
  });
});
