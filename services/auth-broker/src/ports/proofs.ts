import type { ApprovalProofClaims } from '@psc/contracts';

/** Signs that a professional approved. oidc-provider believes this, and not the datastore it travels in. */
export interface Proofs {
  sign(claims: Omit<ApprovalProofClaims, 'iss' | 'aud' | 'iat' | 'exp'>): Promise<string>;
}
