import { z } from 'zod';
import { meansSchema } from './approval-proof.ts';
import { matchingNumberSchema } from './ecps-device.ts';

/**
 * `POST /internal/challenges` of auth-broker, by oidc-provider: a CIBA request names its professional and brings the
 * number that the application shows. 204 when challenged; 409 with a `TransitionRefusal` as `error` when it cannot be.
 */
export const cibaChallengeBodySchema = z.strictObject({
  approvalId: z.string().regex(/^[\w-]{1,128}$/),
  nationalId: z.string().min(1).max(128),
  means: meansSchema,
  number: matchingNumberSchema,
});
export type CibaChallengeBody = z.infer<typeof cibaChallengeBodySchema>;
