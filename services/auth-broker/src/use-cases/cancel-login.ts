import type { Approvals } from '@psc/approvals';
import { accepted, type Outcome, refused } from '@psc/kernel';
import type { TraceStep } from '#src/ports/traces.ts';
import type { FindLoginStep } from './find-login-step.ts';

/** Answers where the browser goes back to; `moved` when the login ended otherwise meanwhile, or is another browser's. */
export type CancelLogin = (asked: {
  readonly approvalId: string;
  readonly browser: string;
}) => Promise<Outcome<string, 'moved'>>;

export function createCancelLogin(needs: {
  readonly approvals: Pick<Approvals, 'abandon'>;
  readonly findLoginStep: FindLoginStep;
  readonly trace: TraceStep;
}): CancelLogin {
  const { approvals, findLoginStep, trace } = needs;

  return async ({ approvalId, browser }) => {
    const step = await findLoginStep({ approvalId, browser });
    if (step.name !== 'identify' && step.name !== 'wait') return refused('moved');
    const abandoned = await trace(step.approval, 'cancel', () => approvals.abandon(approvalId));
    return abandoned.ok ? accepted(step.approval.request.returnTo) : refused('moved');
  };
}
