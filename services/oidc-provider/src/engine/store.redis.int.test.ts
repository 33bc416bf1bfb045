import { randomBytes } from 'node:crypto';
import { createSeal, openRedis } from '@psc/datastores';
import { systemClock, Unavailable } from '@psc/kernel';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sessionsContract } from './sessions.contract.ts';
import { storeContract } from './store.contract.ts';
import { createRedisStore } from './store.redis.ts';
import { type EngineStore, MOST_SESSIONS } from './store.ts';

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
const settings = { sessionIdleSeconds: 1800 };
const random = () => randomBytes(32).toString('base64url');
const newSessionId = () => `${random()}.0.${random()}`;
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

let redis: Redis;
let other: Redis;
let store: EngineStore;

beforeAll(async () => {
  const url = new URL(inject('redisUrl'));
  // A database of our own: some tests look at every key.
  url.pathname = '/11';
  redis = await openRedis(url.href, 'commands', () => undefined);
  other = await openRedis(url.href, 'commands', () => undefined);
  store = createRedisStore({ redis, seal, clock: systemClock }, settings);
});

afterAll(async () => {
  redis?.disconnect();
  other?.disconnect();
});

async function openEmpty(): Promise<EngineStore> {
  await redis.flushdb();
  return store;
}
storeContract(openEmpty);
sessionsContract(openEmpty);

async function keyOf(save: () => Promise<unknown>): Promise<string> {
  const before = new Set(await redis.keys('*'));
  await save();
  const [key] = (await redis.keys('*')).filter((each) => !before.has(each));
  if (key === undefined) throw new Error('nothing was written');
  return key;
}

describe('two replicas', () => {
  it('redeem one code once', async () => {
    const replicas = [store, createRedisStore({ redis: other, seal, clock: systemClock }, settings)];
    for (let round = 0; round < 100; round++) {
      const id = random();
      await store.adapterFor('AuthorizationCode').upsert(id, { jti: id }, 60);
      const redeemed = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => replicas[i % 2]?.adapterFor('AuthorizationCode').consume(id)),
      );
      expect(redeemed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });
});

describe('what lies in Redis', () => {
  it('has an end, always', async () => {
    const code = store.adapterFor('AuthorizationCode');
    await code.upsert('code', { jti: 'code' }, 60);
    await code.consume('code');
    await code.consume(random()).catch(() => undefined);
    await store.adapterFor('AccessToken').upsert('token', { jti: 'token' }, 120);
    const [ended, kept] = [newSessionId(), newSessionId()];
    for (const jti of [ended, kept]) {
      const [uid = ''] = jti.split('.');
      const payload = { jti, uid, accountId: 'somebody', exp: inAnHour(), authorizations: { app: {} } };
      await store.adapterFor('Session').upsert(jti, payload, 14_400);
    }
    await store.adapterFor('Session').destroy(ended);
    await store.adapterFor('Session').destroy(newSessionId());
    await store.touchSession(random());

    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(0);
  });

  it('stays a little longer than the engine believes it, and a session as long as it is used', async () => {
    const token = await keyOf(() => store.adapterFor('AccessToken').upsert('x', { jti: 'x' }, 120));
    expect(await redis.ttl(token)).toBeGreaterThan(130);
    const jti = newSessionId();
    const [uid = ''] = jti.split('.');
    const session = await keyOf(() => store.adapterFor('Session').upsert(jti, { jti, uid }, 14_400));
    expect(await redis.ttl(session)).toBeLessThanOrEqual(1800);
    await redis.expire(session, 10);
    await store.touchSession(uid);
    expect(await redis.ttl(session)).toBeGreaterThan(1700);
  });

  it('is never saved for ever', async () => {
    await expect(store.adapterFor('AccessToken').upsert('x', { jti: 'x' })).rejects.toThrow('for ever');
  });

  it('tells its reader neither who, nor which code or token', async () => {
    await redis.flushdb();
    const [code, token, jti] = [random(), random(), newSessionId()];
    const [uid = ''] = jti.split('.');
    const accountId = 'f:550dc1c8:899700000013';
    await store.adapterFor('AuthorizationCode').upsert(code, { jti: code, accountId }, 60);
    await store.adapterFor('AccessToken').upsert(token, { jti: token, accountId }, 60);
    await store
      .adapterFor('Session')
      .upsert(jti, { jti, uid, accountId, exp: inAnHour(), authorizations: { a: { sid: 'sid-1' } } }, 60);
    expect(await redis.keys('psc:oidc:sessions-of:*')).toHaveLength(1);
    const all = JSON.stringify(
      await Promise.all(
        (await redis.keys('*')).map(async (key) => [
          key,
          (await redis.type(key)) === 'hash' ? await redis.hgetall(key) : await redis.get(key),
        ]),
      ),
    );
    for (const secret of [code, token, jti, uid, accountId, '899700000013', 'sid-1']) {
      expect(all).not.toContain(secret);
    }
  });
});

describe('what is noted of a professional’s sessions', () => {
  const subject = () => `f:550dc1c8:${random()}`;
  async function saveSession(accountId: string, at: EngineStore = store): Promise<string> {
    const jti = newSessionId();
    const uid = jti.split('.')[0] ?? '';
    await at.adapterFor('Session').upsert(jti, { jti, uid, accountId, exp: inAnHour() }, 3600);
    return uid;
  }
  async function notes(): Promise<Record<string, string>> {
    const [key = ''] = await redis.keys('psc:oidc:sessions-of:*');
    return redis.hgetall(key);
  }

  it('leads to sessions only: what leads nowhere is cleaned when read, unless its session is just being saved', async () => {
    await redis.flushdb();
    let now = Date.now();
    const read = createRedisStore({ redis, seal, clock: () => now }, settings);
    const person = subject();
    await saveSession(person, read);
    const [session = ''] = await redis.keys('psc:oidc:Session:*');
    await saveSession(person, read);
    await redis.del(session);
    expect(await read.sessions.of(person)).toHaveLength(1);
    expect(Object.keys(await notes())).toHaveLength(2);
    now += 120_000;
    expect(await read.sessions.of(person)).toHaveLength(1);
    expect(Object.keys(await notes())).toHaveLength(1);
  });

  it('is of so many sessions at most, of which those that end first are forgotten', async () => {
    await redis.flushdb();
    const person = subject();
    const first = await saveSession(person);
    for (let i = 0; i < MOST_SESSIONS + 20; i++) await saveSession(person);
    const last = await saveSession(person);
    expect(Object.keys(await notes())).toHaveLength(MOST_SESSIONS);
    const sids = (await store.sessions.of(person)).map(({ sid }) => sid);
    expect(sids).toContain(last);
    expect(await store.sessions.find(first)).toBeDefined();
  });

  it('is found once the sealing key changed', async () => {
    const [old, fresh] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
    const storeWith = (keys: string) =>
      createRedisStore({ redis, seal: createSeal(keys), clock: systemClock }, settings);
    const person = subject();
    const before = await saveSession(person, storeWith(`${old}`));
    const after = await saveSession(person, storeWith(`${fresh},${old}`));
    const found = await storeWith(`${fresh},${old}`).sessions.of(person);
    expect(found.map(({ sid }) => sid).toSorted()).toEqual([before, after].toSorted());
  });

  it('does not make a session somebody else’s, whatever is written there', async () => {
    await redis.flushdb();
    const [thief, victim] = [subject(), subject()];
    await saveSession(victim);
    const [victims = ''] = await redis.keys('psc:oidc:sessions-of:*');
    await saveSession(thief);
    const [thiefs = ''] = (await redis.keys('psc:oidc:sessions-of:*')).filter((key) => key !== victims);
    await redis.hset(thiefs, { ...(await redis.hgetall(victims)), x: 'y', [random()]: '1 2 3' });
    expect((await store.sessions.of(thief)).map(({ subject: whose }) => whose)).toEqual([thief]);
    await redis.copy(victims, thiefs, 'REPLACE');
    expect(await store.sessions.of(thief)).toEqual([]);
  });
});

describe('who can write into Redis', () => {
  const mine = { accountId: 'me' };
  const victim = { accountId: 'victim' };

  it('gets nothing from a record forged in clear or under another key', async () => {
    const forger = createRedisStore(
      { redis, seal: createSeal(`k1:${randomBytes(32).toString('base64')}`), clock: systemClock },
      settings,
    );
    for (const model of ['AccessToken', 'AuthorizationCode']) {
      const id = random();
      await forger.adapterFor(model).upsert(id, { jti: id, ...victim }, 60);
      expect(await store.adapterFor(model).find(id)).toBeUndefined();
      const key = await keyOf(() => store.adapterFor(model).upsert(`${id}2`, { jti: id }, 60));
      const clear = JSON.stringify({ jti: id, ...victim });
      if (model === 'AccessToken') await redis.set(key, clear, 'EX', 60);
      else await redis.hset(key, 'payload', clear);
      expect(await store.adapterFor(model).find(`${id}2`)).toBeUndefined();
    }
  });

  it('gets nothing from a record copied or renamed to the name of their own', async () => {
    const tokens = store.adapterFor('AccessToken');
    const own = await keyOf(() => tokens.upsert('own', { jti: 'own', ...mine }, 60));
    const theirs = await keyOf(() => tokens.upsert('theirs', { jti: 'theirs', ...victim }, 60));
    await redis.copy(theirs, own, 'REPLACE');
    expect(await tokens.find('own')).toBeUndefined();
    await redis.rename(theirs, own);
    expect(await tokens.find('own')).toBeUndefined();

    const codes = store.adapterFor('AuthorizationCode');
    const grants = await keyOf(() => codes.upsert('own', { jti: 'own', ...mine }, 60));
    const code = await keyOf(() => codes.upsert('theirs', { jti: 'theirs', ...victim }, 60));
    await redis.copy(code, grants, 'REPLACE');
    expect(await codes.find('own')).toBeUndefined();
  });

  it('gets nothing from a session copied to the cookie of their own, nor from one application of it', async () => {
    const sessions = store.adapterFor('Session');
    const [own, theirs] = [newSessionId(), newSessionId()];
    const save = (jti: string, payload: object, grantId: string) =>
      keyOf(() =>
        sessions.upsert(
          jti,
          { jti, uid: jti.split('.')[0] ?? '', ...payload, authorizations: { app: { grantId } } },
          3600,
        ),
      );
    const ownKey = await save(own, mine, 'my grant');
    const theirKey = await save(theirs, victim, 'their grant');

    const application = (await redis.hget(theirKey, 'application:app')) ?? '';
    await redis.hset(ownKey, 'application:app', application);
    expect((await sessions.find(own))?.authorizations).toBeUndefined();
    await redis.hset(ownKey, 'application:other', application);
    expect((await sessions.find(own))?.authorizations).toBeUndefined();

    await redis.copy(theirKey, ownKey, 'REPLACE');
    expect(await sessions.find(own)).toBeUndefined();
  });
});

it('a Redis that does not answer is an outage, not an absent record', async () => {
  const gone = await openRedis(inject('redisUrl'), 'commands', () => undefined);
  const unplugged = createRedisStore({ redis: gone, seal, clock: systemClock }, settings);
  gone.disconnect();
  const id = newSessionId();
  await expect(unplugged.adapterFor('AccessToken').find('x')).rejects.toThrow(Unavailable);
  await expect(unplugged.adapterFor('AuthorizationCode').consume('x')).rejects.toThrow(Unavailable);
  await expect(unplugged.adapterFor('Session').find(id)).rejects.toThrow(Unavailable);
  await expect(unplugged.adapterFor('Session').destroy(id)).rejects.toThrow(Unavailable);
});
