import { generateKeyPairSync } from 'node:crypto';
import type { HttpBrowser, Page } from '@psc/testing';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { bearer, readJwt } from '../wire.ts';
import { answerOf, type LoggedIn, openRelyingParty, type RelyingParty } from './relying-party.ts';

const POST_LOGOUT = 'http://127.0.0.1:9/post_logout_redirect';
/** Longer than others: it must come back as it went. */
const STATE = 'Az09-._~'.repeat(16);

describe('oidcc-rp-initiated-logout-certification-test-plan', () => {
  let rp: RelyingParty;
  let login: LoggedIn;

  beforeEach(async () => {
    rp ??= await openRelyingParty({ metadata: { post_logout_redirect_uris: [POST_LOGOUT] } });
    login = await rp.logIn();
  });

  const logOut = (parameters: Readonly<Record<string, string>>): Promise<Page> =>
    login.browser.open(`${rp.server.end_session_endpoint}?${new URLSearchParams(parameters)}`, {
      stopAt: POST_LOGOUT,
    });

  async function expectLoggedOut(browser: HttpBrowser = login.browser): Promise<void> {
    const silent = await browser.open(rp.ask({ prompt: 'none' }).url, {
      stopAt: 'http://127.0.0.1:9/callback',
    });
    expect(answerOf(silent, 'query').get('error')).toBe('login_required');
    const userInfo = await rp.wire.call(rp.server.userinfo_endpoint ?? '', bearer(login.tokens.access_token));
    expect(userInfo.status).toBe(401);
  }

  /** A page for the person, and no way back to the application by itself. */
  function expectNoRedirection(page: Page, status: number): void {
    expect(page.url.startsWith(POST_LOGOUT)).toBe(false);
    expect(page.status).toBe(status);
    expect(page.text).not.toContain('http-equiv="refresh"');
  }

  async function confirm(page: Page): Promise<Page> {
    const [, action = ''] = /<form method="post" action="([^"]+)">/.exec(page.text) ?? [];
    const fields = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
    return login.browser.submit(
      new URL(action, page.url).href,
      Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value])),
      { stopAt: POST_LOGOUT },
    );
  }

  it('oidcc-rp-initiated-logout-discovery-endpoint-verification: the document names the endpoint', () => {
    expect(rp.server.end_session_endpoint).toBe(rp.wire.endpoint('logout'));
  });

  it('oidcc-rp-initiated-logout: ends the session and goes back with the state', async () => {
    const { url } = await logOut({
      id_token_hint: login.tokens.id_token,
      post_logout_redirect_uri: POST_LOGOUT,
      state: STATE,
    });
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ state: STATE });
    expect(url.startsWith(`${POST_LOGOUT}?`)).toBe(true);
    await expectLoggedOut();
  });

  it('oidcc-rp-initiated-logout-no-state: goes back without one', async () => {
    const request = { id_token_hint: login.tokens.id_token, post_logout_redirect_uri: POST_LOGOUT };
    expect((await logOut(request)).url).toBe(POST_LOGOUT);
    await expectLoggedOut();
  });

  it('oidcc-rp-initiated-logout-no-post-logout-redirect-uri: ends the session and says so', async () => {
    const page = await logOut({ id_token_hint: login.tokens.id_token, state: STATE });
    expectNoRedirection(page, 200);
    expect(page.text).toContain('Votre session est fermée');
    await expectLoggedOut();
  });

  it.each([
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state: STATE }],
  ])('%s: asks the person, and ends the session when they confirm', async (_module, request) => {
    const page = await logOut(request);
    expectNoRedirection(page, 200);
    const closed = await confirm(page);
    expect(closed.text).toContain('Votre session est fermée');
    await expectLoggedOut();
  });

  it('oidcc-rp-initiated-logout-no-id-token-hint: asks the person, and does not go back by itself', async () => {
    const page = await logOut({ post_logout_redirect_uri: POST_LOGOUT, state: STATE });
    expectNoRedirection(page, 200);
    expect(page.text).toContain('Voulez-vous vous déconnecter');
  });

  it.each([
    ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', 'https://attacker.example/bye'],
    ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', `${POST_LOGOUT}?foo=bar`],
  ])('%s: a page, and no redirection', async (_module, address) => {
    const page = await logOut({
      id_token_hint: login.tokens.id_token,
      post_logout_redirect_uri: address,
      state: STATE,
    });
    expectNoRedirection(page, 400);
    expect(page.text).toContain('post_logout_redirect_uri not registered');
  });

  it('oidcc-rp-initiated-logout-modified-id-token-hint: without its signature it is none', async () => {
    const unsigned = new UnsecuredJWT(readJwt(login.tokens.id_token).claims).encode();
    const page = await logOut({
      id_token_hint: unsigned,
      post_logout_redirect_uri: POST_LOGOUT,
      state: STATE,
    });
    expectNoRedirection(page, 400);
    expect(await rp.userInfo(login.tokens)).toHaveProperty('sub');
  });

  it('oidcc-rp-initiated-logout-bad-id-token-hint: signed by somebody else it is none', async () => {
    const { claims, header } = readJwt(login.tokens.id_token);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: String(header.kid) })
      .sign(privateKey);
    const page = await logOut({ id_token_hint: forged, post_logout_redirect_uri: POST_LOGOUT, state: STATE });
    expectNoRedirection(page, 400);
    expect(await rp.userInfo(login.tokens)).toHaveProperty('sub');
  });
});
