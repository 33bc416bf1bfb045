import { redisUnavailable, type Seal } from '@psc/datastores';
import type { Clock } from '@psc/kernel';
import type { Redis, Result } from 'ioredis';
import { type Adapter, errors } from 'oidc-provider';
import { createDeviceCodes } from './device-codes.ts';
import { createSealedRecords, keptFor, keyOf, recordName, script, unused } from './records.redis.ts';
import { createRedisSessions } from './sessions.redis.ts';
import { consumables, type EngineStore, type StoreSettings, USER_CODE } from './store.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    oidcSaveConsumable(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcConsume(key: string, ...args: (string | number)[]): Result<unknown, Context>;
  }
}

/**
 * The store on Redis, standalone or Cluster: every record is one key and every script touches one key, so no two keys need
 * to share a slot (docs/decisions/0003). A key is named after the digest of the identifier, which is itself a credential:
 * who reads Redis learns no code and no token. Values are sealed with the record's name: who writes there cannot forge a
 * record, nor give one the name of another.
 */
export function createRedisStore(
  needs: { readonly redis: Redis; readonly seal: Seal; readonly clock: Clock },
  settings: StoreSettings,
): EngineStore {
  const { redis, seal, clock } = needs;
  redis.defineCommand('oidcSaveConsumable', script('save-consumable'));
  redis.defineCommand('oidcConsume', script('consume'));
  const records = createSealedRecords(seal);
  const sessions = createRedisSessions(needs, settings);

  function plainRecords(model: string): Adapter {
    return {
      ...unused,
      async upsert(id, payload, expiresIn) {
        const sealed = records.seal(recordName(model, id), payload);
        await redis.set(keyOf(model, id), sealed, 'EX', keptFor(expiresIn)).catch(redisUnavailable);
      },
      async find(id) {
        return records.open(recordName(model, id), await redis.get(keyOf(model, id)).catch(redisUnavailable));
      },
      async destroy(id) {
        await redis.del(keyOf(model, id)).catch(redisUnavailable);
      },
    };
  }

  function consumableRecords(model: string): Adapter {
    return {
      ...unused,
      async upsert(id, payload, expiresIn) {
        const { consumed, ...lasting } = payload;
        const sealed = records.seal(recordName(model, id), lasting);
        await redis.oidcSaveConsumable(keyOf(model, id), sealed, keptFor(expiresIn)).catch(redisUnavailable);
      },
      async find(id) {
        const [sealed, consumedAt] = await redis
          .hmget(keyOf(model, id), 'payload', 'consumedAt')
          .catch(redisUnavailable);
        const payload = records.open(recordName(model, id), sealed);
        return payload && consumedAt ? { ...payload, consumed: Number(consumedAt) } : payload;
      },
      async consume(id) {
        const now = Math.floor(clock() / 1000);
        const answer = await redis.oidcConsume(keyOf(model, id), now).catch(redisUnavailable);
        // The library only read that it was not consumed: of two who read so, the script lets one through.
        if (answer !== CONSUMED_NOW) throw new errors.InvalidGrant(`${model} already used`);
      },
      async destroy(id) {
        await redis.del(keyOf(model, id)).catch(redisUnavailable);
      },
    };
  }

  return {
    adapterFor(model) {
      if (model === 'Session') return sessions.adapter;
      if (model === 'DeviceCode')
        return createDeviceCodes(consumableRecords(model), consumableRecords(USER_CODE));
      return consumables.has(model) ? consumableRecords(model) : plainRecords(model);
    },
    touchSession: sessions.touch,
    sessions: sessions.port,
  };
}

const CONSUMED_NOW = 1;
