import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { preparedCallSchema } from '@psc/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cibaApplication } from '#src/testing/applications.ts';
import { type CibaClient, createCibaClient, findApproval } from '#src/testing/ciba.ts';
import { openWorld, type World } from '#src/testing/world.ts';

const notificationToken = 'notification-token-in-clear';
const calls: string[] = [];
const listener = createServer((request, response) => {
  calls.push(request.url ?? '');
  response.end();
});

let world: World;
let software: CibaClient;
let notificationUrl: string;
beforeAll(async () => {
  world = await openWorld({}, 3);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  notificationUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/ping`;
  await world.saveApplication(
    cibaApplication({ clientId: 'appelee' }, { delivery: 'ping', notificationUrl }),
  );
  await world.engine.refresh();
  software = createCibaClient(world, 'appelee');
});
afterAll(async () => {
  await world?.close();
  listener.close();
});

const asked = async () => {
  const authReqId = await software.askFor({ client_notification_token: notificationToken });
  const { id, request } = (await findApproval(world, authReqId)) ?? expect.fail('no approval');
  return { authReqId, request, path: `/internal/application-calls/ping/${id}` };
};

describe('an application that waits to be called', () => {
  it('says with what it knows us, or asks nobody', async () => {
    const { status, json } = await software.ask();
    expect([status, json]).toEqual([
      400,
      {
        error: 'invalid_request',
        error_description: 'Client Notification token needs to be provided with the ping mode',
      },
    ]);
    const tooLong = await software.ask({ client_notification_token: 'x'.repeat(1025) });
    expect(tooLong.json.error_description).toBe(
      'Client Notification token length is limited to 1024 characters',
    );
    expect((await software.ask({ client_notification_token: 'a b' })).json.error).toBe('invalid_request');
  });

  it('is called by notification-worker, which asks here where to and with what', async () => {
    const { authReqId, request, path } = await asked();
    expect(request.ping).toBe(true);
    const { status, json, headers } = await world.callAs('notificationWorker', path);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(preparedCallSchema.parse(json)).toEqual({
      url: notificationUrl,
      contentType: 'application/json',
      authorization: `Bearer ${notificationToken}`,
      body: JSON.stringify({ auth_req_id: authReqId }),
    });
    // Asked again at each attempt.
    expect((await world.callAs('notificationWorker', path)).json).toEqual(json);
  });

  it('is not called by the engine itself, and gets its tokens by asking', async () => {
    const { authReqId } = await asked();
    await world.authBroker.approve(authReqId);
    expect((await software.poll(authReqId)).status).toBe(200);
    expect(calls).toEqual([]);
  });

  it('keeps its secrets: nobody else may ask, and Redis does not tell', async () => {
    const { authReqId, path } = await asked();
    expect((await world.callAs('authBroker', path)).status).toBe(403);
    const anonymous = await fetch(new URL(path, world.issuer), { method: 'POST' });
    expect(anonymous.status).toBe(401);
    const keys = await world.redis.keys('*');
    const strings = await Promise.all(
      keys.map(async (key) => ((await world.redis.type(key)) === 'string' ? world.redis.get(key) : '')),
    );
    const everything = JSON.stringify([keys, strings]);
    expect(everything).not.toContain(notificationToken);
    expect(everything).not.toContain(authReqId);
  });

  it('is owed nothing that was not asked, nor once it polls or is suspended', async () => {
    const { authReqId, path } = await asked();
    for (const unknown of [authReqId, 'x', 'a%2Fb', 'x'.repeat(90), '%00'])
      expect(
        (await world.callAs('notificationWorker', `/internal/application-calls/ping/${unknown}`)).status,
      ).toBe(404);
    expect((await world.callAs('notificationWorker', path.replace('ping', 'pong'))).status).toBe(404);
    const settings = { delivery: 'ping', notificationUrl } as const;
    await world.saveApplication(cibaApplication({ clientId: 'appelee' }));
    await world.engine.refresh();
    expect((await world.callAs('notificationWorker', path)).status).toBe(404);
    await world.saveApplication(cibaApplication({ clientId: 'appelee', status: 'suspended' }, settings));
    await world.engine.refresh();
    expect((await world.callAs('notificationWorker', path)).status).toBe(404);
  });
});
