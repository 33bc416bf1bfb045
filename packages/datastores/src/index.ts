export { listenTo } from './listen.ts';
export { openPostgres, type Postgres, type PostgresSettings, type Queryable } from './postgres.ts';
export { openRedis, type RedisUse, redisUnavailable } from './redis.ts';
export { traceRedis } from './redis-tracing.ts';
export { createSeal, type DerivedKey, deriveKeys, type Seal } from './seal.ts';
