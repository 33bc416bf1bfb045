import type { ApprovalProofClaims } from '@psc/contracts';

/** The proofs that auth-broker signs when a professional approves. */
export interface Proofs {
  /** The claims of a proof that auth-broker signed for us and that is still valid; undefined otherwise. */
  read(proof: string): Promise<ApprovalProofClaims | undefined>;
}
