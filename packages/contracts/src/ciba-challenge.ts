import { z } from 'zod';
import { meansSchema } from './approval-proof.ts';
import { matchingNumberSchema } from './ecps-device.ts';

/**
 * How long a professional may be given to answer, in seconds: PSC's 120 s. The proof of an answer lives as long, so that
 * an answer is never older than its proof while the request is still good.
 */
export const LONGEST_CIBA_REQUEST_S = 120;

/**
 * `POST /internal/challenges` of auth-broker, by oidc-provider: a CIBA request names its professional and brings the
 * number that the application shows. 409 with a `TransitionRefusal` as `error` when it cannot be challenged.
 */
export const cibaChallengeBodySchema = z.strictObject({
  approvalId: z.string().regex(/^[\w-]{1,128}$/),
  nationalId: z.string().min(1).max(128),
  means: meansSchema,
  number: matchingNumberSchema,
  /** The time given to answer. */
  seconds: z.number().int().min(1).max(LONGEST_CIBA_REQUEST_S),
});
export type CibaChallengeBody = z.infer<typeof cibaChallengeBodySchema>;

export const cibaChallengedSchema = z.object({ state: z.literal('challenged') });
