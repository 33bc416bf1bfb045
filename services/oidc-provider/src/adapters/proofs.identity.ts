import { approvalProofClaimsSchema, approvalProofType } from '@psc/contracts';
import type { ServiceIdentity } from '@psc/runtime';
import type { Proofs } from '#src/ports/proofs.ts';

/** Verified with auth-broker's public keys (SERVICE_TRUST): signature, algorithm, `typ`, issuer, audience, times. */
export function createIdentityProofs(identity: Pick<ServiceIdentity, 'verify'>): Proofs {
  return {
    async read(proof) {
      const claims = await identity.verify(approvalProofType, 'auth-broker', proof);
      const parsed = approvalProofClaimsSchema.safeParse(claims);
      return parsed.success ? parsed.data : undefined;
    },
  };
}
