import { randomBytes, randomUUID } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll } from 'vitest';
import { fraudReportsContract } from '#src/ports/fraud-reports.contract.ts';
import { createPostgresDevices } from './devices.postgres.ts';
import { createPostgresFraudReports } from './fraud-reports.postgres.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
});
afterAll(() => database?.close());

fraudReportsContract(async () => {
  const devices = createPostgresDevices(
    database.postgres,
    createSeal(`k1:${randomBytes(32).toString('base64')}`),
  );
  const [ticket, deviceId] = [randomUUID(), randomUUID()];
  await devices.addTicket({ ticket, nationalId: '899700000012', expiresAt: Date.now() + 1000 });
  await devices.activate(ticket, {
    id: deviceId,
    name: 'Téléphone',
    publicKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
    pinVerifier: 'k1.verifier',
    push: undefined,
    activatedAt: Date.now(),
  });
  return { fraudReports: createPostgresFraudReports(database.postgres), deviceId };
});
