import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageRedemption } from '#src/testing/redemption.ts';
import type { CallOptions } from '#src/testing/replica.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';
import { GRACE_SECONDS } from './redemption.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 9);
});
afterAll(() => world?.close());

async function newCode(): Promise<string> {
  const request = {
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
  };
  const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams(request)}`;
  return new URL(await world.login(world.browser(), url)).searchParams.get('code') ?? '';
}
const redeem = (code: string, options?: CallOptions) =>
  world.call(endpoints.token, { grant_type: 'authorization_code', code, redirect_uri: callback }, options);
const refresh = (token: string, options?: CallOptions) =>
  world.call(endpoints.token, { grant_type: 'refresh_token', refresh_token: token }, options);
const works = async (tokens: { access_token: string }) =>
  (await world.userInfo(tokens.access_token)).status === 200;
const idOf = (token: string) => decodeJwt(token).jti ?? '';

describe('a code that comes again', () => {
  it('soon after is refused, as often as it comes, and what it had given goes on working', async () => {
    const code = await newCode();
    const { json: tokens } = await redeem(code);
    for (const age of [0, GRACE_SECONDS / 2, GRACE_SECONDS / 2 - 2]) {
      await ageRedemption(world.redis, 'AuthorizationCode', code, age);
      const again = await redeem(code);
      expect([again.status, again.json.error]).toEqual([400, 'invalid_grant']);
      expect(await works(tokens)).toBe(true);
    }
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('later ends what it had given, whether or not it was forgiven before', async () => {
    for (const forgiven of [false, true]) {
      const code = await newCode();
      const { json: tokens } = await redeem(code);
      if (forgiven) expect((await redeem(code)).status).toBe(400);
      await ageRedemption(world.redis, 'AuthorizationCode', code, GRACE_SECONDS);
      expect((await redeem(code)).json.error).toBe('invalid_grant');
      expect(await works(tokens)).toBe(false);
      expect((await refresh(tokens.refresh_token)).json.error).toBe('invalid_grant');
    }
  });

  it('from another application ends nothing', async () => {
    const code = await newCode();
    const { json: tokens } = await redeem(code);
    await ageRedemption(world.redis, 'AuthorizationCode', code, GRACE_SECONDS);
    expect((await redeem(code, { clientId: 'agenda' })).json.error).toBe('invalid_grant');
    expect(await works(tokens)).toBe(true);
  });
});

describe('a refresh token that comes again', () => {
  async function rotated() {
    const { json: first } = await redeem(await newCode());
    const { json: second } = await refresh(first.refresh_token);
    return { first, second };
  }

  it('soon after is refused, and the one that replaced it goes on working', async () => {
    const { first, second } = await rotated();
    for (const age of [0, GRACE_SECONDS - 2]) {
      await ageRedemption(world.redis, 'RefreshToken', idOf(first.refresh_token), age);
      expect((await refresh(first.refresh_token)).json.error).toBe('invalid_grant');
    }
    expect(await works(second)).toBe(true);
    const { json: third } = await refresh(second.refresh_token);
    expect(await works(third)).toBe(true);
  });

  it('later ends every token of that application in that session', async () => {
    for (const forgiven of [false, true]) {
      const { first, second } = await rotated();
      if (forgiven) expect((await refresh(first.refresh_token)).status).toBe(400);
      await ageRedemption(world.redis, 'RefreshToken', idOf(first.refresh_token), GRACE_SECONDS);
      expect((await refresh(first.refresh_token)).json.error).toBe('invalid_grant');
      expect((await refresh(second.refresh_token)).json.error).toBe('invalid_grant');
      expect(await works(second)).toBe(false);
    }
  });

  it('from another application ends nothing', async () => {
    const { first, second } = await rotated();
    await ageRedemption(world.redis, 'RefreshToken', idOf(first.refresh_token), GRACE_SECONDS);
    expect((await refresh(first.refresh_token, { clientId: 'agenda' })).json.error).toBe('invalid_grant');
    expect((await refresh(second.refresh_token)).status).toBe(200);
  });
});
