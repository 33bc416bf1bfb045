import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock, Unavailable } from '@psc/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Application } from '#src/domain/application.ts';
import { createLogoutCalls } from '#src/engine/logout-calls.ts';
import { createMemoryStore } from '#src/engine/store.memory.ts';
import type { EngineStore } from '#src/engine/store.ts';
import type { QueuedCall } from '#src/ports/application-calls.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import { application } from '#src/testing/applications.ts';
import { createEndSession } from './end-session.ts';
import { createPrepareLogoutCall } from './prepare-logout-call.ts';

const random = () => randomBytes(32).toString('base64url');
const owedSeconds = 3600;
const subject = 'f:550dc1c8:899700000013';

let store: EngineStore;
let applications: Map<string, Application>;
/** What is queued, by name: as the real queue, one job for each. */
let queued: Map<string, QueuedCall>;
let endings: number;
/** What fails, or comes in between, just before a step. */
let before: Partial<Record<'queue' | 'end' | 'queued', () => Promise<void>>>;

beforeEach(() => {
  store = createMemoryStore(systemClock, { sessionIdleSeconds: 1800 });
  queued = new Map();
  before = {};
  endings = 0;
  applications = new Map();
  for (const name of ['told', 'told-too', 'silent']) {
    const backchannelUrl = name === 'silent' ? '' : `https://${name}.example/logout`;
    applications.set(name, application({ clientId: name, logout: { backchannelUrl, frontchannelUrl: '' } }));
  }
});

async function saveSession(clientIds: readonly string[], sid: string = randomUUID()): Promise<string> {
  const jti = `${sid}.0.${random()}`;
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const authorizations = Object.fromEntries(clientIds.map((clientId) => [clientId, { sid }]));
  const login = { accountId: subject, loginTs: exp - 3600, exp };
  await store.adapterFor('Session').upsert(jti, { jti, uid: sid, ...login, authorizations }, 3600);
  return sid;
}

function createEnding() {
  const logoutCalls = createLogoutCalls(store, { owedSeconds });
  const sessions: Sessions = {
    ...store.sessions,
    async end(...args) {
      await before.end?.();
      return store.sessions.end(...args);
    },
  };
  const findApplication = (clientId: string) => applications.get(clientId);
  const endSession = createEndSession({
    sessions,
    logoutCalls,
    applicationCalls: {
      async queue(calls) {
        await before.queue?.();
        for (const call of calls) queued.set(call.callId, call);
        await before.queued?.();
      },
    },
    findApplication,
    drawEnding: random,
    owedSeconds,
    settlingSeconds: 60,
    onEnded: () => {
      endings++;
    },
  });
  const prepare = createPrepareLogoutCall({
    logoutCalls,
    sessions,
    endSession,
    findApplication,
    signLogoutToken: async ({ clientId }, { sid }) => `${clientId} ${sid}`,
  });
  return { endSession, prepare };
}

/** What the worker would say, to whom. */
async function told(): Promise<string[]> {
  const calls = await Promise.all([...queued.keys()].map((callId) => createEnding().prepare(callId)));
  return calls
    .flatMap((call) => (call ? [new URLSearchParams(call.body).get('logout_token') ?? ''] : []))
    .toSorted();
}

describe('ending a session', () => {
  it('answers it, once, and owes a call to each of its applications that wants one', async () => {
    const sid = await saveSession(['told', 'silent', 'told-too', 'gone']);
    const { endSession } = createEnding();
    expect(await endSession(sid)).toMatchObject({ sid, subject });
    expect(await endSession(sid)).toBeUndefined();
    expect(endings).toBe(1);
    expect(await told()).toEqual([`told ${sid}`, `told-too ${sid}`]);
    expect([...queued.values()]).toContainEqual({
      kind: 'logout',
      callId: expect.any(String),
      clientId: 'told',
    });
  });

  it('owes nothing for one that nobody knows', async () => {
    expect(await createEnding().endSession(randomUUID())).toBeUndefined();
    expect(queued.size).toBe(0);
  });

  it('tells each application once when many end it at once', async () => {
    for (let round = 0; round < 20; round++) {
      queued.clear();
      const sid = await saveSession(['told', 'told-too']);
      const ended = await Promise.all(Array.from({ length: 8 }, () => createEnding().endSession(sid)));
      expect(ended.filter((session) => session !== undefined)).toHaveLength(1);
      expect(await told()).toEqual([`told ${sid}`, `told-too ${sid}`]);
    }
  });

  it('does nothing at all when the queue does not answer, and can be asked again', async () => {
    const sid = await saveSession(['told']);
    before.queue = async () => {
      throw new Unavailable('redis_unavailable', 'unplugged');
    };
    await expect(createEnding().endSession(sid)).rejects.toThrow(Unavailable);
    expect(await store.sessions.find(sid)).toBeDefined();
    before = {};
    expect(await createEnding().endSession(sid)).toBeDefined();
    expect(await told()).toEqual([`told ${sid}`]);
  });

  it('is finished by the worker’s question when the process died after it queued the calls', async () => {
    const sid = await saveSession(['told', 'told-too']);
    before.end = async () => {
      throw new Error('killed');
    };
    await expect(createEnding().endSession(sid)).rejects.toThrow('killed');
    expect(await store.sessions.find(sid)).toBeDefined();
    before = {};
    expect(await told()).toEqual([`told ${sid}`, `told-too ${sid}`]);
    expect(await store.sessions.find(sid)).toBeUndefined();
  });

  it('that died and was asked again tells each application once', async () => {
    const sid = await saveSession(['told']);
    before.end = async () => {
      throw new Error('killed');
    };
    await expect(createEnding().endSession(sid)).rejects.toThrow('killed');
    before = {};
    await createEnding().endSession(sid);
    expect(queued.size).toBe(2);
    expect(await told()).toEqual([`told ${sid}`]);
  });

  it('is its own when the worker was quicker, and took the call before it was ended', async () => {
    const sid = await saveSession(['told']);
    let calls: string[] = [];
    before.queued = async () => {
      before = {};
      calls = await told();
    };
    expect(await createEnding().endSession(sid)).toMatchObject({ sid });
    expect(calls).toEqual([`told ${sid}`]);
    expect(await told()).toEqual([`told ${sid}`]);
  });

  it('forgets no application that logs in meanwhile, and ends whatever comes', async () => {
    const sid = await saveSession(['told']);
    before.end = async () => {
      before = {};
      await saveSession(['told-too'], sid);
    };
    expect((await createEnding().endSession(sid))?.clientIds.toSorted()).toEqual(['told', 'told-too']);
    expect(await told()).toEqual([`told ${sid}`, `told-too ${sid}`]);

    const restless = await saveSession(['told']);
    let logins = 0;
    before.end = async () => {
      await saveSession([`silent-${logins++}`], restless);
    };
    expect(await createEnding().endSession(restless)).toBeDefined();
    expect(await store.sessions.find(restless)).toBeUndefined();
  });
});
