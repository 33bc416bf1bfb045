import { approvalProofType } from '@psc/contracts';
import type { ServiceIdentity } from '@psc/runtime';
import type { Proofs } from '#src/ports/proofs.ts';

/** Outlives a page that is reloaded, or a laptop that wakes up; not a proof that was stolen. */
const LIFETIME_S = 120;

/** Proofs signed with this service's own key. */
export function createIdentityProofs(identity: Pick<ServiceIdentity, 'sign'>): Proofs {
  return {
    sign: (claims) => identity.sign(approvalProofType, 'oidc-provider', claims, LIFETIME_S),
  };
}
