import { redisUnavailable } from '@psc/datastores';
import type { Redis } from 'ioredis';
import type { Quotas } from '#src/ports/quotas.ts';

/**
 * KEYS[1] the counter; ARGV[1] the window in milliseconds, opened by the first use. Answers the uses so far, this one
 * included. One script: a counter without an end would refuse for ever.
 */
const COUNT = `
local uses = redis.call('INCR', KEYS[1])
if uses == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return uses`;

/** Counters under `psc:`. Names hold no personal data. */
export function createRedisQuotas(redis: Redis): Quotas {
  return {
    async reserve(name, limit, windowMs) {
      const uses = await redis.eval(COUNT, 1, key(name), windowMs).catch(redisUnavailable);
      return Number(uses) <= limit;
    },
    async reset(name) {
      await redis.del(key(name)).catch(redisUnavailable);
    },
  };
}

function key(name: string): string {
  return `psc:${name}`;
}
