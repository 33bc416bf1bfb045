import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { devicesContract } from '#src/ports/devices.contract.ts';
import { createPostgresDevices } from './devices.postgres.ts';

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
let database: Awaited<ReturnType<typeof openTestDatabase>>;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
});
afterAll(() => database?.close());

devicesContract(async () => createPostgresDevices(database.postgres, seal));

it('neither a ticket nor a push subscription can be read in the database', async () => {
  const devices = createPostgresDevices(database.postgres, seal);
  const ticket = 'ticket-in-clear';
  await devices.addTicket({ ticket, nationalId: '899700000012', expiresAt: Date.now() + 1000 });
  await devices.activate(ticket, {
    id: 'device-in-clear',
    name: 'Téléphone',
    publicKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
    pinVerifier: 'k1.verifier',
    push: { endpoint: 'https://push.example/capability', keys: { p256dh: 'a', auth: 'b' } },
    activatedAt: Date.now(),
  });
  const { rows } = await database.postgres.query(
    `SELECT (SELECT string_agg(t::text, '') FROM activation_tickets t) || (SELECT string_agg(d::text, '') FROM devices d) AS everything`,
  );
  expect(rows[0]?.everything).toContain('device-in-clear');
  expect(rows[0]?.everything).not.toContain(ticket);
  expect(rows[0]?.everything).not.toContain('capability');
});
