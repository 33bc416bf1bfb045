import { openTestDatabase, type TestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll } from 'vitest';
import { deliveriesContract } from '#src/ports/deliveries.contract.ts';
import { createPostgresDeliveries } from './deliveries.postgres.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
});

afterAll(() => database?.close());

deliveriesContract(async () => {
  await database.postgres.query('TRUNCATE deliveries');
  return createPostgresDeliveries(database.postgres);
});
