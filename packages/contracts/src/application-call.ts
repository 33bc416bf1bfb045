import { z } from 'zod';

/**
 * The calls that we owe to applications: "this session is over" (OpenID Connect Back-Channel Logout §2.5), "your CIBA
 * request was answered" (CIBA Core §10.2). oidc-provider and auth-broker queue them, notification-worker makes them.
 */
export const applicationCallQueue = 'application-calls';

/** The worker decides the delay before each new attempt (its backoff strategy). Dead letters stay long enough to be seen. */
export const applicationCallJobOptions = {
  attempts: 10,
  backoff: { type: 'call' },
  removeOnComplete: { age: 10 * 60, count: 10_000 },
  removeOnFail: { age: 7 * 24 * 60 * 60, count: 10_000 },
} as const;

/**
 * Seconds that what is to be said stays known at oidc-provider, from when the call was queued: longer than all attempts
 * take, an application that asks to be called later included.
 */
export const applicationCallOwedSeconds = 12 * 60 * 60;

export const applicationCallKindSchema = z.enum(['logout', 'ping']);
export type ApplicationCallKind = z.infer<typeof applicationCallKindSchema>;

/**
 * Identifiers only: jobs lie in Redis in clear text. What is sent, and where, oidc-provider says at each attempt.
 * `callId`: for a logout, drawn at random when the session ended; for a ping, the approval. `clientId` tells a dead letter
 * from another. `traceparent` (W3C Trace Context): '' when there is none.
 */
export const applicationCallJobSchema = z.strictObject({
  kind: applicationCallKindSchema,
  callId: z.string().regex(/^[\w-]{1,128}$/),
  clientId: z.string().max(128),
  traceparent: z.string().max(64),
});
export type ApplicationCallJob = z.infer<typeof applicationCallJobSchema>;

/** BullMQ job id: the same call is never queued twice. */
export function applicationCallJobId(job: Pick<ApplicationCallJob, 'kind' | 'callId'>): string {
  return `${job.kind}.${job.callId}`;
}

/**
 * `POST /internal/application-calls/:kind/:callId` of oidc-provider, by notification-worker before each attempt: the call,
 * made anew (a logout token has a fresh `jti` and `exp` each time). 404 when it is not owed any more.
 */
export const preparedCallSchema = z.strictObject({
  url: z.url().max(2048),
  contentType: z.enum(['application/x-www-form-urlencoded', 'application/json']),
  /** '' for none. */
  authorization: z.string().max(2048),
  body: z.string().max(16_384),
});
export type PreparedCall = z.infer<typeof preparedCallSchema>;
