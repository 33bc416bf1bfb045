import type { CibaChallengeBody } from '@psc/contracts';

/** auth-broker, asked to challenge the professional whom a CIBA request names. */
export interface Challenges {
  /** Throws `Unavailable` when nobody was asked. */
  challenge(body: CibaChallengeBody): Promise<void>;
}
