import { randomBytes } from 'node:crypto';
import { Bug, type Outcome } from '@psc/kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Approval, ApprovalState, Challenge, Decision, Transition } from './approval.ts';
import { followsTheModel, type MakeApprovals } from './approvals.model.ts';
import { type Approvals, defaultLifetimes, type TransitionRefusal } from './approvals.ts';
import { sampleRequest } from './sample-request.ts';

/** What every adapter of `Approvals` must do. */
export function approvalsContract(name: string, make: MakeApprovals): void {
  describe(`approvals kept by ${name}`, () => {
    const lifetimes = defaultLifetimes;
    let now: number;
    let approvals: Approvals;
    let id: string;

    beforeEach(async () => {
      now = Date.UTC(2026, 0, 5, 8);
      approvals = await make({ clock: () => now, lifetimes });
      id = randomId();
    });

    afterEach(() => approvals.close());

    /** Brings an approval into a state by the natural way; its time is not over, except for `expired`. */
    async function bring(state: ApprovalState, approvalId = id): Promise<void> {
      expectOk(await approvals.open(approvalId, request));
      if (state === 'opened') return;
      if (state === 'expired') return void expectOk(await approvals.abandon(approvalId));
      expectOk(await approvals.challenge(approvalId, challengeOf('899700000001')));
      if (state === 'challenged') return;
      const decision = decisions.find((one) => one.state === state) ?? approved;
      expectOk(await approvals.decide(approvalId, decision));
      if (state === 'taken') expectOk(await approvals.take(approvalId));
    }

    function attempt(transition: Transition): Promise<Outcome<Approval, TransitionRefusal>> {
      switch (transition) {
        case 'challenge':
          return approvals.challenge(id, challengeOf('899700000002'));
        case 'decide':
          return approvals.decide(id, { state: 'approved', proof: 'another proof' });
        case 'take':
          return approvals.take(id);
        case 'abandon':
          return approvals.abandon(id);
      }
    }

    describe('along the diagram', () => {
      it('opens what was asked, for the time given to type an identifier', async () => {
        const expected = { state: 'opened', id, request, expiresAt: now + lifetimes.opened };
        expect(await approvals.open(id, request)).toEqual({ ok: true, value: expected });
        expect(await approvals.find(id)).toEqual(expected);
      });

      it('challenges the professional, for the time given to answer, counted from then', async () => {
        await bring('opened');
        now += 60_000;
        const challenge = challengeOf('899700000001');
        const expiresAt = now + lifetimes.challenged;
        const expected = { state: 'challenged', id, request, challenge, expiresAt };
        expect(await approvals.challenge(id, challenge)).toEqual({ ok: true, value: expected });
        expect(await approvals.find(id)).toEqual(expected);
      });

      it('gives the professional less time when the application wants its answer sooner', async () => {
        await bring('opened');
        const challenged = await approvals.challenge(id, challengeOf('899700000001'), 30_000);
        expect(challenged).toMatchObject({ ok: true, value: { expiresAt: now + 30_000 } });
        now += 30_000;
        expect(await approvals.find(id)).toMatchObject({ state: 'expired' });
      });

      it('keeps an approval with its proof', async () => {
        await bring('challenged');
        const before = await approvals.find(id);
        const expected = { ...before, state: 'approved', proof: 'header.claims.signature' };
        expect(await approvals.decide(id, approved)).toEqual({ ok: true, value: expected });
        expect(await approvals.find(id)).toEqual(expected);
      });

      it.each(['refused', 'wrong_number', 'device_locked'] as const)('keeps why: %s', async (reason) => {
        await bring('challenged');
        const before = await approvals.find(id);
        const expected = { ...before, state: 'denied', reason };
        expect(await approvals.decide(id, { state: 'denied', reason })).toEqual({
          ok: true,
          value: expected,
        });
        expect(await approvals.find(id)).toEqual(expected);
      });

      it('keeps that it was reported', async () => {
        await bring('challenged');
        const expected = { ...(await approvals.find(id)), state: 'reported' };
        expect(await approvals.decide(id, { state: 'reported' })).toEqual({ ok: true, value: expected });
        expect(await approvals.find(id)).toEqual(expected);
      });

      it('gives the proof to the taker, and keeps it no longer', async () => {
        await bring('approved');
        const found = await approvals.find(id);
        expect(await approvals.take(id)).toEqual({ ok: true, value: found });
        const after = await approvals.find(id);
        expect(after?.state).toBe('taken');
        expect(after).not.toHaveProperty('proof');
      });

      it.each(['opened', 'challenged'] as const)('is expired when it is abandoned: %s', async (state) => {
        await bring(state);
        const expected = { ...(await approvals.find(id)), state: 'expired' };
        expect(await approvals.abandon(id)).toEqual({ ok: true, value: expected });
        expect(await approvals.find(id)).toEqual(expected);
      });

      it.each(['opened', 'challenged'] as const)(
        'is expired as soon as its time is over: %s',
        async (state) => {
          await bring(state);
          const before = await approvals.find(id);
          now = (before?.expiresAt ?? 0) - 1;
          expect(await approvals.find(id)).toEqual(before);
          now += 1;
          expect(await approvals.find(id)).toEqual({ ...before, state: 'expired' });
        },
      );

      it('keeps the words of all the world as they are', async () => {
        const odd = { ...request, clientName: 'Hôpital « Ça va » \u{1f3e5} \0 \r\n ":}', scope: '' };
        await approvals.open(id, odd);
        expect((await approvals.find(id))?.request).toEqual(odd);
      });
    });

    describe('refuses', () => {
      it.each<[Transition, ApprovalState, TransitionRefusal]>([
        ['challenge', 'challenged', 'already_challenged'],
        ['challenge', 'approved', 'already_decided'],
        ['challenge', 'denied', 'already_decided'],
        ['challenge', 'reported', 'already_decided'],
        ['challenge', 'taken', 'already_taken'],
        ['challenge', 'expired', 'expired'],
        ['decide', 'opened', 'not_challenged'],
        ['decide', 'approved', 'already_decided'],
        ['decide', 'denied', 'already_decided'],
        ['decide', 'reported', 'already_decided'],
        ['decide', 'taken', 'already_taken'],
        ['decide', 'expired', 'expired'],
        ['take', 'opened', 'not_approved'],
        ['take', 'challenged', 'not_approved'],
        ['take', 'denied', 'not_approved'],
        ['take', 'reported', 'not_approved'],
        ['take', 'taken', 'already_taken'],
        ['take', 'expired', 'expired'],
        ['abandon', 'approved', 'already_decided'],
        ['abandon', 'denied', 'already_decided'],
        ['abandon', 'reported', 'already_decided'],
        ['abandon', 'taken', 'already_taken'],
        ['abandon', 'expired', 'expired'],
      ])('to %s what is %s: %s, and changes nothing', async (transition, state, refusal) => {
        await bring(state);
        const before = await approvals.find(id);
        expect(await attempt(transition)).toEqual({ ok: false, refusal });
        expect(await approvals.find(id)).toEqual(before);
      });

      const transitions: Transition[] = ['challenge', 'decide', 'take', 'abandon'];

      it.each(transitions)('to %s what was never opened, and makes nothing of it', async (transition) => {
        expect(await attempt(transition)).toEqual({ ok: false, refusal: 'unknown' });
        expect(await approvals.find(id)).toBeUndefined();
      });

      it.each(transitions)('to %s what nobody identified themselves for in time', async (transition) => {
        await bring('opened');
        now += lifetimes.opened;
        expect(await attempt(transition)).toEqual({ ok: false, refusal: 'expired' });
      });

      it.each(transitions)('to %s what nobody answered in time', async (transition) => {
        await bring('challenged');
        now += lifetimes.challenged;
        expect(await attempt(transition)).toEqual({ ok: false, refusal: 'expired' });
      });

      it.each(transitions)('to %s what is forgotten', async (transition) => {
        await bring('challenged');
        now += lifetimes.challenged + lifetimes.ended;
        expect(await attempt(transition)).toEqual({ ok: false, refusal: 'unknown' });
      });

      it.each<ApprovalState>(['opened', 'challenged', 'approved', 'denied', 'reported', 'taken', 'expired'])(
        'to open again what is %s, and changes nothing',
        async (state) => {
          await bring(state);
          const before = await approvals.find(id);
          const other = { ...request, clientId: 'another-application' };
          expect(await approvals.open(id, other)).toEqual({ ok: false, refusal: 'already_opened' });
          expect(await approvals.find(id)).toEqual(before);
        },
      );

      it.each(['', 'a b', 'a}b', '../x', 'é', 'a'.repeat(129), 'a:b'])(
        'an id that cannot be ours: %j',
        async (odd) => {
          await expect(approvals.open(odd, request)).rejects.toBeInstanceOf(Bug);
          expect(await approvals.find(odd)).toBeUndefined();
          expect(await approvals.take(odd)).toEqual({ ok: false, refusal: 'unknown' });
        },
      );
    });

    describe('with many callers at once', () => {
      const callers = Array.from({ length: 20 }, (_, i) => i);

      it('opens once', async () => {
        const outcomes = await Promise.all(
          callers.map((i) => approvals.open(id, { ...request, clientId: `${i}` })),
        );
        const winner = onlyWinner(outcomes, ['already_opened']);
        expect(await approvals.find(id)).toEqual(winner);
      });

      it('challenges one professional', async () => {
        await bring('opened');
        const outcomes = await Promise.all(
          callers.map((i) => approvals.challenge(id, challengeOf(`8997000000${i + 10}`))),
        );
        const winner = onlyWinner(outcomes, ['already_challenged']);
        expect(await approvals.find(id)).toEqual(winner);
      });

      it('decides once, whatever the decisions', async () => {
        await bring('challenged');
        const outcomes = await Promise.all(
          callers.map((i) => approvals.decide(id, decisions[i % decisions.length] ?? approved)),
        );
        const winner = onlyWinner(outcomes, ['already_decided']);
        expect(await approvals.find(id)).toEqual(winner);
      });

      it('gives the proof to one taker', async () => {
        await bring('approved');
        onlyWinner(await Promise.all(callers.map(() => approvals.take(id))), ['already_taken']);
        expect((await approvals.find(id))?.state).toBe('taken');
      });

      it('abandons once', async () => {
        await bring('challenged');
        onlyWinner(await Promise.all(callers.map(() => approvals.abandon(id))), ['expired']);
      });

      it('lets either the decision or the requester who gives up win, never both', async () => {
        await bring('challenged');
        const outcomes = await Promise.all(
          callers.map((i) => (i % 2 === 0 ? approvals.decide(id, approved) : approvals.abandon(id))),
        );
        const winner = onlyWinner(outcomes, ['already_decided', 'expired']);
        expect(await approvals.find(id)).toEqual(winner);
      });

      it('accepts a decision until the last millisecond, and none after it', async () => {
        await bring('challenged');
        const other = randomId();
        await bring('challenged', other);
        now += lifetimes.challenged - 1;
        onlyWinner(await Promise.all(callers.map(() => approvals.decide(id, approved))), ['already_decided']);
        now += 1;
        for (const outcome of await Promise.all(callers.map(() => approvals.decide(other, approved))))
          expect(outcome).toEqual({ ok: false, refusal: 'expired' });
      });
    });

    describe('what ended', () => {
      it.each<ApprovalState>(['approved', 'denied', 'reported', 'taken', 'expired'])(
        'is still readable for a while, then forgotten: %s',
        async (state) => {
          await bring(state);
          const before = await approvals.find(id);
          now = (before?.expiresAt ?? 0) + lifetimes.ended - 1;
          expect(await approvals.find(id)).toEqual(before);
          now += 1;
          expect(await approvals.find(id)).toBeUndefined();
          expect((await approvals.open(id, request)).ok).toBe(true);
        },
      );

      it('may be taken as long as it is remembered: the proof says until when it is worth something', async () => {
        await bring('approved');
        now += lifetimes.challenged + lifetimes.ended - 1;
        expect((await approvals.take(id)).ok).toBe(true);
      });
    });

    describe('those that await a professional', () => {
      let nationalId: string;

      beforeEach(() => {
        nationalId = `8${randomBytes(8).toString('hex').toUpperCase()}`;
      });

      async function challengeNext(who = nationalId): Promise<string> {
        const next = randomId();
        now += 1;
        await approvals.open(next, request);
        expectOk(await approvals.challenge(next, challengeOf(who)));
        return next;
      }

      const idsOf = async (who = nationalId) =>
        (await approvals.awaiting(who)).map((approval) => approval.id);

      it('are the newest first, as found one by one', async () => {
        const [first, second, third] = [await challengeNext(), await challengeNext(), await challengeNext()];
        expect(await idsOf()).toEqual([third, second, first]);
        expect((await approvals.awaiting(nationalId))[0]).toEqual(await approvals.find(third));
      });

      it('are none for who was never asked', async () => {
        expect(await approvals.awaiting(nationalId)).toEqual([]);
      });

      it("are never another professional's", async () => {
        const other = `${nationalId}X`;
        const [mine, theirs] = [await challengeNext(), await challengeNext(other)];
        expect(await idsOf()).toEqual([mine]);
        expect(await idsOf(other)).toEqual([theirs]);
      });

      it('do not show one that another professional was challenged for first', async () => {
        const other = `${nationalId}X`;
        const theirs = await challengeNext(other);
        expect((await approvals.challenge(theirs, challengeOf(nationalId))).ok).toBe(false);
        expect(await idsOf()).toEqual([]);
      });

      it('are no longer those decided, abandoned or too late', async () => {
        const late = await challengeNext();
        now += lifetimes.challenged - 10;
        const [denied, taken, abandoned, left] = [
          await challengeNext(),
          await challengeNext(),
          await challengeNext(),
          await challengeNext(),
        ];
        expect(await idsOf()).toContain(late);
        await approvals.decide(denied, { state: 'denied', reason: 'refused' });
        await approvals.decide(taken, approved);
        await approvals.take(taken);
        await approvals.abandon(abandoned);
        now += 10;
        expect(await idsOf()).toEqual([left]);
      });

      it('are twenty at most, the newest', async () => {
        const all: string[] = [];
        for (let i = 0; i < 23; i++) all.unshift(await challengeNext());
        expect(await idsOf()).toEqual(all.slice(0, 20));
      });
    });

    describe('a watch', () => {
      it('is called after each transition, and only for its approval', async () => {
        const changed = vi.fn();
        const other = vi.fn();
        await approvals.watch(id, changed);
        await approvals.watch(randomId(), other);
        let calls = 0;
        for (const step of [
          () => approvals.open(id, request),
          () => approvals.challenge(id, challengeOf('899700000001')),
          () => approvals.decide(id, approved),
          () => approvals.take(id),
        ]) {
          expectOk(await step());
          calls += 1;
          await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(calls));
        }
        expect(other).not.toHaveBeenCalled();
      });

      it('hears of an approval that was abandoned', async () => {
        await bring('challenged');
        const changed = vi.fn();
        await approvals.watch(id, changed);
        await approvals.abandon(id);
        await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
      });

      it('hears nothing of what was refused', async () => {
        await bring('challenged');
        const changed = vi.fn();
        await approvals.watch(id, changed);
        await approvals.take(id);
        await approvals.challenge(id, challengeOf('899700000002'));
        await approvals.decide(id, approved);
        await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
        await nothingMoreFor(approvals);
        expect(changed).toHaveBeenCalledTimes(1);
      });

      it('finds the new state when it is called', async () => {
        await bring('challenged');
        const seen: (string | undefined)[] = [];
        await approvals.watch(id, () => void approvals.find(id).then((found) => seen.push(found?.state)));
        await approvals.decide(id, approved);
        await vi.waitFor(() => expect(seen).toEqual(['approved']));
      });

      it('loses nothing between its beginning and the first read', async () => {
        await bring('challenged');
        const changed = vi.fn();
        await Promise.all([
          approvals.watch(id, changed).then(async () => {
            if ((await approvals.find(id))?.state === 'approved') changed();
          }),
          approvals.decide(id, approved),
        ]);
        await vi.waitFor(() => expect(changed).toHaveBeenCalled());
      });

      it('is one of many: all are called, and who leaves is called no more', async () => {
        await bring('opened');
        const [first, second, twice] = [vi.fn(), vi.fn(), vi.fn()];
        const leave = await approvals.watch(id, first);
        await approvals.watch(id, second);
        const leaveOnce = await approvals.watch(id, twice);
        await approvals.watch(id, twice);
        await approvals.challenge(id, challengeOf('899700000001'));
        await vi.waitFor(() => {
          expect(first).toHaveBeenCalledTimes(1);
          expect(second).toHaveBeenCalledTimes(1);
          expect(twice).toHaveBeenCalledTimes(2);
        });
        await leave();
        await leave();
        await leaveOnce();
        await approvals.decide(id, approved);
        await vi.waitFor(() => {
          expect(second).toHaveBeenCalledTimes(2);
          expect(twice).toHaveBeenCalledTimes(3);
        });
        expect(first).toHaveBeenCalledTimes(1);
      });

      it('may begin again after all have left, even while they leave', async () => {
        await bring('challenged');
        const changed = vi.fn();
        const leave = await approvals.watch(id, () => undefined);
        const [, again] = await Promise.all([leave(), approvals.watch(id, changed)]);
        await leave();
        await approvals.decide(id, approved);
        await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
        await again();
      });

      it('hears nothing once the approvals are closed', async () => {
        await bring('challenged');
        const changed = vi.fn();
        await approvals.watch(id, changed);
        await approvals.close();
        await approvals.decide(id, approved);
        await nothingMoreFor(approvals);
        expect(changed).not.toHaveBeenCalled();
      });

      it('of an id that cannot be ours is never called, and harmless', async () => {
        const leave = await approvals.watch('a}b', () => expect.unreachable());
        await leave();
      });
    });

    followsTheModel(make);
  });
}

/** A nudge published before this has arrived when it ends: another one, later on the same connections, has. */
async function nothingMoreFor(approvals: Approvals): Promise<void> {
  const id = randomId();
  const later = vi.fn();
  const leave = await approvals.watch(id, later);
  await approvals.open(id, request);
  await vi.waitFor(() => expect(later).toHaveBeenCalled(), { timeout: 500 }).catch(() => undefined);
  await leave();
}

/** The value of the one that succeeded; every other one was refused for one of these reasons. */
function onlyWinner(
  outcomes: readonly Outcome<Approval, TransitionRefusal>[],
  refusals: readonly TransitionRefusal[],
): Approval | undefined {
  const winners = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  expect(winners).toHaveLength(1);
  for (const outcome of outcomes) if (!outcome.ok) expect(refusals).toContain(outcome.refusal);
  return winners[0];
}

function expectOk(outcome: Outcome<Approval, TransitionRefusal>): void {
  expect(outcome).toMatchObject({ ok: true });
}

function randomId(): string {
  return randomBytes(16).toString('base64url');
}

const request = sampleRequest();

function challengeOf(nationalId: string): Challenge {
  return {
    nationalId,
    means: 'ecps',
    number: '07',
    browser: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
    challengedAt: Date.UTC(2026, 0, 5, 8),
  };
}

const approved: Decision = { state: 'approved', proof: 'header.claims.signature' };
const decisions: readonly Decision[] = [
  approved,
  { state: 'denied', reason: 'refused' },
  { state: 'reported' },
];
