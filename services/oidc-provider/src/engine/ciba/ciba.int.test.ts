import { hash } from 'node:crypto';
import { grantTypes } from '@psc/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { camilleLambda } from '#src/testing/camille-lambda.ts';
import { openWorld, type World } from '#src/testing/world.ts';
import { endpoints } from '../endpoints.ts';

const { nationalId } = camilleLambda;

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 5);
  await world.saveApplication(cibaApplication({ clientId: 'logiciel' }));
  await world.saveApplication(cibaApplication({ clientId: 'autre', authentication: 'client_secret_post' }));
  await world.engine.refresh();
});
afterAll(() => world?.close());
beforeEach(() => {
  world.authBroker.down = false;
});

type Form = Readonly<Record<string, string | undefined>>;

/** As PSC documents it; a parameter is left out when it is undefined. */
const asked: Form = {
  scope: 'openid scope_all',
  acr_values: 'eidas1',
  login_hint: nationalId,
  binding_message: '07',
  channel: 'MOBILE',
};

function formOf(fields: Form): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const ask = (change: Form = {}, clientId = 'logiciel') =>
  world.call(endpoints.backchannel_authentication, formOf({ ...asked, ...change }), { clientId });
const poll = (authReqId: string, clientId = 'logiciel', from: Pick<World, 'call'> = world) =>
  from.call(endpoints.token, { grant_type: grantTypes.ciba, auth_req_id: authReqId }, { clientId });
const askFor = async (change: Form = {}, clientId = 'logiciel'): Promise<string> =>
  (await ask(change, clientId)).json.auth_req_id;
const approvalIdOf = (authReqId: string) => hash('sha256', authReqId, 'base64url');

const pending = {
  error: 'authorization_pending',
  error_description:
    "The authorization request is still pending as the end-user hasn't yet been authenticated.",
};

describe('a CIBA request', () => {
  it('is answered with what to poll with, how often and for how long', async () => {
    const { status, json, headers } = await ask();
    expect(status).toBe(200);
    expect(json).toEqual({ auth_req_id: expect.stringMatching(/^[\w-]{43}$/), expires_in: 120, interval: 1 });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('challenges the professional by the digest of its identifier, with the number of the application', async () => {
    const authReqId = await askFor({ binding_message: '42' });
    expect(world.authBroker.challenged.at(-1)).toEqual({
      approvalId: approvalIdOf(authReqId),
      nationalId,
      means: 'ecps',
      number: '42',
      seconds: 120,
    });
    const approval = await world.approvals.find(approvalIdOf(authReqId));
    expect(approval?.request).toMatchObject({
      clientId: 'logiciel',
      channel: 'ciba',
      returnTo: '',
      ping: false,
    });
  });

  it('gives the tokens of the professional, once they said yes', async () => {
    const authReqId = await askFor();
    expect(await poll(authReqId)).toMatchObject({ status: 400, json: pending });
    await world.authBroker.approve(authReqId);
    const { status, json } = await poll(authReqId);
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 120, refresh_expires_in: 1800 });
    expect((await world.userInfo(json.access_token)).json).toMatchObject({ SubjectNameID: nationalId });
  });
});
