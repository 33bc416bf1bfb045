import type { ApprovedApproval } from '@psc/approvals';
import { accepted, type Outcome, refused } from '@psc/kernel';
import {
  checkProof,
  type ExpectedLogin,
  type FinishedLogin,
  type FinishRefusal,
} from '#src/domain/finished-login.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { Proofs } from '#src/ports/proofs.ts';

export type VerifyLogin = (
  approval: ApprovedApproval,
  expected: ExpectedLogin,
) => Promise<Outcome<FinishedLogin, FinishRefusal>>;

/**
 * Is this approval the login that is expected, of somebody who may log in? The approval lies in Redis, which has no
 * authority: only its proof is believed.
 */
export function createVerifyLogin(needs: {
  readonly proofs: Proofs;
  readonly directory: Directory;
}): VerifyLogin {
  return async (approval, expected) => {
    const proof = await needs.proofs.read(approval.proof);
    if (!proof) return refused('proof_invalid');
    const mismatch = checkProof(proof, expected);
    if (mismatch) return refused(mismatch);
    const professional = await needs.directory.find(proof.sub);
    if (professional?.status !== 'active') return refused('professional_inactive');
    // Who approved is not yet known to be that other person: their phones are moved by the event of the register.
    if (professional.nationalId !== proof.sub) return refused('identifier_replaced');
    return accepted({
      nationalId: proof.sub,
      means: proof.means,
      acr: proof.acr,
      authTime: proof.auth_time,
    });
  };
}
