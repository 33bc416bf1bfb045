import { randomBytes } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApprovalState, Challenge, Decision } from './approval.ts';
import {
  type ApprovalLifetimes,
  type Approvals,
  defaultLifetimes,
  type TransitionRefusal,
} from './approvals.ts';
import { sampleRequest } from './sample-request.ts';

/** Makes an adapter on this clock and these lifetimes. Its store may be shared: suites make their own identifiers. */
export type MakeApprovals = (settings: {
  clock: Clock;
  lifetimes: ApprovalLifetimes;
}) => Approvals | Promise<Approvals>;

/**
 * The diagram once more, written as a model that knows nothing of the adapters: what each call must answer in each
 * state. Random sequences of calls and of waiting must find the adapter and the model in agreement after every step.
 */
export function followsTheModel(make: MakeApprovals): void {
  it('reaches no state that the diagram does not have, whatever is called and whenever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
        const model = createModel();
        const approvals = await make({ clock: () => model.now(), lifetimes: defaultLifetimes });
        const run = randomBytes(12).toString('hex');
        const world = {
          approvals,
          ids: subjects.map((subject) => `${run}-${subject}`),
          people: subjects.map((subject) => `8${run}${subject}`),
        };
        try {
          for (const one of steps) {
            const expected = model.apply(one);
            expect(await answerOf(world, one)).toBe(expected);
            await expectAgreement(world, model);
          }
        } finally {
          await approvals.close();
        }
      }),
      { numRuns: 50 },
    );
  });
}

type Call = 'open' | 'challenge' | 'decide' | 'take' | 'abandon';

type Step =
  | { readonly call: Call; readonly subject: number; readonly person: number; readonly decision: Decision }
  | { readonly call: 'wait'; readonly time: number };

const { opened, challenged, ended } = defaultLifetimes;
const subjects = [0, 1];

const decision: fc.Arbitrary<Decision> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ state: fc.constant('approved' as const), proof: fc.string() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      state: fc.constant('denied' as const),
      reason: fc.constantFrom('refused' as const, 'wrong_number' as const, 'device_locked' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ state: 'reported' as const }) },
);

const calls = (weight: number, call: Call) => ({
  weight,
  arbitrary: fc.record({
    call: fc.constant(call),
    subject: fc.constantFrom(...subjects),
    person: fc.constantFrom(...subjects),
    decision,
  }),
});

/** The late states are far: what leads there is called more often than what ends there, and time rarely flies. */
const step: fc.Arbitrary<Step> = fc.oneof(
  calls(4, 'open'),
  calls(8, 'challenge'),
  calls(8, 'decide'),
  calls(6, 'take'),
  calls(1, 'abandon'),
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('wait' as const),
      time: fc.constantFrom(1, challenged - 1, challenged, ended, opened - 1, opened, opened + ended),
    }),
  },
);

type Refusal = `!${TransitionRefusal}`;

/** What each call does in each state: a new state, or why not. */
const table: Record<Call, Record<ApprovalState | 'nothing', ApprovalState | 'decision' | Refusal>> = {
  open: {
    nothing: 'opened',
    opened: '!already_opened',
    challenged: '!already_opened',
    approved: '!already_opened',
    denied: '!already_opened',
    reported: '!already_opened',
    taken: '!already_opened',
    expired: '!already_opened',
  },
  challenge: {
    nothing: '!unknown',
    opened: 'challenged',
    challenged: '!already_challenged',
    approved: '!already_decided',
    denied: '!already_decided',
    reported: '!already_decided',
    taken: '!already_taken',
    expired: '!expired',
  },
  decide: {
    nothing: '!unknown',
    opened: '!not_challenged',
    challenged: 'decision',
    approved: '!already_decided',
    denied: '!already_decided',
    reported: '!already_decided',
    taken: '!already_taken',
    expired: '!expired',
  },
  take: {
    nothing: '!unknown',
    opened: '!not_approved',
    challenged: '!not_approved',
    approved: 'taken',
    denied: '!not_approved',
    reported: '!not_approved',
    taken: '!already_taken',
    expired: '!expired',
  },
  abandon: {
    nothing: '!unknown',
    opened: 'expired',
    challenged: 'expired',
    approved: '!already_decided',
    denied: '!already_decided',
    reported: '!already_decided',
    taken: '!already_taken',
    expired: '!expired',
  },
};

function isRefusal(cell: string): cell is Refusal {
  return cell.startsWith('!');
}

interface Imagined {
  readonly state: ApprovalState;
  readonly due: number;
  readonly person?: number | undefined;
  readonly proof?: string | undefined;
}

function createModel() {
  let now = Date.UTC(2026, 0, 5, 8);
  const imagined = new Map<number, Imagined>();

  function seen(subject: number): Imagined | undefined {
    const one = imagined.get(subject);
    if (!one || now >= one.due + ended) return undefined;
    const waiting = one.state === 'opened' || one.state === 'challenged';
    return waiting && now >= one.due ? { ...one, state: 'expired' } : one;
  }

  return {
    now: () => now,
    seen,

    /** The new state, or the refusal, that the call must answer. */
    apply(one: Step): string {
      if (one.call === 'wait') {
        now += one.time;
        return 'waited';
      }
      // Two approvals are never challenged in the same millisecond: which one is newer would be anybody's guess.
      now += 1;
      const before = seen(one.subject);
      const cell = table[one.call][before?.state ?? 'nothing'];
      if (isRefusal(cell)) return cell;
      const state = cell === 'decision' ? one.decision.state : cell;
      imagined.set(one.subject, {
        state,
        due:
          one.call === 'open'
            ? now + opened
            : one.call === 'challenge'
              ? now + challenged
              : (before?.due ?? 0),
        person: one.call === 'challenge' ? one.person : before?.person,
        proof: state === 'approved' && one.decision.state === 'approved' ? one.decision.proof : undefined,
      });
      return one.call === 'take' ? `approved with ${before?.proof}` : state;
    },

    awaiting(person: number): number[] {
      return subjects
        .filter((subject) => seen(subject)?.state === 'challenged' && seen(subject)?.person === person)
        .sort((a, b) => (seen(b)?.due ?? 0) - (seen(a)?.due ?? 0));
    },
  };
}

type Model = ReturnType<typeof createModel>;

interface World {
  readonly approvals: Approvals;
  readonly ids: readonly string[];
  readonly people: readonly string[];
}

/** What the adapter answers, in the model's words. */
async function answerOf({ approvals, ids, people }: World, one: Step): Promise<string> {
  if (one.call === 'wait') return 'waited';
  const id = ids[one.subject] ?? '';
  const outcome = await {
    open: () => approvals.open(id, request),
    challenge: () => approvals.challenge(id, { ...challenge, nationalId: people[one.person] ?? '' }),
    decide: () => approvals.decide(id, one.decision),
    take: () => approvals.take(id),
    abandon: () => approvals.abandon(id),
  }[one.call]();
  if (!outcome.ok) return `!${outcome.refusal}`;
  const { value } = outcome;
  return one.call === 'take' && value.state === 'approved' ? `approved with ${value.proof}` : value.state;
}

/** Everything that can be seen of the adapter is what the model says. */
async function expectAgreement({ approvals, ids, people }: World, model: Model): Promise<void> {
  const checks = subjects.map(async (subject) => {
    const expected = model.seen(subject);
    const found = await approvals.find(ids[subject] ?? '');
    expect(found?.state).toBe(expected?.state);
    expect(found?.expiresAt).toBe(expected?.due);
    expect(found && 'proof' in found ? found.proof : undefined).toBe(expected?.proof);
    const person = found && 'challenge' in found ? found.challenge?.nationalId : undefined;
    expect(person).toBe(expected?.person === undefined ? undefined : people[expected.person]);
    const awaiting = await approvals.awaiting(people[subject] ?? '');
    expect(awaiting.map(({ id }) => ids.indexOf(id))).toEqual(model.awaiting(subject));
  });
  await Promise.all(checks);
}

const request = sampleRequest({ channel: 'ciba', returnTo: '', challengeFromHint: true });

const challenge: Challenge = { nationalId: '', means: 'ecps', number: '42', browser: '', challengedAt: 0 };
