import { parseNationalId } from '@psc/kernel';
import type { LoginStep } from '#src/domain/login-step.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import type { ChallengePhone, Notified } from './challenge-phone.ts';
import type { FindLoginStep } from './find-login-step.ts';

export type ContinueLogin = (asked: {
  readonly approvalId: string;
  readonly browser: string;
}) => Promise<{ readonly step: LoginStep; readonly notified: Notified }>;

/**
 * What this browser is to be shown now. When the application may challenge from its own hint, arriving on the page is
 * enough to do so.
 */
export function createContinueLogin(needs: {
  readonly findLoginStep: FindLoginStep;
  readonly challengePhone: ChallengePhone;
  readonly trace: TraceStep;
}): ContinueLogin {
  const { findLoginStep, challengePhone, trace } = needs;

  return async ({ approvalId, browser }) => {
    const step = await findLoginStep({ approvalId, browser });
    if (step.name !== 'identify' || !step.approval.request.challengeFromHint)
      return { step, notified: 'told' };
    const hint = parseNationalId(step.approval.request.loginHint);
    if (!hint.ok) return { step, notified: 'told' };
    const challenged = await trace(step.approval, 'challenge from hint', () =>
      challengePhone({ approvalId, identifier: hint.value, browser }),
    );
    // Another browser may have been first: whatever happened, the approval says it.
    const next = await findLoginStep({ approvalId, browser });
    return { step: next, notified: challenged.ok ? challenged.value : 'told' };
  };
}
