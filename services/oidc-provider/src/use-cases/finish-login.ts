import type { Approvals, ApprovedApproval } from '@psc/approvals';
import { accepted, type Outcome, refused } from '@psc/kernel';
import { checkProof, type FinishedLogin, type FinishRefusal, refusalOf } from '#src/domain/finished-login.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { Proofs } from '#src/ports/proofs.ts';
import type { TraceStep } from '#src/ports/traces.ts';

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
 * Finishes a login that the professional approved. The approval lies in Redis, which has no authority: only its proof is
 * believed. Taken last, once everything else holds, so that a directory that does not answer costs no approval: the
 * browser tries again. Of two requests at once, one takes it.
 */
export function createFinishLogin(needs: {
  readonly approvals: Pick<Approvals, 'find' | 'take'>;
  readonly proofs: Proofs;
  readonly directory: Directory;
  readonly trace: TraceStep;
}): FinishLogin {
  const { approvals, proofs, directory, trace } = needs;

  return async (returning) => {
    const approval = await approvals.find(returning.id);
    if (approval?.state !== 'approved') return refused(refusalOf(approval) ?? 'unknown');
    return trace(approval, 'finish login', () => finishApproved(approval, returning));
  };

  async function finishApproved(
    approval: ApprovedApproval,
    { id, clientId, browser }: ReturningBrowser,
  ): Promise<Outcome<FinishedLogin, FinishRefusal>> {
    const proof = await proofs.read(approval.proof);
    if (!proof) return refused('proof_invalid');
    const mismatch = checkProof(proof, { id, clientId, browser });
    if (mismatch) return refused(mismatch);

    const professional = await directory.find(proof.sub);
    if (professional?.status !== 'active') return refused('professional_inactive');

    const taken = await approvals.take(id);
    if (!taken.ok) return refused(taken.refusal === 'already_taken' ? 'already_finished' : 'unknown');
    return accepted({
      nationalId: proof.sub,
      means: proof.means,
      acr: proof.acr,
      authTime: proof.auth_time,
    });
  }
}
