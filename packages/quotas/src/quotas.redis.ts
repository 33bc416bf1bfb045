import { redisUnavailable } from '@psc/datastores';
import type { Redis, Result } from 'ioredis';
import type { Quotas, Window } from './quotas.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    quotasTally(keys: number, ...args: (string | number)[]): Result<unknown, Context>;
  }
}

/**
 * KEYS the counters; for each, ARGV its window in milliseconds (0: only read it) and the use that opens the window anew (0:
 * none). Answers for each the uses, this one included, and the milliseconds left. One script: a counter without an end
 * would refuse for ever.
 */
const TALLY = `
local counts = {}
for i, key in ipairs(KEYS) do
  local window, reopened = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local uses
  if window > 0 then
    uses = redis.call('INCR', key)
    if uses == 1 or uses == reopened then redis.call('PEXPIRE', key, window) end
  else
    uses = tonumber(redis.call('GET', key) or 0)
  end
  counts[2 * i - 1] = uses
  counts[2 * i] = uses == 0 and 0 or redis.call('PTTL', key)
end
return counts`;

/** Counters under `psc:`. Names hold no personal data. */
export function createRedisQuotas(redis: Redis): Quotas {
  redis.defineCommand('quotasTally', { lua: TALLY });

  const tally: Quotas['tally'] = async (counters) => {
    const keys = counters.map(({ name }) => `psc:${name}`);
    const windows = counters.flatMap(({ window }) => argumentsOf(window));
    const answer = await redis.quotasTally(keys.length, ...keys, ...windows).catch(redisUnavailable);
    // Our own script answers a list of numbers.
    const numbers = answer as number[];
    return counters.map((_, i) => ({ uses: numbers[2 * i] ?? 0, msLeft: numbers[2 * i + 1] ?? 0 }));
  };

  return {
    tally,
    async reserve(name, limit, windowMs) {
      const [count] = await tally([{ name, window: { ms: windowMs } }]);
      return count !== undefined && count.uses <= limit;
    },
    async reset(name) {
      await redis.del(`psc:${name}`).catch(redisUnavailable);
    },
  };
}

function argumentsOf(window: Window | undefined): [number, number] {
  return window ? [window.ms, window.reopenedBy ?? 0] : [0, 0];
}
