import { setTimeout as pass } from 'node:timers/promises';
import { openRedis } from '@psc/datastores';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, inject } from 'vitest';
import { quotasContract } from '#src/ports/quotas.contract.ts';
import { createRedisQuotas } from './quotas.redis.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
});
afterAll(() => redis?.quit());

// The window under test is Redis's own expiry: a short real wait.
quotasContract(async () => ({ quotas: createRedisQuotas(redis), pass }));
