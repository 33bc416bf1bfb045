import type { Clock } from '@psc/kernel';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { OpenSession } from '#src/domain/session.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import { createDeviceCodes } from './device-codes.ts';
import { readSessionId } from './session-ids.ts';
import { openSessionOf } from './session-payload.ts';
import {
  CLOCK_TOLERANCE_SECONDS,
  consumables,
  ENDED_SESSION_SECONDS,
  type EngineStore,
  type StoreSettings,
  USER_CODE,
} from './store.ts';

interface Kept {
  payload?: AdapterPayload;
  until: number;
  consumedAt?: number;
  rotation: number;
  applications: { [clientId: string]: object };
  seenAt: number;
  endedBy?: string;
}

/** The store of the unit tests: one process, one map, the same contract. */
export function createMemoryStore(clock: Clock, settings: StoreSettings): EngineStore {
  const records = new Map<string, Kept>();
  const now = () => clock() / 1000;

  function find(key: string): Kept | undefined {
    const record = records.get(key);
    if (record && record.until > now()) return record;
    records.delete(key);
    return undefined;
  }

  function models(model: string): Adapter {
    const key = (id: string) => `${model} ${id}`;
    return {
      ...unused,
      async upsert(id, { consumed, ...payload }, expiresIn = 0) {
        const known = find(key(id));
        const until = now() + expiresIn + CLOCK_TOLERANCE_SECONDS;
        const fresh = { rotation: 0, applications: {}, seenAt: 0 };
        records.set(key(id), { ...fresh, ...known, payload: structuredClone(payload), until });
      },
      async find(id) {
        const { payload, consumedAt } = find(key(id)) ?? {};
        return payload && { ...structuredClone(payload), ...(consumedAt ? { consumed: consumedAt } : {}) };
      },
      async consume(id) {
        const record = find(key(id));
        if (!consumables.has(model) || !record || record.consumedAt !== undefined)
          throw new errors.InvalidGrant(`${model} already used`);
        record.consumedAt = Math.floor(now());
      },
      async destroy(id) {
        records.delete(key(id));
      },
    };
  }

  const sessionKey = (uid: string) => SESSION + uid;

  function sessionPayload(uid: string): AdapterPayload | undefined {
    const { payload, applications = {} } = find(sessionKey(uid)) ?? {};
    if (!payload) return undefined;
    return structuredClone(
      Object.keys(applications).length > 0 ? { ...payload, authorizations: applications } : payload,
    );
  }

  function openSession(uid: string): OpenSession | undefined {
    const payload = sessionPayload(uid);
    return payload && openSessionOf(payload, find(sessionKey(uid))?.seenAt ?? 0, Math.floor(now()));
  }

  function end(uid: string, endedBy: string, rememberedSeconds: number): void {
    const ended = { until: now() + rememberedSeconds, rotation: 0, applications: {}, seenAt: 0, endedBy };
    records.set(sessionKey(uid), ended);
  }

  function sessions(): Adapter {
    return {
      ...unused,
      findByUid: async (uid) => sessionPayload(uid),
      async upsert(id, { authorizations = {}, ...payload }, expiresIn = 0) {
        const { uid, rotation } = readSessionId(id) ?? { uid: id, rotation: 0 };
        const known = find(sessionKey(uid));
        if (known && !known.payload) return;
        const latest =
          known?.payload && known.rotation > rotation
            ? { payload: known.payload, rotation: known.rotation }
            : { payload, rotation };
        records.set(
          sessionKey(uid),
          structuredClone({
            ...latest,
            applications: { ...known?.applications, ...authorizations },
            seenAt: Math.floor(now()),
            until: now() + Math.min(expiresIn + CLOCK_TOLERANCE_SECONDS, settings.sessionIdleSeconds),
          }),
        );
      },
      async find(id) {
        const read = readSessionId(id);
        const payload = read && sessionPayload(read.uid);
        return payload?.jti === id ? payload : undefined;
      },
      async destroy(id) {
        const uid = readSessionId(id)?.uid ?? id;
        if (find(sessionKey(uid))?.endedBy === undefined) end(uid, '', ENDED_SESSION_SECONDS);
      },
    };
  }

  const port: Sessions = {
    find: async (sid) => openSession(sid),
    async findByCookie(cookie) {
      const read = readSessionId(cookie);
      return read && sessionPayload(read.uid)?.jti === cookie ? openSession(read.uid) : undefined;
    },
    async of(subject) {
      return [...records.keys()]
        .filter((each) => each.startsWith(SESSION))
        .map((each) => openSession(each.slice(SESSION.length)))
        .filter((session) => session?.subject === subject)
        .filter((session) => session !== undefined)
        .sort((one, other) => other.loginAt - one.loginAt);
    },
    async end({ sid, clientIds }, { name, rememberedSeconds, applications }) {
      const known = find(sessionKey(sid));
      if (!known?.payload) return 'over';
      const asRead = Object.keys(known.applications).every((clientId) => clientIds.includes(clientId));
      if (applications === 'as-read' && !asRead) return 'changed';
      end(sid, name, rememberedSeconds);
      return 'ended';
    },
    findEnding: async (sid) => find(sessionKey(sid))?.endedBy,
  };

  return {
    adapterFor(model) {
      if (model === 'Session') return sessions();
      return model === 'DeviceCode' ? createDeviceCodes(models(model), models(USER_CODE)) : models(model);
    },
    async touchSession(uid) {
      const record = find(sessionKey(uid));
      if (!record?.payload) return;
      record.until = now() + settings.sessionIdleSeconds;
      record.seenAt = Math.floor(now());
    },
    sessions: port,
  };
}

const SESSION = 'Session ';

const unused = {
  revokeByGrantId: async () => undefined,
  findByUid: neverCalled,
  findByUserCode: neverCalled,
  consume: neverCalled,
};

async function neverCalled(): Promise<never> {
  throw new Error('the engine asks a record for what its model does not do');
}
