import { Redis } from 'ioredis';
import pg from 'pg';
import { expect, inject, it } from 'vitest';

it('gives integration tests a PostgreSQL of their own, in UTF-8', async () => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  const { rows } = await client.query(
    "SELECT current_setting('server_encoding') AS encoding, lower('É') AS lower",
  );
  await client.end();
  expect(rows).toEqual([{ encoding: 'UTF8', lower: 'é' }]);
});

it('gives integration tests a Redis of their own, that evicts nothing', async () => {
  const redis = new Redis(inject('redisUrl'));
  const policy = await redis.config('GET', 'maxmemory-policy');
  redis.disconnect();
  expect(policy).toEqual(['maxmemory-policy', 'noeviction']);
});
