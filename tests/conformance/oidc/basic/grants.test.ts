import { hash } from 'node:crypto';
import { Redis } from 'ioredis';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { bearer, CALLBACK, SUBJECT } from '../../wire.ts';
import {
  codeFlowPlans,
  insecure,
  type LoggedIn,
  openRelyingParty,
  type RelyingParty,
  register,
  type Tokens,
} from '../relying-party.ts';

describe.each(codeFlowPlans)('%s: codes and refresh tokens', (_plan, responseMode) => {
  let rp: RelyingParty;

  beforeAll(async () => {
    rp = await openRelyingParty({ responseMode });
  });

  const redeemAgain = ({ answer }: LoggedIn) =>
    rp.wire.post(
      'token',
      {
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        redirect_uri: CALLBACK,
      },
      { clientId: rp.client.client_id, clientSecret: rp.secret },
    );

  it('oidcc-codereuse: a code works once', async () => {
    const { status, json } = await redeemAgain(await rp.logIn());
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    expect(json).not.toHaveProperty('access_token');
  });

  it('oidcc-codereuse-30seconds: later too, and what was given for it no longer works', async () => {
    const login = await rp.logIn();
    const { access_token } = login.tokens;
    expect(await rp.userInfo(login.tokens)).toMatchObject({ sub: SUBJECT });
    const renewed = await refresh(rp, rp.secret, login.tokens.refresh_token);
    await letHalfAMinutePass(login);
    const { status, json } = await redeemAgain(login);
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    for (const token of [access_token, renewed.access_token]) {
      const { status: after } = await rp.wire.call(rp.server.userinfo_endpoint ?? '', bearer(token));
      expect(after).toBe(401);
    }
  });

  it('oidcc-refresh-token: renews the tokens of its login, for the application that it was given to', async () => {
    const other = await register(rp.wire);
    const { tokens } = await rp.logIn({ scope: 'openid scope_all', prompt: 'consent' });
    const stolen = await rp.wire.post(
      'token',
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      other,
    );
    expect([stolen.status, stolen.json.error]).toEqual([400, 'invalid_grant']);
    const renewed = await refresh(rp, rp.secret, tokens.refresh_token);
    expect(renewed.access_token).not.toBe(tokens.access_token);
    const { iss, sub, aud, auth_time } = tokens.claims;
    expect(oauth.getValidatedIdTokenClaims(renewed)).toMatchObject({ iss, sub, aud, auth_time });
    expect(await rp.userInfo({ ...tokens, ...renewed } as Tokens)).toMatchObject({ sub: SUBJECT });
  });
});

/** Nobody waits: the store is told that the code was redeemed earlier. */
async function letHalfAMinutePass({ answer }: LoggedIn): Promise<void> {
  const code = hash('sha256', answer.get('code') ?? '', 'base64url');
  const key = `psc:oidc:AuthorizationCode:${code}`;
  const redis = new Redis(inject('cluster').redisUrl);
  try {
    const redeemedAt = Number(await redis.hget(key, 'consumedAt'));
    expect(redeemedAt).toBeGreaterThan(0);
    await redis.hset(key, 'consumedAt', redeemedAt - 30);
  } finally {
    redis.disconnect();
  }
}

async function refresh({ server, client }: RelyingParty, secret: string, refreshToken: string) {
  const authentication = oauth.ClientSecretBasic(secret);
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client,
    authentication,
    refreshToken,
    insecure,
  );
  expect(response.headers.get('cache-control')).toContain('no-store');
  return oauth.processRefreshTokenResponse(server, client, response);
}
