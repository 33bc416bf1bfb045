import { z } from 'zod';

/**
 * What happened in the register that other services act on:
 * - `struck_off`: an active professional is not any more. Their sessions end, their e-CPS is silent, until
 * - `reappeared`: they are active again.
 * - `merged`: `previousId` (an ADELI number, most often) leads to `nationalId` from now on. What was of the one is of the other.
 * - `separated`: `nationalId` led to `previousId`, and is somebody's own again: they were wrongly taken for one. What `merged` gave away
 *   comes back.
 * - `contact_changed`: the register reaches the person by another telephone number or address than before.
 */
export const registerEventTypes = [
  'struck_off',
  'reappeared',
  'merged',
  'separated',
  'contact_changed',
] as const;

export const registerEventSchema = z.object({
  /** Grows with time, and is never given again, not even by a database that was restored. Acting twice on an event must do no harm. */
  id: z.number().int().positive(),
  type: z.enum(registerEventTypes),
  nationalId: z.string().max(64),
  /** '' unless merged or separated. */
  previousId: z.string().max(64),
  /** Unix time, seconds. */
  at: z.number().int(),
});
export type RegisterEvent = z.infer<typeof registerEventSchema>;

/** The queue from rpps-directory to notification-worker, which calls the services. */
export const registerEventQueue = 'register-events';

/** The services that act on events. */
export const registerEventTargets = ['oidc-provider', 'auth-broker'] as const;
export const MOST_EVENTS_IN_A_JOB = 200;

/**
 * One job per service and run of events: numbers only, since jobs lie in Redis in clear text. The worker calls
 * `POST /internal/register-events` of the target with `{ first, last }`, and the target reads them at rpps-directory.
 */
export const registerEventJobSchema = z.strictObject({
  target: z.enum(registerEventTargets),
  first: z.number().int().positive(),
  last: z.number().int().positive(),
  traceparent: z.string().max(64),
});
export type RegisterEventJob = z.infer<typeof registerEventJobSchema>;

/**
 * The worker decides the delay before each new attempt (its backoff strategy): a target may be away for hours, and nobody
 * may stay logged in for it. Dead letters stay long enough to be seen.
 */
export const registerEventJobOptions = {
  attempts: 60,
  backoff: { type: 'register-event' },
  removeOnComplete: { age: 10 * 60, count: 10_000 },
  removeOnFail: { age: 7 * 24 * 60 * 60, count: 10_000 },
} as const;

/** BullMQ job id: the same run is never queued twice for the same service. */
export function registerEventJobId(job: Pick<RegisterEventJob, 'target' | 'first' | 'last'>): string {
  return `${job.target}.${job.first}-${job.last}`;
}

/** `POST /internal/register-events` of a target, by notification-worker. Answers `{ done: true }` once all of them were acted on. */
export const registerEventsCallSchema = registerEventJobSchema.pick({ first: true, last: true });

/** What was asked for is done, now or before. */
export const doneSchema = z.object({ done: z.literal(true) });

/** `POST /internal/register-events/read` of rpps-directory, by a target: those of `first` to `last`, in their order. */
export const readRegisterEventsRequestSchema = registerEventsCallSchema;
export const readRegisterEventsResponseSchema = z.object({
  events: z.array(registerEventSchema).max(MOST_EVENTS_IN_A_JOB),
});

/**
 * `POST /internal/register-events/previous-contact` of rpps-directory, for auth-broker alone: the contact of before a
 * `contact_changed`, to announce the change to whoever had it. Recorded as every reading of a contact. Null once it was
 * announced, for another type of event, and when nothing of it changed after all.
 */
export const previousContactRequestSchema = z.strictObject({ id: z.number().int().positive() });
export const previousContactResponseSchema = z.object({
  contact: z
    .object({
      phone: z.string().max(512),
      mail: z.string().max(512),
      /** Which of the two changed. */
      changed: z.array(z.enum(['phone', 'mail'])),
    })
    .nullable(),
});

/**
 * `POST /internal/register-events/contact-announced` of rpps-directory, by auth-broker once the change was announced: the
 * contact of before is erased. However often it is asked, it answers `{ done: true }`.
 */
export const contactAnnouncedRequestSchema = previousContactRequestSchema;
