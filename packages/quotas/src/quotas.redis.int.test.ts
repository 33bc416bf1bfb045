import { openRedis } from '@psc/datastores';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, inject } from 'vitest';
import { quotasContract } from './quotas.contract.ts';
import { createRedisQuotas } from './quotas.redis.ts';

let redis: Redis;
beforeAll(async () => {
  redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
});
afterAll(() => redis?.disconnect());

/** Redis counts the time itself: the counter is brought nearer to its end. */
async function pass(name: string, milliseconds: number): Promise<void> {
  const key = `psc:${name}`;
  await redis.pexpire(key, (await redis.pttl(key)) - milliseconds);
}

quotasContract(async () => ({ quotas: createRedisQuotas(redis), pass }));
