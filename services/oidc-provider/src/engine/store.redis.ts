import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { redisUnavailable, type Seal } from '@psc/datastores';
import { Bug, type Clock } from '@psc/kernel';
import type { Redis, Result } from 'ioredis';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { readSessionId } from './session-ids.ts';
import {
  CLOCK_TOLERANCE_SECONDS,
  consumables,
  ENDED_SESSION_SECONDS,
  type EngineStore,
  type StoreSettings,
} from './store.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    oidcSaveConsumable(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcConsume(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcSaveSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcEndSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcTouchSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
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
  redis.defineCommand('oidcSaveSession', script('save-session'));
  redis.defineCommand('oidcEndSession', script('end-session'));
  redis.defineCommand('oidcTouchSession', script('touch-session'));

  function sealJson(name: string, value: unknown): string {
    return seal.seal(name, JSON.stringify(value));
  }

  function openJson(name: string, sealed: string | null | undefined): AdapterPayload | undefined {
    const opened = sealed ? seal.open(name, sealed) : undefined;
    // The seal proves that these bytes are ours, under this name.
    return opened === undefined ? undefined : (JSON.parse(opened) as AdapterPayload);
  }

  function plainRecords(model: string): Adapter {
    return {
      ...unused,
      async upsert(id, payload, expiresIn) {
        const sealed = sealJson(recordName(model, id), payload);
        await redis.set(key(model, id), sealed, 'EX', keptFor(expiresIn)).catch(redisUnavailable);
      },
      async find(id) {
        return openJson(recordName(model, id), await redis.get(key(model, id)).catch(redisUnavailable));
      },
      async destroy(id) {
        await redis.del(key(model, id)).catch(redisUnavailable);
      },
    };
  }

  function consumableRecords(model: string): Adapter {
    return {
      ...unused,
      async upsert(id, payload, expiresIn) {
        const { consumed, ...lasting } = payload;
        const sealed = sealJson(recordName(model, id), lasting);
        await redis.oidcSaveConsumable(key(model, id), sealed, keptFor(expiresIn)).catch(redisUnavailable);
      },
      async find(id) {
        const [sealed, consumedAt] = await redis
          .hmget(key(model, id), 'payload', 'consumedAt')
          .catch(redisUnavailable);
        const payload = openJson(recordName(model, id), sealed);
        return payload && consumedAt ? { ...payload, consumed: Number(consumedAt) } : payload;
      },
      async consume(id) {
        const now = Math.floor(clock() / 1000);
        const answer = await redis.oidcConsume(key(model, id), now).catch(redisUnavailable);
        // The library only read that it was not consumed: of two who read so, the script lets one through.
        if (answer !== CONSUMED_NOW) throw new errors.InvalidGrant(`${model} already used`);
      },
      async destroy(id) {
        await redis.del(key(model, id)).catch(redisUnavailable);
      },
    };
  }

  /** What a session knows of one application is a field of its own: two that log in at once both stay. */
  function sessions(): Adapter {
    const findByUid: Adapter['findByUid'] = async (uid) => {
      const fields = await redis.hgetall(key('Session', uid)).catch(redisUnavailable);
      const payload = openJson(recordName('Session', uid), fields.payload);
      if (!payload) return undefined;
      const authorizations = Object.entries(fields)
        .filter(([field]) => field.startsWith(APPLICATION))
        .map(([field, sealed]) => [
          field.slice(APPLICATION.length),
          openJson(recordName('Session', uid, field), sealed),
        ])
        .filter(([, authorization]) => authorization !== undefined);
      return authorizations.length > 0
        ? { ...payload, authorizations: Object.fromEntries(authorizations) }
        : payload;
    };

    return {
      ...unused,
      findByUid,
      async upsert(id, payload, expiresIn) {
        const { authorizations = {}, ...own } = payload;
        const { uid, rotation } = knownSessionId(id);
        const fields = Object.entries(authorizations).flatMap(([clientId, authorization]) => {
          const field = APPLICATION + clientId;
          return [field, sealJson(recordName('Session', uid, field), authorization)];
        });
        const sealed = sealJson(recordName('Session', uid), own);
        const idle = Math.min(keptFor(expiresIn), settings.sessionIdleSeconds);
        await redis
          .oidcSaveSession(key('Session', uid), rotation, sealed, idle, ...fields)
          .catch(redisUnavailable);
      },
      async find(id) {
        const read = readSessionId(id);
        const payload = read && (await findByUid(read.uid));
        // The uid finds the record, the secret opens it: a cookie of before the last login is worth nothing.
        return payload?.jti === id ? payload : undefined;
      },
      async destroy(id) {
        const { uid } = knownSessionId(id);
        await redis.oidcEndSession(key('Session', uid), ENDED_SESSION_SECONDS).catch(redisUnavailable);
      },
    };
  }

  return {
    adapterFor(model) {
      if (model === 'Session') return sessions();
      return consumables.has(model) ? consumableRecords(model) : plainRecords(model);
    },
    async touchSession(uid) {
      await redis.oidcTouchSession(key('Session', uid), settings.sessionIdleSeconds).catch(redisUnavailable);
    },
  };
}

const APPLICATION = 'application:';
const CONSUMED_NOW = 1;

function key(model: string, id: string): string {
  return `psc:oidc:${model}:${hash('sha256', id, 'base64url')}`;
}

/** What a record is sealed under: a JSON array, so that no two lists of parts make the same name. */
function recordName(...parts: readonly string[]): string {
  return JSON.stringify(['oidc', ...parts]);
}

function keptFor(expiresIn: number | undefined): number {
  if (expiresIn === undefined || !(expiresIn > 0))
    throw new Bug('record_without_end', 'the engine saves a record for ever');
  return Math.ceil(expiresIn) + CLOCK_TOLERANCE_SECONDS;
}

function knownSessionId(id: string) {
  const read = readSessionId(id);
  if (!read) throw new Bug('session_id_unknown', 'the engine named a session otherwise');
  return read;
}

const unused = {
  /**
   * Nothing to do: a grant is revoked by deleting its own record, which every use of a code or a token reads. An index
   * of a grant's tokens would grow with every refresh, and live in another slot than they.
   */
  revokeByGrantId: async () => undefined,
  findByUid: neverCalled,
  findByUserCode: neverCalled,
  consume: neverCalled,
};

async function neverCalled(): Promise<never> {
  throw new Bug('record_misused', 'the engine asks a record for what its model does not do');
}

function script(name: string): { numberOfKeys: number; lua: string } {
  return { numberOfKeys: 1, lua: readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8') };
}
