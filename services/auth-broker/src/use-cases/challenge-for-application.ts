import type { Approvals, TransitionRefusal } from '@psc/approvals';
import type { Means } from '@psc/contracts';
import { type Clock, type NationalId, type Outcome, refused } from '@psc/kernel';
import type { TraceStep } from '#src/ports/traces.ts';
import type { ChallengePhone } from './challenge-phone.ts';

/** A CIBA request: the professional is named and the number is given by the application, which shows it. */
export interface ApplicationChallenge {
  readonly approvalId: string;
  readonly identifier: NationalId;
  readonly means: Means;
  readonly number: string;
  readonly lifetimeMs: number;
}

export type ChallengeForApplication = (
  asked: ApplicationChallenge,
) => Promise<Outcome<unknown, TransitionRefusal>>;

/**
 * Asks a professional to approve what an application asked by CIBA. Only what was opened for CIBA: a login of a browser is
 * challenged by that browser, or its proof would be bound to none.
 */
export function createChallengeForApplication(needs: {
  readonly approvals: Pick<Approvals, 'find' | 'challenge'>;
  readonly challengePhone: ChallengePhone;
  readonly trace: TraceStep;
  readonly clock: Clock;
}): ChallengeForApplication {
  const { approvals, challengePhone, trace, clock } = needs;

  return async ({ approvalId, identifier, means, number, lifetimeMs }) => {
    const approval = await approvals.find(approvalId);
    if (approval?.request.channel !== 'ciba') return refused('unknown');
    return trace(approval, 'challenge for an application', async () => {
      switch (means) {
        case 'ecps':
          return challengePhone({ approvalId, identifier, browser: '', given: { number, lifetimeMs } });
        case 'cps': {
          // Nobody to notify: it waits for the card, which its holder presents where they work.
          const challenge = { nationalId: identifier, means, number, browser: '', challengedAt: clock() };
          return approvals.challenge(approvalId, challenge, lifetimeMs);
        }
      }
    });
  };
}
