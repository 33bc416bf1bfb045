import { createHttpBrowser } from '@psc/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { basic, bearer, type Credentials, openWire, type Tokens, type Wire } from '../wire.ts';

/**
 * A PHP application by league/oauth2-client: the secret is in the body, and the package for Pro Santé Connect puts it in
 * the address of the token endpoint besides (`https://id:secret@…`), which the HTTP client sends as Basic.
 */
const CALLBACK = 'https://dossier.example/connect/psc/check';
const HOME = 'https://dossier.example/au-revoir?motif=fin';
const STATE = '9c1f0e6d5b4a39281706f5e4d3c2b1a0';
const PSI_ACCOUNT = 'd2c6b2a4-0000-4000-8000-000000000001';

describe('league/oauth2-client', () => {
  let wire: Wire;
  let application: Credentials;
  let code: string;
  let tokens: Tokens;
  const browser = createHttpBrowser();

  const redeem = () =>
    wire.call(wire.endpoint('token'), {
      method: 'POST',
      headers: { authorization: basic(application) },
      body: new URLSearchParams({
        client_id: application.clientId,
        client_secret: application.clientSecret,
        redirect_uri: CALLBACK,
        grant_type: 'authorization_code',
        code,
      }),
    });

  beforeAll(async () => {
    wire = openWire();
    application = await wire.register({ redirect_uris: [CALLBACK], post_logout_redirect_uris: [HOME] });
  });

  it('gets its code with a parameter that only Google knows, and without a nonce', async () => {
    const url = `${wire.walletUrl}/auth?${new URLSearchParams({
      state: STATE,
      scope: 'openid scope_all',
      response_type: 'code',
      approval_prompt: 'auto',
      redirect_uri: CALLBACK,
      client_id: application.clientId,
    })}`;
    const callback = await wire.goThrough(url, { callback: CALLBACK, nationalId: PSI_ACCOUNT, browser });
    expect(callback.searchParams.get('state')).toBe(STATE);
    code = callback.searchParams.get('code') ?? '';
  });

  it('redeems it with the same secret in the header and in the body', async () => {
    const { status, json, text } = await redeem();
    expect([status, text]).toEqual([200, expect.any(String)]);
    expect(json).toMatchObject({ access_token: expect.any(String), expires_in: 120 });
    tokens = json;
  });

  it('knows its user by SubjectNameID, who has no profession at all', async () => {
    const { json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(json).toMatchObject({
      SubjectNameID: PSI_ACCOUNT,
      SubjectRole: [],
      SubjectOrganization: '',
      SubjectRefPro: { exercices: [] },
    });
  });

  it('logs out by an address of which nothing is encoded', async () => {
    const url = `${wire.endpoint('logout')}?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=${HOME}`;
    expect((await browser.open(url, { stopAt: HOME })).url).toBe(HOME);
    const { status } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(status).toBe(401);
  });

  it('finds the description that it reads of any error', async () => {
    const { status, json } = await redeem();
    expect(status).toBe(400);
    expect(json).toEqual({ error: 'invalid_grant', error_description: expect.any(String) });
  });
});
