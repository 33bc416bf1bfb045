import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runPsc } from '../conformance/run-psc.ts';
import { openApplication, type RedeemedTokens, type TestApplication } from './application.ts';
import {
  expectAccessible,
  expectToFit,
  openStage,
  readMessage,
  type Stage,
  typeIdentifier,
} from './stage.ts';

/** What becomes of logins when an import changes the register: from the file to the browser. */
let stage: Stage;
let dossier: TestApplication;
beforeAll(async () => {
  stage = await openStage();
  dossier = await openApplication(stage.sandbox, 'Dossier partagé', { backchannel: true });
});
afterAll(async () => {
  await dossier?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const SENTENCE =
  'Vous n’êtes pas, ou vous n’êtes plus, enregistré comme professionnel en activité. S’il s’agit d’une erreur, adressez-vous à votre ordre ou à l’autorité qui vous enregistre.';
/** From the import to the services having acted on it: "within seconds". */
const SOON = { timeout: 10_000 };

const change = async (nationalId: string, fields: object) => {
  const { status, body } = await stage.sandbox.call('PATCH', `/professionals/${nationalId}`, fields);
  expect({ status, body }).toMatchObject({ status: 200 });
};
let lastNumber = 10;
/** Not of the invented ones. */
const drawAdeli = () => `07A${String(++lastNumber).padStart(7, '0')}`;
const drawContact = () => {
  const number = String(++lastNumber).padStart(2, '0');
  return { phone: `+33639989${number}0`, mail: `ancien.${number}@cabinet.example` };
};

/** The person types who they are, and their phone says yes by itself. */
async function logIn(page: Page, identifier: string): Promise<RedeemedTokens> {
  await askToLogIn(page);
  await typeIdentifier(page, identifier);
  await page.waitForURL(`${dossier.callback}?*`);
  return dossier.redeem(stage.issuer, page.url());
}
async function askToLogIn(page: Page): Promise<void> {
  await page.goto(dossier.authorizationUrl(stage.issuer));
  await page.getByTestId('identifier-field').waitFor();
}
const userInfo = async ({ access_token }: RedeemedTokens) => {
  const answer = await fetch(`${stage.issuer}/protocol/openid-connect/userinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  // What the provider answers to a token that it gave.
  const claims = answer.ok ? ((await answer.json()) as { sub: string; otherIds: unknown }) : undefined;
  return { status: answer.status, claims };
};
async function isLoggedIn(page: Page): Promise<boolean> {
  await page.goto(dossier.authorizationUrl(stage.issuer, { prompt: 'none' }));
  await page.waitForURL(`${dossier.callback}?*`);
  return new URL(page.url()).searchParams.has('code');
}
/** The applications that were told that this session is over. */
const toldOf = ({ id_token }: RedeemedTokens) =>
  dossier.heard.filter(
    ({ path, form }) =>
      path === '/backchannel' && decodeJwt(form.logout_token ?? '').sid === decodeJwt(id_token).sid,
  );

/** The table of ADELI numbers from now on: one line. */
const importTable = async (adeli: string, rpps: string) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'psc-register-'));
  const file = join(folder.path, 'correspondance_ADELI_RPPS.csv');
  await writeFile(file, `N° ADELI;N° RPPS\n${adeli.slice(1)};${rpps.slice(1)}\n`);
  const importing = ['directory', 'import', file, '--force', 'another table'];
  await runPsc({}, ['--sandbox', inject('cluster').folder, ...importing]);
};

describe('a professional whose ADELI number became an RPPS number', () => {
  const names = { familyName: 'MIGRANTE', givenName: 'ODILE' };
  const begin = async () => {
    const adeli = drawAdeli();
    await stage.sandbox.createProfessional({ nationalId: adeli, ...names });
    await stage.sandbox.setPhone(adeli, 'approve');
    const { page } = await stage.visit();
    const before = await logIn(page, adeli);
    expect((await userInfo(before)).claims).toMatchObject({ SubjectNameID: adeli });
    return { adeli, page, before };
  };
  const expectBoth = async (typed: string, { adeli, rpps }: { adeli: string; rpps: string }) => {
    const { page } = await stage.visit();
    const after = await logIn(page, typed);
    const { claims } = await userInfo(after);
    expect(claims).toMatchObject({
      sub: expect.stringMatching(new RegExp(`:${rpps}$`)),
      SubjectNameID: rpps,
      family_name: 'MIGRANTE',
    });
    expect(claims?.otherIds).toEqual(
      expect.arrayContaining([
        { identifiant: rpps, origine: 'RPPS', qualite: 1 },
        { identifiant: adeli, origine: 'ADELI', qualite: 1 },
      ]),
    );
    expect(decodeJwt(after.id_token).sub).toBe(claims?.sub);
  };

  it('logs in with either, with the phone of before; applications read both', async () => {
    const { adeli, page, before } = await begin();
    // The extract of the next day has the RPPS number, which declares the other one.
    const created = await stage.sandbox.createProfessional({ ...names, otherIds: [adeli], ecps: false });
    await expect.poll(() => toldOf(before).length, SOON).toBe(1);
    expect(await userInfo(before)).toMatchObject({ status: 401 });
    expect(await isLoggedIn(page)).toBe(false);
    for (const typed of [adeli, created.nationalId])
      await expectBoth(typed, { adeli, rpps: created.nationalId });
  });

  it('logs in with either when the table of ADELI and RPPS numbers alone says so', async () => {
    const { adeli, before } = await begin();
    const { nationalId: rpps } = await stage.sandbox.createProfessional({ ...names, ecps: false });
    await importTable(adeli, rpps);
    await expect.poll(() => toldOf(before).length, SOON).toBe(1);
    for (const typed of [adeli, rpps]) await expectBoth(typed, { adeli, rpps });
  });

  it('is themselves again, with their phone, once a line that was wrong is taken out', async () => {
    const { adeli, before } = await begin();
    const { nationalId: rpps } = await stage.sandbox.createProfessional({
      familyName: 'MIGRANTE',
      givenName: 'PAUL',
      ecps: false,
    });
    await importTable(adeli, rpps);
    await expect.poll(() => toldOf(before).length, SOON).toBe(1);
    const { page } = await stage.visit();
    const wrong = await logIn(page, adeli);
    expect((await userInfo(wrong)).claims).toMatchObject({ SubjectNameID: rpps });
    await importTable(drawAdeli(), rpps);
    await expect.poll(() => toldOf(wrong).length, SOON).toBe(1);
    expect(await userInfo(wrong)).toMatchObject({ status: 401 });
    const after = await logIn((await stage.visit()).page, adeli);
    expect((await userInfo(after)).claims).toMatchObject({ SubjectNameID: adeli, given_name: 'ODILE' });
  });
});

describe('a professional who was struck off a minute ago', () => {
  it('is logged out by the import alone, everywhere, and their tokens serve no more', async () => {
    const { nationalId } = await stage.sandbox.createProfessional();
    await stage.sandbox.setPhone(nationalId, 'approve');
    const [{ page }, { page: elsewhere }] = [await stage.visit(), await stage.visit()];
    const logins = [await logIn(page, nationalId), await logIn(elsewhere, nationalId)] as const;

    await change(nationalId, { status: 'inactive' });
    // Nobody uses the sessions meanwhile: it is the event that ends them.
    for (const login of logins) await expect.poll(() => toldOf(login).length, SOON).toBe(1);
    for (const login of logins) {
      expect(await userInfo(login)).toMatchObject({ status: 401 });
      expect(await dossier.refresh(stage.issuer, login.refresh_token)).toEqual({
        status: 400,
        error: 'invalid_grant',
      });
    }
    for (const each of [page, elsewhere]) expect(await isLoggedIn(each)).toBe(false);
  });

  it('logs in no more, and reads why on their phone and on the page; comes back when they reappear', async () => {
    const { nationalId } = await stage.sandbox.createProfessional();
    await stage.sandbox.setPhone(nationalId, 'approve');
    const { page } = await stage.visit({ viewport: { width: 320, height: 640 } });
    const login = await logIn(page, nationalId);
    await stage.sandbox.setPhone(nationalId, 'manual');
    await change(nationalId, { status: 'inactive' });
    await expect.poll(() => toldOf(login).length, SOON).toBe(1);
    const phone = () => stage.sandbox.call('GET', `/phones/${nationalId}/requests`);
    await expect.poll(async () => (await phone()).status, SOON).toBe(409);

    await askToLogIn(page);
    await typeIdentifier(page, nationalId);
    // As for anybody: an identifier tells nobody who was struck off.
    await page.getByTestId('matching-number').waitFor();
    // The person opens the app.
    expect(await phone()).toMatchObject({
      status: 409,
      body: { error: 'professional_inactive', message: SENTENCE },
    });
    await page.getByText('Connexion impossible').first().waitFor();
    expect(await readMessage(page)).toBe(SENTENCE);
    await expectToFit(page);
    await expectAccessible(page);

    await change(nationalId, { status: 'active' });
    await expect.poll(async () => (await phone()).status, SOON).toBe(200);
    await stage.sandbox.setPhone(nationalId, 'approve');
    const { page: later } = await stage.visit();
    const back = await logIn(later, nationalId);
    expect(await userInfo(back)).toMatchObject({ status: 200, claims: { SubjectNameID: nationalId } });
  });
});

describe('a telephone number and an address that changed', () => {
  it('are announced to the old ones, once, and to nobody else', async () => {
    const [old, next] = [drawContact(), drawContact()];
    const { nationalId } = await stage.sandbox.createProfessional(old);
    await change(nationalId, next);
    const received = async (to: string) => {
      const { body } = await stage.sandbox.call('GET', `/outbox?to=${encodeURIComponent(to)}`);
      return body;
    };
    await expect.poll(() => received(old.phone), SOON).toHaveLength(1);
    await expect.poll(() => received(old.mail), SOON).toHaveLength(1);
    expect(await received(old.phone)).toMatchObject([
      { channel: 'sms', text: expect.stringContaining('votre numéro de téléphone a été modifié') },
    ]);
    expect(await received(old.mail)).toMatchObject([
      { channel: 'email', subject: 'Votre adresse e-mail a été modifiée' },
    ]);
    // Another import, of another person: the event is not acted on again.
    await stage.sandbox.createProfessional();
    for (const to of [old.phone, old.mail]) expect(await received(to)).toHaveLength(1);
    for (const to of [next.phone, next.mail]) expect(await received(to)).toEqual([]);
  });
});
