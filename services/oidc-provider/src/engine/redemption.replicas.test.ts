import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT_ONCE, race } from '#src/testing/race.ts';
import type { Replica } from '#src/testing/replica.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from './endpoints.ts';

const ROUNDS = 300;

let world: World;
let replicas: readonly Replica[];
beforeAll(async () => {
  world = await openWorld({}, 7);
  replicas = await world.openReplicas(3);
});
afterAll(() => world?.close());

const authorizationUrl = () =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
  })}`;
const codeForm = (returned: string) => ({
  grant_type: 'authorization_code',
  code: new URL(returned).searchParams.get('code') ?? '',
  redirect_uri: callback,
});
const refreshForm = (tokens: { refresh_token: string }) => ({
  grant_type: 'refresh_token',
  refresh_token: tokens.refresh_token,
});
/** Each replica in turn. */
const replica = (round: number) => replicas[round % replicas.length] ?? world;

it('three replicas are one service: each takes up what another began', async () => {
  const [one, two, three] = replicas;
  const returned = await world.login(world.browser(), two?.at(authorizationUrl()) ?? '');
  const tokens = await three?.call(endpoints.token, codeForm(returned));
  expect(tokens?.status).toBe(200);
  expect((await one?.userInfo(tokens?.json.access_token))?.json.given_name).toBe('CAMILLE');
});

describe(`presented to three replicas at once, ${ROUNDS} times over`, () => {
  const everyLoser = { '400 invalid_grant': ROUNDS * 2 };

  it('a code is redeemed once, and what it gave works', async () => {
    // A browser that is logged in gets its codes at once; some, so that they do not share one grant.
    const browsers = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const browser = world.browser();
        await world.login(browser, authorizationUrl());
        return browser;
      }),
    );
    const outcome = await race({
      replicas,
      rounds: ROUNDS,
      async prepare(round) {
        const browser = browsers[round % browsers.length] ?? world.browser();
        const page = await browser.open(replica(round).at(authorizationUrl()), { stopAt: callback });
        return codeForm(page.url);
      },
      async verify(tokens, round) {
        expect((await replica(round).userInfo(tokens.access_token)).status).toBe(200);
        expect((await replica(round + 1).call(endpoints.token, refreshForm(tokens))).status).toBe(200);
      },
    });
    expect(outcome).toEqual({ successes: { 1: ROUNDS }, refusals: everyLoser });
  });

  it('a refresh token is redeemed once, and what it gave works', async () => {
    const free = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const returned = await world.login(world.browser(), authorizationUrl());
        return (await world.call(endpoints.token, codeForm(returned))).json;
      }),
    );
    const outcome = await race({
      replicas,
      rounds: ROUNDS,
      async prepare() {
        // As many chains as rounds run at once: each round takes up what the one before it won.
        return refreshForm(free.pop());
      },
      async verify(tokens, round) {
        expect((await replica(round).userInfo(tokens.access_token)).status).toBe(200);
        free.push(tokens);
      },
    });
    expect(outcome).toEqual({ successes: { 1: ROUNDS }, refusals: everyLoser });
  });
});
