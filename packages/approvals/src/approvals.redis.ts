import { readFileSync } from 'node:fs';
import { redisUnavailable, type Seal } from '@psc/datastores';
import { accepted, Bug, type Clock, type Outcome, refused } from '@psc/kernel';
import type { Redis, Result } from 'ioredis';
import { z } from 'zod';
import {
  type Approval,
  type ApprovalState,
  asOf,
  awaitingAnswerOf,
  isApprovalId,
  MOST_AWAITING,
  type Transition,
} from './approval.ts';
import { readRecord, sealChallenge, sealDecision, sealRequest, stateSchema } from './approval-record.ts';
import {
  type ApprovalLifetimes,
  type Approvals,
  defaultLifetimes,
  type TransitionRefusal,
  whyRefused,
} from './approvals.ts';
import { createNudges } from './nudges.redis.ts';

export interface RedisApprovalsSettings {
  /** A connection for commands. */
  readonly redis: Redis;
  /** A connection for subscribing, on which nobody else listens to approvals. */
  readonly subscriber: Redis;
  /** The same keys in every service that reads approvals. */
  readonly seal: Seal;
  /**
   * The scripts get their time from here and not from Redis, so that one clock is enough to test with. A replica whose
   * clock is wrong can be early or late by as much; the key's own time to live, which Redis counts, is the hard limit.
   */
  readonly clock: Clock;
  readonly lifetimes?: ApprovalLifetimes;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    approvalOpen(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    approvalChallenge(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    approvalDecide(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    approvalTake(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    approvalAbandon(key: string, ...args: (string | number)[]): Result<unknown, Context>;
  }
}

/** Approvals shared by every service and replica. Redis has no authority: see README.md. */
export function createRedisApprovals(settings: RedisApprovalsSettings): Approvals {
  const { redis, seal, clock, lifetimes = defaultLifetimes } = settings;
  const nudges = createNudges(settings.subscriber);
  redis.defineCommand('approvalOpen', script('open'));
  redis.defineCommand('approvalChallenge', script('challenge'));
  redis.defineCommand('approvalDecide', script('decide'));
  redis.defineCommand('approvalTake', script('take'));
  redis.defineCommand('approvalAbandon', script('abandon'));

  /** What every script begins with: now, and the time whose approvals are forgotten by now. */
  function times(): [now: number, forgotten: number] {
    const now = clock();
    return [now, now - lifetimes.ended];
  }

  async function find(id: string): Promise<Approval | undefined> {
    if (!isApprovalId(id)) return undefined;
    const fields = await redis.hgetall(keyOf(id)).catch(orNothing({}));
    const approval = readRecord(seal, id, fields);
    const [now, forgotten] = times();
    return approval && approval.expiresAt > forgotten ? asOf(approval, now) : undefined;
  }

  /** The answer of a script, in words of the port. */
  async function transition<State extends ApprovalState>(
    id: string,
    run: (key: string) => Promise<unknown>,
    to: readonly State[],
    why: (found: ApprovalState) => TransitionRefusal,
  ): Promise<Outcome<Extract<Approval, { state: State }>, TransitionRefusal>> {
    if (!isApprovalId(id)) return refused('unknown');
    const reply = replySchema.safeParse(await run(keyOf(id)).catch(redisUnavailable));
    if (!reply.success || reply.data[0] === 'unknown') return refused('unknown');
    if (reply.data[0] === 'refused') return refused(why(reply.data[1]));
    const approval = readRecord(seal, id, fieldsOf(reply.data[1]));
    return approval && isIn(approval, to) ? accepted(approval) : refused('unknown');
  }

  const refusalOf = (name: Transition) => (found: ApprovalState) => whyRefused(name, found);

  /** Only a hint of where to look: every entry is read again, and believed from its seal. */
  async function note(id: string, nationalId: string, expiresAt: number, now: number): Promise<void> {
    const [index = ''] = indexesOf(seal, nationalId);
    await redis
      .multi()
      .zadd(index, expiresAt, id)
      .zremrangebyscore(index, '-inf', now)
      .zremrangebyrank(index, 0, -MOST_AWAITING - 1)
      // The index ends with the last of them: one that is given less time must not end it sooner.
      .pexpire(index, expiresAt - now, 'NX')
      .pexpire(index, expiresAt - now, 'GT')
      .exec();
  }

  return {
    async open(id, request) {
      if (!isApprovalId(id)) throw new Bug('approval_id_malformed', 'an approval id is in base64url');
      const [now, forgotten] = times();
      const expiresAt = now + lifetimes.opened;
      const timeToLive = lifetimes.opened + lifetimes.ended;
      const sealed = sealRequest(seal, id, request);
      return transition(
        id,
        (key) => redis.approvalOpen(key, now, forgotten, expiresAt, timeToLive, sealed),
        ['opened'],
        () => 'already_opened',
      );
    },

    find,

    async challenge(id, challenge, lifetime = lifetimes.challenged) {
      const [now, forgotten] = times();
      const expiresAt = now + lifetime;
      const timeToLive = lifetime + lifetimes.ended;
      const sealed = sealChallenge(seal, id, challenge, expiresAt);
      return transition(
        id,
        async (key) => {
          // Sent together, the index first: a crash between the two leaves an entry that leads nowhere, never an
          // approval that the professional cannot find.
          const [, reply] = await Promise.all([
            note(id, challenge.nationalId, expiresAt, now),
            redis.approvalChallenge(key, now, forgotten, expiresAt, timeToLive, sealed),
          ]);
          return reply;
        },
        ['challenged'],
        refusalOf('challenge'),
      );
    },

    async decide(id, decision) {
      const sealed = sealDecision(seal, id, decision);
      return transition(
        id,
        (key) => redis.approvalDecide(key, ...times(), decision.state, sealed),
        ['approved', 'denied', 'reported'],
        refusalOf('decide'),
      );
    },

    take: (id) =>
      transition(id, (key) => redis.approvalTake(key, ...times()), ['approved'], refusalOf('take')),

    abandon: (id) =>
      transition(id, (key) => redis.approvalAbandon(key, ...times()), ['expired'], refusalOf('abandon')),

    async awaiting(nationalId) {
      const indexes = indexesOf(seal, nationalId);
      const entries = await Promise.all(
        indexes.map((index) => redis.zrevrange(index, 0, MOST_AWAITING - 1).catch(orNothing([]))),
      );
      const ids = [...new Set(entries.flat())];
      const found = await Promise.all(ids.map(find));
      // What is over would be read again at each question, and would hide what still awaits behind it.
      const over = ids.filter((_, i) => isOver(found[i]));
      if (over.length > 0) {
        await Promise.all(indexes.map((index) => redis.zrem(index, ...over).catch(orNothing(0))));
      }
      return awaitingAnswerOf(nationalId, found);
    },

    async watch(id, changed) {
      return isApprovalId(id) ? nudges.listen(keyOf(id), changed) : async () => undefined;
    },

    close: () => nudges.close(),
  };
}

/** The braces keep every key of one approval on one node of a Redis Cluster. */
function keyOf(id: string): string {
  return `psc:approval:{${id}}`;
}

/** Where a professional's approvals are noted, under the key that seals today first. */
function indexesOf(seal: Seal, nationalId: string): readonly string[] {
  return seal.pseudonyms(`approvals of ${nationalId}`).map((pseudonym) => `psc:approvals:of:{${pseudonym}}`);
}

/** Not `opened`: an approval is noted just before it is challenged. */
function isOver(approval: Approval | undefined): boolean {
  return !approval || !isIn(approval, ['opened', 'challenged']);
}

/** ioredis sends the text once per connection, and its SHA-1 afterwards. */
function script(name: string): { lua: string; numberOfKeys: number } {
  const read = (file: string) => readFileSync(new URL(`./lua/${file}.lua`, import.meta.url), 'utf8');
  return { lua: `${read('state-at')}\n${read(name)}`, numberOfKeys: 1 };
}

const replySchema = z.union([
  z.tuple([z.literal('unknown')]),
  z.tuple([z.literal('refused'), stateSchema]),
  z.tuple([z.literal('ok'), z.array(z.string())]),
]);

/** `[field, value, field, value…]`, as Redis flattens a hash. */
function fieldsOf(flat: readonly string[]): Record<string, string> {
  const pairs = flat.flatMap((value, i) => (i % 2 === 1 ? [[flat[i - 1] ?? '', value] as const] : []));
  return Object.fromEntries(pairs);
}

function isIn<State extends ApprovalState>(
  approval: Approval,
  states: readonly State[],
): approval is Extract<Approval, { state: State }> {
  return states.some((state) => state === approval.state);
}

/** Whoever can write to Redis may put something else under our key: that is as if nothing were there. */
function orNothing<Nothing>(nothing: Nothing): (error: unknown) => Nothing {
  return (error) =>
    error instanceof Error && error.message.startsWith('WRONGTYPE') ? nothing : redisUnavailable(error);
}
