import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 6);
});
afterAll(() => world?.close());

/**
 * How many commands the service sends to Redis for what `act` does. Each is a round trip but one: a session is noted under
 * its professional in the same breath as it is saved.
 */
async function count<Result>(act: () => Promise<Result>): Promise<[Result, number]> {
  const sent = vi.spyOn(world.redis, 'sendCommand');
  const result = await act();
  const commands = sent.mock.calls.length;
  sent.mockRestore();
  return [result, commands];
}

it('a login, and what follows it, costs so many round trips to Redis and no more', async () => {
  const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
  })}`;
  const browser = world.browser();
  const redeem = async (returned: string) => {
    const code = new URL(returned).searchParams.get('code') ?? '';
    return world.call(endpoints.token, { grant_type: 'authorization_code', code, redirect_uri: callback });
  };

  const [id, authorize] = await count(() => world.leave(browser, url));
  const back = await world.approve(id);
  const [page, resume] = await count(() => browser.open(back, { stopAt: callback }));
  const [{ json: tokens }, token] = await count(() => redeem(page.url));
  const [, userinfo] = await count(() => world.userInfo(tokens.access_token));
  const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  const [, refresh] = await count(() => world.call(endpoints.token, form));
  const [, again] = await count(() => browser.open(url, { stopAt: callback }));
  expect({ authorize, resume, token, userinfo, refresh, again }).toEqual({
    authorize: 3,
    resume: 8,
    token: 8,
    userinfo: 3,
    refresh: 9,
    again: 6,
  });
});
