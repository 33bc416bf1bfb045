import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { contactsResponseSchema, lookupResponseSchema } from '@psc/contracts';
import { createSeal } from '@psc/datastores';
import { createServiceClient } from '@psc/runtime';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createPostgresRegister } from './adapters/register.postgres.ts';
import { extract, lambda, run } from './testing/extracts.ts';
import { createServiceKeys } from './testing/identities.ts';

const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const keys = await createServiceKeys(['rpps-directory', 'auth-broker']);
const CONTACT_SEAL_KEYS = `k1:${randomBytes(32).toString('base64')}`;
const [port = 0] = await freePorts(1);
const origin = `http://127.0.0.1:${port}`;
let service: ChildProcess;
let logged = '';

beforeAll(async () => {
  await createPostgresRegister({ postgres, seal: createSeal(CONTACT_SEAL_KEYS) }).import(
    extract('pro_sante_connect', [run(lambda, { phone: '+33 639980000', mail: 'camille@sante.example' })]),
    { operator: 'test' },
  );
  service = spawn(process.execPath, [new URL('./main.ts', import.meta.url).pathname], {
    env: {
      PORT: String(port),
      LOG_LEVEL: 'trace',
      SERVICE_KEY: JSON.stringify(keys.keyOf('rpps-directory')),
      SERVICE_TRUST: JSON.stringify(keys.trust),
      DATABASE_URL: url,
      REDIS_URL: inject('redisUrl'),
      CONTACT_SEAL_KEYS,
    },
  });
  for (const stream of [service.stdout, service.stderr])
    stream?.on('data', (chunk: Buffer) => {
      logged += chunk;
    });
  const isReady = () =>
    fetch(`${origin}/readyz`)
      .then(({ ok }) => ok)
      .catch(() => false);
  await vi.waitUntil(isReady, { timeout: 30_000 });
});

afterAll(async () => {
  service.kill('SIGKILL');
  await close();
});

describe('the service on its port', () => {
  it('tells auth-broker of a professional, and writes nothing personal in its log', async () => {
    const identity = await keys.identityOf('auth-broker');
    const directory = createServiceClient({
      baseUrl: origin,
      audience: 'rpps-directory',
      identity,
      timeoutMs: 5_000,
    });
    const body = { nationalId: '899700000013' };
    const found = await directory.post('/internal/professionals/lookup', body, lookupResponseSchema);
    expect(found?.professional).toMatchObject({ familyName: 'LAMBDA', status: 'active' });
    const reached = await directory.post('/internal/professionals/contacts', body, contactsResponseSchema);
    expect(reached?.contacts).toEqual({ phone: '+33 639980000', mail: 'camille@sante.example' });
    await vi.waitUntil(() => logged.includes('/internal/professionals/contacts'));
    expect(logged).not.toMatch(/899700000013|LAMBDA|camille/i);
  });

  it('measures when the register was last imported', async () => {
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toMatch(/rpps_register_imported_timestamp_seconds\{kind="pro_sante_connect".*\} \d{10}/);
  });

  it('stops when it is told to', async () => {
    service.kill('SIGTERM');
    expect(await once(service, 'exit')).toEqual([0, null]);
  });
});
