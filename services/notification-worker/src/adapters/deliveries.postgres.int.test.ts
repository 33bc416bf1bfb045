import { randomUUID } from 'node:crypto';
import { openPostgres, type Postgres } from '@psc/datastores';
import { migrate } from '@psc/datastores/migrations';
import { afterAll, beforeAll, inject } from 'vitest';
import { deliveriesContract } from '#src/ports/deliveries.contract.ts';
import { createPostgresDeliveries } from './deliveries.postgres.ts';

const database = `deliveries_${randomUUID().replaceAll('-', '')}`;
let admin: Postgres;
let postgres: Postgres;

beforeAll(async () => {
  const onError = () => undefined;
  admin = openPostgres({ url: inject('postgresUrl'), poolSize: 1, onError });
  await admin.query(`CREATE DATABASE ${database}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = database;
  await migrate(url.href, new URL('../../migrations/', import.meta.url));
  postgres = openPostgres({ url: url.href, poolSize: 10, onError });
});

afterAll(async () => {
  await postgres?.close();
  await admin?.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await admin?.close();
});

deliveriesContract(async () => {
  await postgres.query('TRUNCATE deliveries');
  return createPostgresDeliveries(postgres);
});
