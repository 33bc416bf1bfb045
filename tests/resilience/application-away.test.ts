import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { type Callee, openCallee } from '../conformance/oidc/callee.ts';
import { openRelyingParty } from '../conformance/oidc/relying-party.ts';

const POST_LOGOUT = 'http://127.0.0.1:9/post_logout_redirect';
const RETRY_WITHIN_MS = 30_000;

it('an application that is away when a session ends is told later, with a token made anew; the browser waits for nobody', async () => {
  await using callee = await openCallee();
  callee.answer = { status: 503 };
  const rp = await openRelyingParty({
    metadata: { post_logout_redirect_uris: [POST_LOGOUT], backchannel_logout_uri: callee.url },
  });
  const { browser, tokens } = await rp.logIn();
  const leaving = new URLSearchParams({
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: POST_LOGOUT,
  });
  const { url } = await browser.open(`${rp.server.end_session_endpoint}?${leaving}`, { stopAt: POST_LOGOUT });
  expect(url).toMatch(POST_LOGOUT);

  await callee.called(() => true);
  callee.answer = { status: 200 };
  await expect.poll(() => callee.calls.length, { timeout: RETRY_WITHIN_MS }).toBe(2);

  const keys = createRemoteJWKSet(new URL(rp.server.jwks_uri ?? ''));
  const [first, second] = await Promise.all(logoutTokensOf(callee).map((token) => jwtVerify(token, keys)));
  expect(second?.payload).toMatchObject({ sid: tokens.claims.sid, sub: tokens.claims.sub });
  expect(second?.payload.jti).not.toBe(first?.payload.jti);
  expect(second?.payload.exp).toBeGreaterThan(first?.payload.exp ?? Number.POSITIVE_INFINITY);
});

function logoutTokensOf({ calls }: Callee): string[] {
  return calls.map(({ body }) => new URLSearchParams(body).get('logout_token') ?? '');
}
