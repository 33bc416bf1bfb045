import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createSandbox, type Sandbox } from '@psc/testing';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { expect, inject } from 'vitest';

/** The running cluster and a real browser, as a journey needs them. */
export interface Stage extends AsyncDisposable {
  readonly issuer: string;
  readonly demoUrl: string;
  readonly sandbox: Sandbox;
  /** A person at their computer: a browser profile of their own. */
  visit(options?: BrowserContextOptions): Promise<{ context: BrowserContext; page: Page }>;
}

const STEP_TIMEOUT_MS = 15_000;
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export async function openStage(): Promise<Stage> {
  const { issuer, demoUrl, sandboxUrl, chromiumPath } = inject('cluster');
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      // Shared memory is small in containers, and closed to ordinary users in some.
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    issuer,
    demoUrl,
    sandbox: createSandbox(sandboxUrl),
    async visit(options = {}) {
      const context = await browser.newContext({ locale: 'fr-FR', ...options });
      context.setDefaultTimeout(STEP_TIMEOUT_MS);
      return { context, page: await context.newPage() };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** From the demo application to the field of the login page. */
export async function askToLogIn(page: Page, demoUrl: string): Promise<void> {
  await page.goto(demoUrl);
  await page.getByRole('link', { name: /S.identifier avec Pro Santé Connect/i }).click();
  await page.getByTestId('identifier-field').waitFor();
}

export async function typeIdentifier(page: Page, identifier: string): Promise<void> {
  await page.getByTestId('identifier-field').fill(identifier);
  await page.getByTestId('submit').click();
}

async function textOf(element: Locator): Promise<string> {
  return (await element.textContent()) ?? '';
}

export function readMessage(page: Page): Promise<string> {
  return textOf(page.getByTestId('message'));
}

export function readPage(page: Page): Promise<string> {
  return textOf(page.locator('main'));
}

export async function readNumber(page: Page): Promise<string> {
  return (await textOf(page.getByTestId('matching-number'))).replaceAll(/\D/g, '');
}

/** Another number than the one shown. */
export function wrongNumber(number: string): string {
  return String((Number(number) + 1) % 100).padStart(2, '0');
}

/** Without sideways scrolling. */
export async function expectToFit(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBe(0);
}

/** No defect that axe knows of. */
export async function expectAccessible(page: Page): Promise<void> {
  // Not by a script tag: the page's Content-Security-Policy rightly refuses one.
  await page.evaluate(await readFile(axePath, 'utf8'));
  const violations = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
  );
  expect(violations).toEqual([]);
}
