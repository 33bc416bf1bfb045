import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askToLogIn,
  expectAccessible,
  expectToFit,
  openStage,
  readMessage,
  readNumber,
  readPage,
  type Stage,
  typeIdentifier,
  wrongNumber,
} from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A professional of one's own, so that no two tests share a phone. */
async function newDoctor() {
  const { nationalId, ecps } = await stage.sandbox.createProfessional({
    givenName: 'SASKIA',
    familyName: 'FICTIVE',
  });
  return { nationalId, pin: ecps.pin ?? '' };
}

async function challenged(page: Page, nationalId: string) {
  await askToLogIn(page, stage.demoUrl);
  await typeIdentifier(page, nationalId);
  const number = await readNumber(page);
  const request = await stage.sandbox.waitForRequest(nationalId);
  return { number, request };
}

describe('a login by phone', () => {
  it('goes from the application and back with the number typed on the phone', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    const { number, request } = await challenged(page, nationalId);
    expect(request.application).not.toBe('');
    expect((await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number })).status).toBe(
      200,
    );
    await page.waitForURL(`${stage.demoUrl}/**`);
    await expect.poll(() => readPage(page)).toContain(nationalId);
    expect(await readPage(page)).toContain('FICTIVE');
  });

  it('works on a screen 320 pixels wide, without sideways scrolling, in the dark', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit({ viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
    await askToLogIn(page, stage.demoUrl);
    await expectToFit(page);
    await typeIdentifier(page, nationalId);
    await page.getByTestId('matching-number').waitFor();
    await expectToFit(page);
  });

  it('can be done with the keyboard alone, from a page that names its field', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    await askToLogIn(page, stage.demoUrl);
    await page.getByLabel(/identifiant/i).focus();
    await page.keyboard.type(nationalId);
    await page.keyboard.press('Enter');
    await page.getByTestId('matching-number').waitFor();
  });

  it('has no accessibility defect that axe knows of, on any of its pages', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    await askToLogIn(page, stage.demoUrl);
    await expectAccessible(page);
    await typeIdentifier(page, nationalId);
    await page.getByTestId('matching-number').waitFor();
    await expectAccessible(page);
    const request = await stage.sandbox.waitForRequest(nationalId);
    await stage.sandbox.answer(nationalId, request.id, { decision: 'refuse' });
    await page.getByTestId('retry').waitFor();
    await expectAccessible(page);
  });

  it('works without JavaScript', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit({ javaScriptEnabled: false });
    const { number, request } = await challenged(page, nationalId);
    await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number });
    await page.waitForURL(`${stage.demoUrl}/**`);
    expect(await readPage(page)).toContain(nationalId);
  });

  it('offers the correction of an identifier typed without its leading 8', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    await askToLogIn(page, stage.demoUrl);
    await typeIdentifier(page, nationalId.slice(1));
    await page.getByTestId('correction').click();
    await page.getByTestId('matching-number').waitFor();
    await stage.sandbox.waitForRequest(nationalId);
  });

  it('shows for an unknown identifier the same page as for a known one', async () => {
    const { nationalId } = await newDoctor();
    const shown = [];
    for (const identifier of [nationalId, '899799999992']) {
      const { page } = await stage.visit();
      await askToLogIn(page, stage.demoUrl);
      await typeIdentifier(page, identifier);
      const number = await readNumber(page);
      const text = await readPage(page);
      shown.push(
        text
          .replaceAll(number, 'NN')
          .replace(/Votre numéro : [^.]+/, 'Votre numéro')
          .replaceAll(/\d+/g, 'N'),
      );
    }
    expect(shown[0]).toBe(shown[1]);
  });
});

describe('a login that must not succeed', () => {
  it('ends when the number is wrong, and a second try works', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    const { number, request } = await challenged(page, nationalId);
    const answer = await stage.sandbox.answer(nationalId, request.id, {
      decision: 'approve',
      number: wrongNumber(number),
    });
    expect(answer.body).toMatchObject({ error: 'number_wrong' });
    await page.getByTestId('retry').click();
    await typeIdentifier(page, nationalId);
    const second = await stage.sandbox.waitForRequest(nationalId);
    await stage.sandbox.answer(nationalId, second.id, {
      decision: 'approve',
      number: await readNumber(page),
    });
    await page.waitForURL(`${stage.demoUrl}/**`);
  });

  it('tells the page and the application that the professional refused', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    const { request } = await challenged(page, nationalId);
    await stage.sandbox.answer(nationalId, request.id, { decision: 'refuse' });
    await page.getByTestId('back-to-application').click();
    await page.waitForURL(`${stage.demoUrl}/**`);
    expect(await readPage(page)).toContain('access_denied');
  });

  it('says "ce n’était pas moi" on the page of whoever asked', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    const { request } = await challenged(page, nationalId);
    expect((await stage.sandbox.answer(nationalId, request.id, { decision: 'report' })).status).toBe(200);
    await page.getByTestId('retry').waitFor();
    expect(await readMessage(page)).not.toBe('');
  });

  it('locks the phone after three wrong PINs', async () => {
    const { nationalId, pin } = await newDoctor();
    const { page } = await stage.visit();
    const { number, request } = await challenged(page, nationalId);
    const wrongPin = pin === '0000' ? '1111' : '0000';
    const tries = [];
    for (let i = 0; i < 3; i++) {
      tries.push(
        await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number, pin: wrongPin }),
      );
    }
    expect(tries.map(({ body }) => body)).toMatchObject([
      { error: 'pin_wrong', remainingTries: 2 },
      { error: 'pin_wrong', remainingTries: 1 },
      { error: 'device_locked' },
    ]);
    await page.getByTestId('retry').waitFor();
  });

  it('returns access_denied to the application when the person cancels', async () => {
    const { page } = await stage.visit();
    await askToLogIn(page, stage.demoUrl);
    await page.getByTestId('cancel').click();
    await page.waitForURL(`${stage.demoUrl}/**`);
    expect(await readPage(page)).toContain('access_denied');
  });
});

describe('a browser that does what browsers do', () => {
  it('finds the same number after a refresh and after the back button', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    const { number, request } = await challenged(page, nationalId);
    await page.reload();
    expect(await readNumber(page)).toBe(number);
    await page.goBack();
    await page.goForward();
    expect(await readNumber(page)).toBe(number);
    expect(await stage.sandbox.requests(nationalId)).toHaveLength(1);
    await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number });
    await page.waitForURL(`${stage.demoUrl}/**`);
  });

  it('does not log in a second time with the back button', async () => {
    const { nationalId } = await newDoctor();
    const { page } = await stage.visit();
    const { number, request } = await challenged(page, nationalId);
    const loginUrl = page.url();
    await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number });
    await page.waitForURL(`${stage.demoUrl}/**`);
    await page.goto(loginUrl);
    expect(await readMessage(page)).toMatch(/déjà/i);
    expect(await page.locator('[data-testid=matching-number]').count()).toBe(0);
  });

  it('learns nothing from the handle of another browser’s login', async () => {
    const { nationalId } = await newDoctor();
    const { page: victim } = await stage.visit();
    const { page: thief } = await stage.visit();
    const { number, request } = await challenged(victim, nationalId);
    await thief.goto(victim.url());
    expect(await thief.locator('[data-testid=matching-number]').count()).toBe(0);
    expect(await readMessage(thief)).toMatch(/navigateur/i);
    await stage.sandbox.answer(nationalId, request.id, { decision: 'approve', number });
    await victim.waitForURL(`${stage.demoUrl}/**`);
    await thief.reload();
    expect(thief.url()).not.toContain(stage.demoUrl);
  });

  it('is told to accept cookies when it refuses them', async () => {
    const { page, context } = await stage.visit();
    await askToLogIn(page, stage.demoUrl);
    await context.clearCookies();
    await typeIdentifier(page, '899700000013');
    expect(await readMessage(page)).toMatch(/cookies/i);
  });
});
