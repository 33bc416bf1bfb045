import { accepted, Bug, type Clock, type Outcome, refused } from '@psc/kernel';
import {
  type Approval,
  asOf,
  awaitingAnswerOf,
  isApprovalId,
  type Leaving,
  mayLeave,
  type Transition,
} from './approval.ts';
import {
  type ApprovalLifetimes,
  type Approvals,
  defaultLifetimes,
  type TransitionRefusal,
  whyRefused,
} from './approvals.ts';

export interface MemoryApprovalsSettings {
  readonly clock: Clock;
  readonly lifetimes?: ApprovalLifetimes;
}

/** The fake: one process, nothing kept. It passes the same suite as the Redis adapter. */
export function createMemoryApprovals(settings: MemoryApprovalsSettings): Approvals {
  const { clock, lifetimes = defaultLifetimes } = settings;
  const kept = new Map<string, Approval>();
  const watchers = new Map<string, Set<{ readonly changed: () => void }>>();

  function recall(id: string): Approval | undefined {
    const now = clock();
    const approval = kept.get(id);
    return approval && now < approval.expiresAt + lifetimes.ended ? asOf(approval, now) : undefined;
  }

  function keep<Kept extends Approval>(approval: Kept): Kept {
    kept.set(approval.id, approval);
    const listeners = watchers.get(approval.id);
    for (const listener of listeners ?? []) {
      queueMicrotask(() => listeners?.has(listener) && listener.changed());
    }
    return approval;
  }

  /** Nothing can happen between the reading and the writing: `leave` is synchronous. */
  function move<T extends Transition, Result>(
    transition: T,
    id: string,
    leave: (from: Leaving<T>) => Result,
  ): Outcome<Result, TransitionRefusal> {
    const approval = recall(id);
    if (!approval) return refused('unknown');
    if (!mayLeave(transition, approval)) return refused(whyRefused(transition, approval.state));
    return accepted(leave(approval));
  }

  return {
    async open(id, request) {
      if (!isApprovalId(id)) throw new Bug('approval_id_malformed', 'an approval id is in base64url');
      if (recall(id)) return refused('already_opened');
      for (const other of kept.keys()) if (!recall(other)) kept.delete(other);
      return accepted(keep({ state: 'opened', id, request, expiresAt: clock() + lifetimes.opened }));
    },

    find: async (id) => recall(id),

    challenge: async (id, challenge, lifetime = lifetimes.challenged) =>
      move('challenge', id, (from) =>
        keep({ ...from, state: 'challenged', challenge, expiresAt: clock() + lifetime }),
      ),

    decide: async (id, decision) => move('decide', id, (from) => keep({ ...from, ...decision })),

    take: async (id) =>
      move('take', id, (from) => {
        const { request, challenge, expiresAt } = from;
        keep({ state: 'taken', id, request, challenge, expiresAt });
        return from;
      }),

    abandon: async (id) => move('abandon', id, (from) => keep({ ...from, state: 'expired' })),

    awaiting: async (nationalId) => awaitingAnswerOf(nationalId, [...kept.keys()].map(recall)),

    async watch(id, changed) {
      const listener = { changed };
      const listeners = watchers.get(id) ?? new Set();
      watchers.set(id, listeners.add(listener));
      return async () => {
        if (listeners.delete(listener) && listeners.size === 0) watchers.delete(id);
      };
    },

    async close() {
      for (const listeners of watchers.values()) listeners.clear();
      watchers.clear();
    },
  };
}
