import { createSeal } from '@psc/datastores';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { createAdvanceKeys, createRotateKey } from '#src/use-cases/change-signing-keys.ts';
import { endpoints } from './endpoints.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld({}, 5);
});
afterEach(() => world?.close());

const authorizationUrl = () =>
  `${world.issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
  })}`;
async function logIn() {
  const returned = await world.login(world.browser(), authorizationUrl());
  const code = new URL(returned).searchParams.get('code') ?? '';
  return (
    await world.call(endpoints.token, { grant_type: 'authorization_code', code, redirect_uri: callback })
  ).json;
}
async function publishedKids(): Promise<string[]> {
  const answer = await fetch(world.issuer + endpoints.jwks);
  const { keys } = JSON.parse(await answer.text());
  return keys.map(({ kid }: { kid: string }) => kid);
}

describe('the signing keys', () => {
  it('change without a restart, and what the former one signed stays good', async () => {
    const before = await logIn();
    const oldKid = String(decodeProtectedHeader(before.id_token).kid);
    const needs = {
      keys: createPostgresSigningKeys(world.postgres, createSeal(world.sealKeys)),
      generate: generateSigningKey,
      policy: { publishedMs: 0, signsMs: 86_400_000, retiredMs: 86_400_000 },
    };
    const entry = { operator: 'test', reason: '' };

    // Published first, so that applications know it before they meet it.
    await createAdvanceKeys(needs)(entry);
    await world.engine.refresh();
    const published = await publishedKids();
    expect(published).toHaveLength(4);
    expect(decodeProtectedHeader((await logIn()).id_token).kid).toBe(oldKid);

    expect((await createRotateKey(needs)('RS256', false, entry)).ok).toBe(true);
    await world.engine.refresh();
    const after = await logIn();
    const newKid = String(decodeProtectedHeader(after.id_token).kid);
    expect(newKid).not.toBe(oldKid);
    expect(published).toContain(newKid);
    expect(decodeProtectedHeader(after.access_token).kid).toBe(newKid);
    expect(await publishedKids()).toContain(oldKid);
    expect((await world.userInfo(before.access_token)).status).toBe(200);
    const url = `${world.issuer}${endpoints.end_session}?${new URLSearchParams({ id_token_hint: before.id_token })}`;
    expect((await world.browser().open(url)).status).toBe(200);
    expect((await world.userInfo(before.access_token)).status).toBe(401);
  });

  it('when there is none, nothing is begun that could not be ended', async () => {
    await world.postgres.query('DELETE FROM signing_keys');
    await world.engine.refresh();
    expect(world.engine.canSign()).toBe(false);
    const page = await world.browser().open(authorizationUrl());
    expect(page.status).toBe(503);
    expect(page.text).toContain('momentanément indisponible');
  });
});

describe('while Redis does not answer', () => {
  it('a person is told to try again, and an application that it is temporary', async () => {
    const tokens = await logIn();
    const resume = `${world.issuer}${endpoints.authorization}/${await world.leave(world.browser(), authorizationUrl())}`;
    world.redis.disconnect();
    for (const url of [authorizationUrl(), `${resume}?code=x`]) {
      const page = await world.browser().open(url);
      expect(page.status).toBe(503);
      expect(page.text).toContain('momentanément indisponible');
      expect(page.text).toContain('Réessayer');
    }
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    for (const answer of [
      await world.call(endpoints.token, form),
      await world.userInfo(tokens.access_token),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.json.error).toBe('temporarily_unavailable');
    }
  });
});

describe('while PostgreSQL does not answer', () => {
  it('logins go on with the applications and keys that are known', async () => {
    await world.losePostgres();
    await expect(world.engine.refresh()).rejects.toThrow();
    expect(await logIn()).toHaveProperty('id_token');
  });
});
