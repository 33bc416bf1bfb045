import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createServiceClient } from './service-client.ts';

const identity = {
  name: 'test',
  tokenFor: async () => 'token',
  callerOf: async () => undefined,
  sign: async () => '',
  verify: async () => undefined,
};

afterEach(() => vi.unstubAllGlobals());

it('an answer that is not JSON is unavailable, and no cause of the error quotes it', async () => {
  vi.stubGlobal('fetch', async () => new Response('oops 899700000013'));
  const client = createServiceClient({
    baseUrl: 'http://rpps-directory.test',
    audience: 'rpps-directory',
    identity,
    timeoutMs: 1_000,
  });
  const failure: unknown = await client.post('/lookup', {}, z.unknown()).catch((error: unknown) => error);
  const told: string[] = [];
  for (let error = failure; error instanceof Error; error = error.cause) told.push(error.message);
  expect(told[0]).toBe('rpps-directory did not answer');
  expect(told.join()).not.toContain('899700000013');
});
