import { createHttpBrowser } from '@psc/testing';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { CALLBACK, readJwt, SUBJECT } from '../../wire.ts';
import { codeFlowPlans, type LoggedIn, openRelyingParty, type RelyingParty } from '../relying-party.ts';

describe.each(codeFlowPlans)('%s: the code flow', (_plan, responseMode) => {
  let rp: RelyingParty;
  let login: LoggedIn;

  beforeAll(async () => {
    rp = await openRelyingParty({ responseMode });
    login = await rp.logIn();
  });

  it('oidcc-server: a login gives a code, tokens and UserInfo', async () => {
    const { answer, request, tokens } = login;
    expect(Object.fromEntries(answer)).toEqual({
      code: expect.any(String),
      state: request.state,
      iss: rp.server.issuer,
      session_state: tokens.claims.sid,
    });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 120 });
    expect(tokens.claims).toMatchObject({ iss: rp.server.issuer, sub: SUBJECT, aud: rp.client.client_id });
    expect(await rp.userInfo(tokens)).toMatchObject({ sub: SUBJECT });
  });

  it('oidcc-idtoken-signature: an application that names no algorithm gets RS256, with the kid of a published key', async () => {
    const { header } = readJwt(login.tokens.id_token);
    const { json } = await rp.wire.call(rp.server.jwks_uri ?? '');
    const kids = json.keys.map(({ kid }: { kid: string }) => kid);
    expect(header.alg).toBe('RS256');
    expect(kids).toContain(header.kid);
    expect(new Set(kids).size).toBe(kids.length);
  });

  it('oidcc-idtoken-unsigned: an ID token without a signature is neither advertised nor to be had', async () => {
    expect(rp.server.id_token_signing_alg_values_supported).not.toContain('none');
    const asked = await rp.wire.sandbox.call('POST', '/clients', {
      redirect_uris: [CALLBACK],
      id_token_signed_response_alg: 'none',
    });
    expect(asked.status).toBe(400);
  });

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow: an ID token without a nonce', async () => {
    const { tokens } = await rp.logIn({ nonce: undefined });
    expect(tokens.claims.nonce ?? '').toBe('');
  });

  it('oidcc-alternate-happy-flow: the order of scopes and of parameters does not matter', async () => {
    const request = rp.ask({ scope: 'email openid' });
    const reversed = new URLSearchParams([...request.parameters].reverse());
    const url = `${rp.server.authorization_endpoint}?${reversed}`;
    const { answer } = await rp.authorize({ ...request, url });
    expect((await rp.redeem(request, answer)).claims.sub).toBe(SUBJECT);
  });

  it('oidcc-ensure-post-request-succeeds: an authorization request may be posted', async () => {
    const request = rp.ask();
    const browser = createHttpBrowser();
    const posting = {
      ...browser,
      open: (url: string, options?: { stopAt?: string }) =>
        url === request.url
          ? browser.submit(
              rp.server.authorization_endpoint ?? '',
              Object.fromEntries(request.parameters),
              options,
            )
          : browser.open(url, options),
    };
    const { answer } = await rp.authorize(request, posting);
    expect((await rp.redeem(request, answer)).claims.sub).toBe(SUBJECT);
  });

  it('oidcc-server-client-secret-post: the secret may be in the body', async () => {
    const request = rp.ask();
    const { answer } = await rp.authorize(request);
    const tokens = await rp.redeem(request, answer, { authentication: oauth.ClientSecretPost(rp.secret) });
    expect(tokens.claims.sub).toBe(SUBJECT);
  });

  it('oidcc-ensure-request-with-valid-pkce-succeeds: a challenge is taken, and its verifier required', async () => {
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const challenged = {
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    };
    const request = rp.ask(challenged);
    const { answer } = await rp.authorize(request, login.browser);
    expect((await rp.redeem(request, answer, { codeVerifier })).claims.sub).toBe(SUBJECT);
    const second = rp.ask(challenged);
    const { answer: stolen } = await rp.authorize(second, login.browser);
    await expect(rp.redeem(second, stolen)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
