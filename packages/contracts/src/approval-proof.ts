import { z } from 'zod';

/** `typ` of the proof, so that no other token of auth-broker can pass for one (RFC 8725 §3.11). */
export const approvalProofType = 'approval-proof+jwt';

/** How the professional proved who they are. PSC's claim `authMode` is MOBILE for `ecps` and CARD for `cps`. */
export const meansSchema = z.enum(['ecps', 'cps']);
export type Means = z.infer<typeof meansSchema>;

/**
 * Claims of the proof that auth-broker signs (ES256) when a professional approves, and that oidc-provider verifies
 * before it believes Redis. `iss` auth-broker, `aud` oidc-provider, `sub` the national identifier, times in seconds.
 */
export const approvalProofClaimsSchema = z.object({
  iss: z.literal('auth-broker'),
  aud: z.literal('oidc-provider'),
  sub: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
  approval: z.string(),
  client: z.string(),
  means: meansSchema,
  acr: z.string(),
  /** Device id or card serial. */
  instrument: z.string(),
  /** When the professional answered. */
  auth_time: z.number().int(),
  /** SHA-256 (base64url) of the return code that only the browser which typed the identifier holds; absent for CIBA. */
  browser: z.string().optional(),
});
export type ApprovalProofClaims = z.infer<typeof approvalProofClaimsSchema>;
