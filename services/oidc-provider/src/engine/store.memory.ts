import type { Clock } from '@psc/kernel';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { readSessionId } from './session-ids.ts';
import {
  CLOCK_TOLERANCE_SECONDS,
  consumables,
  ENDED_SESSION_SECONDS,
  type EngineStore,
  type StoreSettings,
} from './store.ts';

interface Kept {
  payload?: AdapterPayload;
  until: number;
  consumedAt?: number;
  rotation: number;
  applications: { [clientId: string]: object };
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
        const fresh = { rotation: 0, applications: {} };
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

  const sessionKey = (uid: string) => `Session ${uid}`;

  function sessions(): Adapter {
    const findByUid: Adapter['findByUid'] = async (uid) => {
      const { payload, applications = {} } = find(sessionKey(uid)) ?? {};
      if (!payload) return undefined;
      return structuredClone(
        Object.keys(applications).length > 0 ? { ...payload, authorizations: applications } : payload,
      );
    };
    return {
      ...unused,
      findByUid,
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
            until: now() + Math.min(expiresIn + CLOCK_TOLERANCE_SECONDS, settings.sessionIdleSeconds),
          }),
        );
      },
      async find(id) {
        const read = readSessionId(id);
        const payload = read && (await findByUid(read.uid));
        return payload?.jti === id ? payload : undefined;
      },
      async destroy(id) {
        const ended = { until: now() + ENDED_SESSION_SECONDS, rotation: 0, applications: {} };
        records.set(sessionKey(readSessionId(id)?.uid ?? id), ended);
      },
    };
  }

  return {
    adapterFor: (model) => (model === 'Session' ? sessions() : models(model)),
    async touchSession(uid) {
      const record = find(sessionKey(uid));
      if (record?.payload) record.until = now() + settings.sessionIdleSeconds;
    },
  };
}

const unused = {
  revokeByGrantId: async () => undefined,
  findByUid: neverCalled,
  findByUserCode: neverCalled,
  consume: neverCalled,
};

async function neverCalled(): Promise<never> {
  throw new Error('the engine asks a record for what its model does not do');
}
