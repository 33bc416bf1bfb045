import { openTestDatabase, type TestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll } from 'vitest';
import { messageDeliveriesContract } from '#src/ports/message-deliveries.contract.ts';
import { createPostgresMessageDeliveries } from './message-deliveries.postgres.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
});

afterAll(() => database?.close());

messageDeliveriesContract(async () => {
  await database.postgres.query('TRUNCATE message_deliveries');
  return createPostgresMessageDeliveries(database.postgres);
});
