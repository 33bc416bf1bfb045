import { createHttpBrowser, createSandbox, type Sandbox, waitForCallback } from '@psc/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPsc } from '../conformance/run-psc.ts';
import { openApplication, type TestApplication } from '../journeys/application.ts';
import { type OwnCluster, startOwnCluster } from '../setup/own-cluster.ts';

/** Who was struck off while something was away is logged out once it is back: the application is told of the end. */
let cluster: OwnCluster;
let sandbox: Sandbox;
let application: TestApplication;
beforeAll(async () => {
  cluster = await startOwnCluster();
  sandbox = createSandbox(cluster.addresses.control);
  application = await openApplication(sandbox, 'Dossier partagé', { backchannel: true });
}, 120_000);
afterAll(async () => {
  await application?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

const EVENTUALLY = { timeout: 60_000 };

async function logIn() {
  const { nationalId } = await sandbox.createProfessional();
  await sandbox.setPhone(nationalId, 'approve');
  const { issuer } = cluster.addresses;
  const url = application.authorizationUrl(issuer, { login_hint: nationalId });
  const tokens = await application.redeem(
    issuer,
    await waitForCallback(createHttpBrowser(), url, application.callback),
  );
  return { nationalId, sid: decodeJwt(tokens.id_token).sid };
}
const strikeOff = async (nationalId: string) => {
  const { status, body } = await sandbox.call('PATCH', `/professionals/${nationalId}`, {
    status: 'inactive',
  });
  expect({ status, body }).toMatchObject({ status: 200 });
};
const timesTold = (sid: unknown) =>
  application.heard.filter(({ form }) => decodeJwt(form.logout_token ?? '').sid === sid).length;
const phoneOf = (nationalId: string) => sandbox.call('GET', `/phones/${nationalId}/requests`);

describe('an import while one of those who act on it is away', () => {
  it.each([
    ['the worker', 'notification-worker'],
    ['the service whose sessions must end', 'oidc-provider'],
    ['the register itself, once it was imported', 'rpps-directory'],
  ] as const)('%s: what it brought is done when it is back', async (_who, service) => {
    const { nationalId, sid } = await logIn();
    await cluster.kill(service, 'SIGKILL');
    await strikeOff(nationalId);
    expect(timesTold(sid)).toBe(0);
    await cluster.restart(service);
    await expect.poll(() => timesTold(sid), EVENTUALLY).toBe(1);
    await expect
      .poll(() => phoneOf(nationalId), EVENTUALLY)
      .toMatchObject({ status: 409, body: { error: 'professional_inactive' } });
  });
});

it('an import that is undone gives back who was struck off by it: their phone speaks again, and they log in', async () => {
  const { nationalId, sid } = await logIn();
  await strikeOff(nationalId);
  await expect.poll(() => timesTold(sid), EVENTUALLY).toBe(1);
  await expect.poll(async () => (await phoneOf(nationalId)).status, EVENTUALLY).toBe(409);
  for (const kind of ['pro_sante_connect', 'personne_activite']) {
    const why = ['--reason', 'yesterday’s file was of another register', '--by', 'the tests'];
    await runPsc({}, ['--sandbox', cluster.folder, 'directory', 'rollback', kind, ...why]);
  }
  await expect.poll(async () => (await phoneOf(nationalId)).status, EVENTUALLY).toBe(200);
  await sandbox.setPhone(nationalId, 'approve');
  const { issuer } = cluster.addresses;
  const url = application.authorizationUrl(issuer, { login_hint: nationalId });
  const back = await waitForCallback(createHttpBrowser(), url, application.callback);
  expect(decodeJwt((await application.redeem(issuer, back)).id_token).sub).toContain(nationalId);
});
