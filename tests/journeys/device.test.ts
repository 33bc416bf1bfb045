import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  expectAccessible,
  expectToFit,
  openStage,
  readMessage,
  readNumber,
  readPage,
  type Stage,
  typeIdentifier,
} from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** A device without a keyboard: what it sends and what it is told. */
async function openDevice() {
  const { body } = await stage.sandbox.call('POST', '/clients', {
    client_name: 'Borne d’accueil du service des urgences',
    grant_types: [DEVICE_GRANT, 'refresh_token'],
    token_endpoint_auth_method: 'none',
    psc: { environment: 'test' },
  });
  const { client_id } = body as { client_id: string };
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await fetch(`${stage.issuer}/protocol/openid-connect/${path}`, {
      method: 'POST',
      body: new URLSearchParams({ client_id, ...form }),
    });
    return (await answer.json()) as Record<string, string>;
  };
  // Known to every replica within a second.
  let asked: Record<string, string> = {};
  await expect
    .poll(async () => {
      asked = await post('auth/device', { scope: 'openid scope_all' });
      return asked.device_code;
    })
    .toBeDefined();
  const { device_code = '', user_code = '', verification_uri = '' } = asked;
  return {
    userCode: user_code,
    verificationUri: verification_uri,
    poll: () => post('token', { grant_type: DEVICE_GRANT, device_code }),
  };
}

it('a device is connected by a code that is typed on a small screen, and by a phone', async () => {
  const { nationalId } = await stage.sandbox.createProfessional({
    givenName: 'ODETTE',
    familyName: 'FICTIVE',
  });
  const device = await openDevice();
  const { page } = await stage.visit({ viewport: { width: 320, height: 640 }, colorScheme: 'dark' });

  await page.goto(device.verificationUri);
  await expectToFit(page);
  await expectAccessible(page);
  await page.getByLabel(/code affiché/i).fill('BCDF-GHJK');
  await page.keyboard.press('Enter');
  await page.getByTestId('message').waitFor();
  expect(await readMessage(page)).toContain('n’existe pas');
  await expectToFit(page);
  await expectAccessible(page);

  await page.getByTestId('device-code-field').fill(device.userCode.toLowerCase());
  await page.getByTestId('submit').click();
  await page.getByTestId('confirm').waitFor();
  expect(await readPage(page)).toContain(device.userCode);
  expect(await readPage(page)).toContain('Borne d’accueil du service des urgences');
  await expectToFit(page);
  await expectAccessible(page);
  await page.getByTestId('confirm').click();

  await typeIdentifier(page, nationalId);
  const number = await readNumber(page);
  const request = await stage.sandbox.waitForRequest(nationalId);
  expect(request.application).toBe('Borne d’accueil du service des urgences');
  await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number });
  await expect.poll(() => readPage(page)).toContain('Votre appareil est connecté');
  await expectToFit(page);
  await expectAccessible(page);

  const tokens = await device.poll();
  const userInfo = await fetch(`${stage.issuer}/protocol/openid-connect/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(await userInfo.json()).toMatchObject({ SubjectNameID: nationalId, given_name: 'ODETTE' });
});

it('a code that came in an address is shown before anything is asked, and may be refused', async () => {
  const device = await openDevice();
  const { page } = await stage.visit();
  await page.goto(`${device.verificationUri}?user_code=${device.userCode}`);
  await page.getByTestId('abort').click();
  await expect.poll(() => readPage(page)).toContain('n’a pas été connecté');
  expect((await device.poll()).error).toBe('access_denied');
});
