import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Fits in 320 pixels, and axe knows of no defect. Texts are evaluated in the page: this project has no DOM types. */
async function expectSound(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.addScriptTag({ path: axePath });
  expect(await page.evaluate('axe.run().then(({ violations }) => violations)')).toEqual([]);
}

it('the demo shows what it received, logs out at the provider too, and says why a login failed', async () => {
  const { nationalId } = await stage.sandbox.createProfessional({ familyName: 'FICTIVE' });
  await stage.sandbox.setPhone(nationalId, 'approve');
  // Its pages let no script run: axe's is one.
  const { page } = await stage.visit({ viewport: { width: 320, height: 640 }, bypassCSP: true });

  await page.goto(stage.demoUrl);
  await expectSound(page);
  await page.goto(`${stage.demoUrl}/login?login_hint=${nationalId}`);
  await page.waitForURL(`${stage.demoUrl}/`);
  await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain('FICTIVE');
  expect(await page.textContent('main')).toContain(nationalId);
  for (const summary of await page.locator('summary').all()) await summary.click();
  await expectSound(page);

  await page.getByRole('button', { name: 'Se déconnecter' }).click();
  await page.waitForURL(`${stage.demoUrl}/`);
  await page.getByRole('link', { name: /Pro Santé Connect/ }).click();
  // Nobody is logged in there any more: it asks who comes.
  await page.getByTestId('identifier-field').waitFor();

  await stage.sandbox.setPhone(nationalId, 'refuse');
  await page.goto(`${stage.demoUrl}/login?login_hint=${nationalId}`);
  await page.getByTestId('back-to-application').click();
  await page.waitForURL(`${stage.demoUrl}/callback**`);
  expect(await page.getByRole('alert').textContent()).toContain('refusée');
  expect(await page.textContent('main')).toContain('access_denied');
  await expectSound(page);
});
