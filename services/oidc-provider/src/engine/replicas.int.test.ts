import { afterAll, beforeAll, expect, it } from 'vitest';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 7);
});
afterAll(() => world?.close());

it('three replicas are one service: each takes up what another began', async () => {
  const [one, two, three] = await world.openReplicas(3);
  const browser = world.browser();
  const url = `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
  })}`;
  const returned = await world.login(browser, two?.at(url) ?? '');
  const code = new URL(returned).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const tokens = await three?.call(endpoints.token, form);
  expect(tokens?.status).toBe(200);
  expect((await one?.userInfo(tokens?.json.access_token))?.json.given_name).toBe('CAMILLE');
});
