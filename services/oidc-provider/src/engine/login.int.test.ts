import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '#src/testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

describe('a login', () => {
  it('gives the application an ID token and UserInfo as Pro Santé Connect does', async () => {
    const rp = await world.relyingParty();
    const pending = await rp.begin();
    const { tokens, idToken, userInfo } = await pending.finish(
      await world.login(world.browser(), pending.url),
    );
    expect(userInfo.SubjectNameID).toBe('899700000013');
  });
});
