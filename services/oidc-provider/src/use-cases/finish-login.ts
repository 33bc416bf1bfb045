import type { Approvals, ApprovedApproval } from '@psc/approvals';
import { type Outcome, refused } from '@psc/kernel';
import { type FinishedLogin, type FinishRefusal, refusalOf } from '#src/domain/finished-login.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import type { VerifyLogin } from './verify-login.ts';

export interface ReturningBrowser {
  /** The engine's interaction, whose signed cookie this browser holds. */
  readonly id: string;
  /** The application of that interaction. */
  readonly clientId: string;
  /** SHA-256 (base64url) of the return code that the browser brought. */
  readonly browser: string;
}

export type FinishLogin = (returning: ReturningBrowser) => Promise<Outcome<FinishedLogin, FinishRefusal>>;

/**
 * Finishes a login that the professional approved. Taken last, once everything else holds, so that a directory that does
 * not answer costs no approval: the browser tries again. Of two requests at once, one takes it.
 */
export function createFinishLogin(needs: {
  readonly approvals: Pick<Approvals, 'find' | 'take'>;
  readonly verifyLogin: VerifyLogin;
  readonly trace: TraceStep;
}): FinishLogin {
  const { approvals, verifyLogin, trace } = needs;

  return async (returning) => {
    const approval = await approvals.find(returning.id);
    if (approval?.state !== 'approved') return refused(refusalOf(approval) ?? 'unknown');
    return trace(approval, 'finish login', () => finishApproved(approval, returning));
  };

  async function finishApproved(
    approval: ApprovedApproval,
    { id, clientId, browser }: ReturningBrowser,
  ): Promise<Outcome<FinishedLogin, FinishRefusal>> {
    const login = await verifyLogin(approval, { channel: 'browser', id, clientId, browser });
    if (!login.ok) return login;
    const taken = await approvals.take(id);
    if (!taken.ok) return refused(taken.refusal === 'already_taken' ? 'already_finished' : 'unknown');
    return login;
  }
}
