import { randomBytes } from 'node:crypto';
import { createSeal, openRedis } from '@psc/datastores';
import { layCable } from '@psc/datastores/breakable-cable';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { ApprovalRequest, Challenge, Decision } from './approval.ts';
import { approvalsContract } from './approvals.contract.ts';
import { createRedisApprovals } from './approvals.redis.ts';
import { type Approvals, defaultLifetimes } from './approvals.ts';

const lifetimes = defaultLifetimes;
const seal = createSeal(`test:${randomBytes(32).toString('base64')}`);
const clock = () => Date.now();

/** A database of this file's own, so that all of its keys can be looked at. */
const url = `${inject('redisUrl')}/9`;
const redis = await openRedis(url, 'commands', ignore);
const subscriber = await openRedis(url, 'subscriber', ignore);
const otherRedis = await openRedis(url, 'commands', ignore);
const otherSubscriber = await openRedis(url, 'subscriber', ignore);

approvalsContract('Redis', (settings) => createRedisApprovals({ ...settings, redis, subscriber, seal }));

let approvals: Approvals;
let replica: Approvals;

beforeAll(() => {
  approvals = createRedisApprovals({ redis, subscriber, seal, clock, lifetimes });
  replica = createRedisApprovals({ redis: otherRedis, subscriber: otherSubscriber, seal, clock, lifetimes });
});

afterAll(() => {
  for (const connection of [redis, subscriber, otherRedis, otherSubscriber]) connection.disconnect();
});

const nationalId = `8997${randomBytes(6).toString('hex').toUpperCase()}`;
const request: ApprovalRequest = {
  clientId: 'client-in-clear',
  clientName: 'Nom en clair',
  acr: 'eidas1',
  scope: 'scope_in_clear',
  channel: 'browser',
  requester: { ip: '203.0.113.77', userAgent: 'Agent-in-clear/1.0' },
  returnTo: 'https://return.example/in-clear',
  loginHint: `hint-${nationalId}`,
  challengeFromHint: false,
  ping: false,
  openedAt: 1,
  traceparent: '',
};
const challenge: Challenge = {
  nationalId,
  means: 'ecps',
  number: '07',
  browser: 'browser-in-clear',
  challengedAt: Date.now(),
};
const approved: Decision = { state: 'approved', proof: 'proof-in-clear' };

const newId = () => randomBytes(16).toString('base64url');
const keyOf = (id: string) => `psc:approval:{${id}}`;

async function challenged(): Promise<string> {
  const id = newId();
  await approvals.open(id, request);
  await approvals.challenge(id, challenge);
  return id;
}

async function decided(decision: Decision): Promise<string> {
  const id = await challenged();
  await approvals.decide(id, decision);
  return id;
}

describe('whoever can write to Redis', () => {
  const attackersProof = 'proof of the attacker';
  const attackersSeal = createSeal(`test:${randomBytes(32).toString('base64')}`);
  let id: string;

  beforeEach(async () => {
    id = await challenged();
  });

  /** Nobody gets anything that looks like an approval out of it, by any call. */
  async function expectNothingGained(of = id): Promise<void> {
    const found = await approvals.find(of);
    expect(found?.state).not.toBe('approved');
    const taken = await approvals.take(of);
    expect(taken.ok).toBe(false);
    expect(await approvals.awaiting(nationalId)).not.toContainEqual(
      expect.objectContaining({ state: 'approved' }),
    );
  }

  it('cannot rename the state to approved', async () => {
    await redis.hset(keyOf(id), 'state', 'approved');
    expect(await approvals.find(id)).toBeUndefined();
    await expectNothingGained();
  });

  it('cannot add a proof in clear, nor one sealed with another key', async () => {
    const forged = JSON.stringify({ state: 'approved', proof: attackersProof });
    const name = `approval:${id}:decision:approved`;
    for (const decision of [attackersProof, forged, attackersSeal.seal(name, forged)]) {
      await redis.hset(keyOf(id), { state: 'approved', decision });
      expect(await approvals.find(id)).toBeUndefined();
      await expectNothingGained();
    }
  });

  it('cannot replace the whole record by one of their own', async () => {
    const theirs = newId();
    await redis.del(keyOf(theirs));
    await redis.hset(keyOf(theirs), {
      state: 'approved',
      expiresAt: String(Date.now() + 60_000),
      request: attackersSeal.seal(`approval:${theirs}:request`, JSON.stringify(request)),
      challenge: attackersSeal.seal(`approval:${theirs}:challenge:1`, JSON.stringify(challenge)),
      decision: attackersSeal.seal(
        `approval:${theirs}:decision:approved`,
        JSON.stringify({ state: 'approved', proof: attackersProof }),
      ),
    });
    await expectNothingGained(theirs);
    await redis.del(keyOf(theirs));
  });

  it('cannot copy an approved record to another id', async () => {
    const donor = await decided(approved);
    await redis.copy(keyOf(donor), keyOf(id), 'REPLACE');
    expect(await approvals.find(id)).toBeUndefined();
    await expectNothingGained();
  });

  it.each(['request', 'challenge', 'decision'])('cannot bring the %s of another approval', async (part) => {
    const [donor, victim] = [await decided(approved), await decided(approved)];
    await redis.hset(keyOf(victim), part, (await redis.hget(keyOf(donor), part)) ?? '');
    expect(await approvals.find(victim)).toBeUndefined();
    await expectNothingGained(victim);
  });

  it('cannot bring an approval into an approval of their own that waits', async () => {
    const donor = await decided(approved);
    await redis.hset(keyOf(id), {
      state: 'approved',
      decision: (await redis.hget(keyOf(donor), 'decision')) ?? '',
    });
    await expectNothingGained();
  });

  it('cannot swap the parts of one approval', async () => {
    const victim = await decided(approved);
    const { challenge = '', request = '', decision = '' } = await redis.hgetall(keyOf(victim));
    for (const parts of [
      { challenge: request },
      { request: challenge },
      { decision: challenge },
      { challenge: decision },
    ]) {
      await redis.hset(keyOf(victim), { request, challenge, decision, ...parts });
      expect(await approvals.find(victim)).toBeUndefined();
    }
    await expectNothingGained(victim);
  });

  it.each<Decision>([{ state: 'denied', reason: 'wrong_number' }, { state: 'reported' }])(
    'cannot turn what was $state into an approval',
    async (decision) => {
      const victim = await decided(decision);
      await redis.hset(keyOf(victim), 'state', 'approved');
      expect(await approvals.find(victim)).toBeUndefined();
      await expectNothingGained(victim);
    },
  );

  it('cannot have an approval taken twice by renaming its state', async () => {
    const victim = await decided(approved);
    expect((await approvals.take(victim)).ok).toBe(true);
    await redis.hset(keyOf(victim), 'state', 'approved');
    expect(await approvals.find(victim)).toBeUndefined();
    await expectNothingGained(victim);
  });

  it('cannot say that somebody denied or reported', async () => {
    for (const state of ['denied', 'reported']) {
      await redis.hset(keyOf(id), 'state', state);
      expect(await approvals.find(id)).toBeUndefined();
    }
  });

  it('cannot give the professional more time', async () => {
    await redis.hset(keyOf(id), 'expiresAt', String(Date.now() + 3_600_000));
    expect(await approvals.find(id)).toBeUndefined();
    expect(await approvals.decide(id, approved)).toEqual({ ok: false, refusal: 'unknown' });
    await expectNothingGained();
  });

  it.each(['x', '', '-1', '1e3', 'inf', 'nan', '9'.repeat(40)])(
    'cannot break us with the time %j',
    async (time) => {
      await redis.hset(keyOf(id), 'expiresAt', time);
      expect(await approvals.find(id)).toBeUndefined();
      await expectNothingGained();
    },
  );

  it.each(['', 'paid', 'approved ', 'nothing'])('cannot break us with the state %j', async (state) => {
    await redis.hset(keyOf(id), 'state', state);
    expect(await approvals.find(id)).toBeUndefined();
    expect(await approvals.decide(id, approved)).toEqual({ ok: false, refusal: 'unknown' });
    await expectNothingGained();
  });

  it('cannot break us with something else under our keys', async () => {
    await redis.multi().del(keyOf(id)).set(keyOf(id), 'x', 'PX', 60_000).exec();
    expect(await approvals.find(id)).toBeUndefined();
    for (const outcome of [
      await approvals.challenge(id, challenge),
      await approvals.decide(id, approved),
      await approvals.take(id),
      await approvals.abandon(id),
    ])
      expect(outcome).toEqual({ ok: false, refusal: 'unknown' });
  });

  it('cannot show a professional what is not for them', async () => {
    const theirs = newId();
    await approvals.open(theirs, request);
    await approvals.challenge(theirs, { ...challenge, nationalId: `${nationalId}X` });
    const [index = ''] = seal.pseudonyms(`approvals of ${nationalId}`);
    await redis.zadd(`psc:approvals:of:{${index}}`, Date.now() + 60_000, theirs, Date.now() + 60_000, 'a}b{');
    const shown = (await approvals.awaiting(nationalId)).map((one) => one.id);
    expect(shown).toContain(id);
    expect(shown).not.toContain(theirs);
  });
});

describe('what Redis keeps', () => {
  it('does not keep in the index of a professional what is over, once it was read', async () => {
    const who = `8997${randomBytes(6).toString('hex').toUpperCase()}`;
    const ids = Array.from({ length: 4 }, newId);
    for (const id of ids) {
      await approvals.open(id, request);
      await approvals.challenge(id, { ...challenge, nationalId: who });
    }
    const [waiting = '', refused = '', abandoned = '', forgotten = ''] = ids;
    await approvals.decide(refused, { state: 'denied', reason: 'refused' });
    await approvals.abandon(abandoned);
    await redis.del(keyOf(forgotten));
    expect((await approvals.awaiting(who)).map(({ id }) => id)).toEqual([waiting]);
    const [index = ''] = seal.pseudonyms(`approvals of ${who}`);
    expect(await redis.zrange(`psc:approvals:of:{${index}}`, '0', '-1')).toEqual([waiting]);
  });

  it('keeps the index of a professional for its longest approval, whichever was challenged last', async () => {
    const who = `8997${randomBytes(6).toString('hex').toUpperCase()}`;
    for (const lifetime of [60_000, 1_000, 90_000, 2_000]) {
      const id = newId();
      await approvals.open(id, request);
      await approvals.challenge(id, { ...challenge, nationalId: who }, lifetime);
    }
    const [index = ''] = seal.pseudonyms(`approvals of ${who}`);
    expect(await redis.pttl(`psc:approvals:of:{${index}}`)).toBeGreaterThan(80_000);
  });

  it('says nothing of a person, of an application nor of a proof, in keys, values or events', async () => {
    const events: string[] = [];
    const ear = await openRedis(url, 'subscriber', ignore);
    ear.on('pmessage', (...event: string[]) => events.push(event.join(' ')));
    await ear.psubscribe('psc:*');
    const id = await decided(approved);
    await challenged();
    await decided({ state: 'reported' });
    await approvals.abandon(await challenged());
    await approvals.take(id);
    await vi.waitFor(() => expect(events.length).toBe(12));
    ear.disconnect();

    const dump = [...(await everything()), ...events].join('\n');
    expect(dump).toContain(id);
    const { ip, userAgent } = request.requester;
    const secrets = [nationalId, ip, userAgent, approved.proof, challenge.browser];
    const { clientId, clientName, scope, returnTo, loginHint } = request;
    for (const secret of [...secrets, clientId, clientName, scope, returnTo, loginHint]) {
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(Buffer.from(secret).toString('base64url'));
      expect(dump).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  it('always has an end, whatever was called', async () => {
    const ids = Array.from({ length: 6 }, newId);
    const pick = () => ids[Math.floor(Math.random() * ids.length)] ?? '';
    const calls = [
      () => approvals.open(pick(), request),
      () => approvals.challenge(pick(), { ...challenge, nationalId: newId() }),
      () => approvals.decide(pick(), approved),
      () => approvals.take(pick()),
      () => approvals.abandon(pick()),
    ];
    for (let i = 0; i < 200; i++) await calls[Math.floor(Math.random() * calls.length)]?.();
    const keys = await keysOfOurs();
    expect(keys.length).toBeGreaterThan(6);
    const longest = lifetimes.opened + lifetimes.ended;
    for (const key of keys) {
      const left = await redis.pttl(key);
      // -2: it has ended since it was listed.
      if (left === -2) continue;
      expect(left, key).toBeGreaterThan(0);
      expect(left, key).toBeLessThanOrEqual(longest);
    }
  });

  it('is not made again by a transition that comes too late', async () => {
    const id = await challenged();
    await redis.del(keyOf(id));
    await approvals.challenge(id, challenge);
    await approvals.decide(id, approved);
    await approvals.take(id);
    await approvals.abandon(id);
    expect(await redis.exists(keyOf(id))).toBe(0);
  });

  it('notes no more than twenty approvals of a professional', async () => {
    const who = newId();
    for (let i = 0; i < 25; i++) {
      const id = newId();
      await approvals.open(id, request);
      await approvals.challenge(id, { ...challenge, nationalId: who });
    }
    const [index = ''] = seal.pseudonyms(`approvals of ${who}`);
    expect(await redis.zcard(`psc:approvals:of:{${index}}`)).toBe(20);
  });

  async function keysOfOurs(): Promise<string[]> {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'COUNT', 1000);
      found.push(...keys);
      cursor = next;
    } while (cursor !== '0');
    return found;
  }

  async function everything(): Promise<string[]> {
    const lines: string[] = [];
    for (const key of await keysOfOurs()) {
      const type = await redis.type(key);
      if (type === 'hash') lines.push(key, JSON.stringify(await redis.hgetall(key)));
      else if (type === 'zset') lines.push(key, JSON.stringify(await redis.zrevrange(key, 0, -1)));
      else lines.push(key, (await redis.dump(key)) ?? '');
    }
    return lines;
  }
});

describe('a sealing key that is replaced', () => {
  it('loses no approval, nor what awaits a professional', async () => {
    const [old, next] = ['old', 'next'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
    const before = createRedisApprovals({ redis, subscriber, seal: createSeal(`${old}`), clock, lifetimes });
    const after = createRedisApprovals({
      redis: otherRedis,
      subscriber: otherSubscriber,
      seal: createSeal(`${next},${old}`),
      clock,
      lifetimes,
    });
    const [who, first, second] = [newId(), newId(), newId()];
    await before.open(first, request);
    await before.challenge(first, { ...challenge, nationalId: who });
    await after.open(second, request);
    await after.challenge(second, { ...challenge, nationalId: who });
    expect((await after.awaiting(who)).map(({ id }) => id).sort()).toEqual([first, second].sort());
    expect((await after.decide(first, approved)).ok).toBe(true);
    expect(await before.find(second)).toBeUndefined();
    await Promise.all([before.close(), after.close()]);
  });
});

describe('two replicas', () => {
  it('race a hundred times, and one wins each time', async () => {
    for (let round = 0; round < 100; round++) {
      const id = newId();
      const both = [approvals, replica, approvals, replica];
      const wins = (outcomes: readonly { ok: boolean }[]) => outcomes.filter(({ ok }) => ok).length;
      expect(wins(await Promise.all(both.map((one) => one.open(id, request))))).toBe(1);
      expect(wins(await Promise.all(both.map((one) => one.challenge(id, challenge))))).toBe(1);
      const ends = both.map((one, i) => (i === round % 4 ? one.abandon(id) : one.decide(id, approved)));
      const outcomes = await Promise.all(ends);
      expect(wins(outcomes)).toBe(1);
      const takes = wins(await Promise.all(both.map((one) => one.take(id))));
      expect(takes).toBe(outcomes[round % 4]?.ok ? 0 : 1);
    }
  });

  it('hear of each other', async () => {
    const id = await challenged();
    const changed = vi.fn();
    const leave = await replica.watch(id, changed);
    await approvals.decide(id, approved);
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
    await leave();
  });
});

describe('waiting', () => {
  const subscriptions = async (id: string) => (await redis.pubsub('NUMSUB', keyOf(id)))[1];

  it('costs one subscription for any number of pages, and none once they have left', async () => {
    const id = await challenged();
    const leaving = await Promise.all(Array.from({ length: 10 }, () => approvals.watch(id, ignore)));
    expect(await subscriptions(id)).toBe(1);
    const [first, ...others] = leaving;
    await Promise.all(others.map((leave) => leave()));
    expect(await subscriptions(id)).toBe(1);
    await first?.();
    expect(await subscriptions(id)).toBe(0);
  });

  it('looks again after the connection was lost: what was said meanwhile is not missed', async () => {
    const cable = await layCable(url);
    const shaky = await openRedis(cable.url, 'subscriber', ignore);
    const waiting = createRedisApprovals({ redis, subscriber: shaky, seal, clock, lifetimes });
    const id = await challenged();
    const changed = vi.fn();
    await waiting.watch(id, changed);
    cable.cut();
    await vi.waitFor(() => expect(shaky.status).not.toBe('ready'));
    await approvals.decide(id, approved);
    expect(changed).not.toHaveBeenCalled();
    cable.mend();
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 5_000);
    const before = changed.mock.calls.length;
    await approvals.take(id);
    await vi.waitFor(() => expect(changed.mock.calls.length).toBe(before + 1));
    await waiting.close();
    shaky.disconnect();
    await cable.close();
  });
});

describe('when Redis is gone', () => {
  const unavailable = { name: 'Unavailable', code: 'redis_unavailable', cause: expect.any(Error) };

  it('every call says so, and works again when it is back', async () => {
    const cable = await layCable(url);
    const commands = await openRedis(cable.url, 'commands', ignore);
    const ear = await openRedis(cable.url, 'subscriber', ignore);
    const cut = createRedisApprovals({ redis: commands, subscriber: ear, seal, clock, lifetimes });
    const id = await challenged();
    cable.cut();
    await vi.waitFor(() => expect([commands.status, ear.status]).not.toContain('ready'));
    for (const call of [
      () => cut.open(newId(), request),
      () => cut.find(id),
      () => cut.challenge(id, challenge),
      () => cut.decide(id, approved),
      () => cut.take(id),
      () => cut.abandon(id),
      () => cut.awaiting(nationalId),
      () => cut.watch(id, ignore),
    ])
      await expect(call()).rejects.toMatchObject(unavailable);
    cable.mend();
    await vi.waitFor(() => expect([commands.status, ear.status]).toEqual(['ready', 'ready']), 5_000);
    const changed = vi.fn();
    const leave = await cut.watch(id, changed);
    expect((await cut.decide(id, approved)).ok).toBe(true);
    await vi.waitFor(() => expect(changed).toHaveBeenCalled());
    await leave();
    await cut.close();
    commands.disconnect();
    ear.disconnect();
    await cable.close();
  });

  it('forgets our scripts, we send them again', async () => {
    const id = await challenged();
    await redis.script('FLUSH');
    expect((await approvals.decide(id, approved)).ok).toBe(true);
    expect((await approvals.take(id)).ok).toBe(true);
  });
});

function ignore(): void {}
