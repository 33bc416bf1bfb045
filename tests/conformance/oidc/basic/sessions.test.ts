import { createHttpBrowser } from '@psc/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { CAMILLE, SUBJECT } from '../../wire.ts';
import { codeFlowPlans, type LoggedIn, openRelyingParty, type RelyingParty } from '../relying-party.ts';

describe.each(codeFlowPlans)('%s: a session and its age', (_plan, responseMode) => {
  let rp: RelyingParty;
  /** Logins whose browsers have a session since. */
  let first: LoggedIn;
  let second: LoggedIn;

  beforeAll(async () => {
    rp = await openRelyingParty({ responseMode });
    second = await rp.logIn();
    first = await rp.logIn({ max_age: '15000' });
  });

  it('oidcc-prompt-none-logged-in: nobody is asked again, and the answer is of the same login', async () => {
    const silent = await rp.logIn({ prompt: 'none', login_hint: undefined }, first.browser);
    expect(silent.wasAsked).toBe(false);
    expect(silent.tokens.claims).toMatchObject({
      sub: first.tokens.claims.sub,
      auth_time: first.tokens.claims.auth_time,
    });
  });

  it('oidcc-prompt-none-not-logged-in: login_required', async () => {
    const request = rp.ask({ prompt: 'none' });
    const { answer } = await rp.authorize(request, createHttpBrowser());
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'login_required',
      state: request.state,
      iss: rp.server.issuer,
    });
    expect(answer.has('code')).toBe(false);
  });

  it('oidcc-id-token-hint: a silent login for whom the hint names', async () => {
    const hint = { prompt: 'none', login_hint: undefined, id_token_hint: first.tokens.id_token };
    const silent = await rp.logIn(hint, first.browser);
    expect(silent.tokens.claims).toMatchObject({
      sub: first.tokens.claims.sub,
      auth_time: first.tokens.claims.auth_time,
    });
  });

  it('oidcc-max-age-10000: a recent login is enough, and is dated', async () => {
    const again = await rp.logIn({ max_age: '10000', login_hint: undefined }, first.browser);
    expect(again.wasAsked).toBe(false);
    expect(again.tokens.claims.auth_time).toBe(first.tokens.claims.auth_time);
  });

  it('oidcc-login-hint: the login is of whom the hint names', async () => {
    const { tokens, wasAsked } = await rp.logIn({ login_hint: CAMILLE }, createHttpBrowser());
    expect([wasAsked, tokens.claims.sub]).toEqual([true, SUBJECT]);
  });

  it('oidcc-max-age-1: a login of two seconds ago is asked for again', async () => {
    const since = first.tokens.claims.auth_time ?? 0;
    await until(since + 2);
    const again = await rp.logIn({ max_age: '1' }, first.browser);
    expect(again.wasAsked).toBe(true);
    expect(again.tokens.claims.auth_time).toBeGreaterThan(since);
  });

  it('oidcc-prompt-login: is asked for again, session or not', async () => {
    const before = await rp.logIn({ login_hint: undefined }, second.browser);
    expect(before.wasAsked).toBe(false);
    const since = before.tokens.claims.auth_time ?? 0;
    await until(since + 1);
    const again = await rp.logIn({ prompt: 'login' }, second.browser);
    expect(again.wasAsked).toBe(true);
    expect(again.tokens.claims.auth_time).toBeGreaterThan(since);
  });
});

/** Times in tokens are whole seconds: a later one is only seen in a later second. */
async function until(seconds: number): Promise<void> {
  const left = seconds * 1000 - Date.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
