import { afterAll, beforeAll, expect, it } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { createCibaClient } from '#src/testing/ciba.ts';
import { openWorld, type World } from '#src/testing/world.ts';

const ROUNDS = 300;

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 4);
  await world.saveApplication(cibaApplication({ clientId: 'logiciel' }));
  await world.engine.refresh();
});
afterAll(() => world?.close());

it('polls at once on three replicas get one set of tokens, three hundred times, and the winner keeps them', async () => {
  const replicas = await world.openReplicas(3);
  const software = createCibaClient(world, 'logiciel');
  const refusals = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const authReqId = await software.askFor();
    await world.authBroker.approve(authReqId);
    const answers = await Promise.all(replicas.map((replica) => software.poll(authReqId, replica)));
    const [winner, ...others] = answers.toSorted((a, b) => a.status - b.status);
    expect(winner?.status).toBe(200);
    for (const { status, json } of others) refusals.add(`${status} ${json.error} ${json.error_description}`);
    expect((await world.userInfo(winner?.json.access_token)).status).toBe(200);
    expect(await world.store.sessions.find(winner?.json.session_state)).toMatchObject({
      clientIds: ['logiciel'],
    });
  }
  expect([...refusals]).toEqual(['400 invalid_grant Invalid auth_req_id']);
}, 240_000);
