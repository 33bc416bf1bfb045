export { migrate } from './migrations.ts';
export { openPostgres, type Postgres, type PostgresSettings, type Queryable } from './postgres.ts';
export { openRedis, type RedisUse } from './redis.ts';
export { createSeal, type Seal } from './seal.ts';
