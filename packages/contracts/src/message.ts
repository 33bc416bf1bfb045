import { z } from 'zod';

/** E-mails and SMS that auth-broker owes to professionals, and notification-worker sends. */
export const messageQueue = 'messages';

/** The worker decides the delay before each new attempt (its backoff strategy). Dead letters stay long enough to be seen. */
export const messageJobOptions = {
  attempts: 12,
  backoff: { type: 'message' },
  removeOnComplete: { age: 10 * 60, count: 10_000 },
  removeOnFail: { age: 7 * 24 * 60 * 60, count: 10_000 },
} as const;

/** Seconds that a message stays known at auth-broker: as long as its dead letter, so that it can be tried again. */
export const messageOwedSeconds = 7 * 24 * 60 * 60;

/** What a message says: "the phone or the address that the register had for you was changed". */
export const messageKindSchema = z.enum(['contact-changed']);
export type MessageKind = z.infer<typeof messageKindSchema>;

export const messageChannelSchema = z.enum(['email', 'sms']);
export type MessageChannel = z.infer<typeof messageChannelSchema>;

const messageIdSchema = z.string().regex(/^[\w-]{1,128}$/);

/**
 * An identifier only: jobs lie in Redis in clear text. To whom, and what, auth-broker says at each attempt. `traceparent`
 * (W3C Trace Context): '' when there is none.
 */
export const messageJobSchema = z.strictObject({
  messageId: messageIdSchema,
  traceparent: z.string().max(64),
});
export type MessageJob = z.infer<typeof messageJobSchema>;

/** BullMQ job id: the same message is never queued twice. */
export function messageJobId({ messageId }: Pick<MessageJob, 'messageId'>): string {
  return messageId;
}

/**
 * `POST /internal/messages/:messageId` of auth-broker, by notification-worker before each attempt. 404 when it is not owed
 * any more. The one place, beside the call to the SMTP server or to the SMS gateway, where a recipient is in clear.
 */
export const preparedMessageSchema = z.discriminatedUnion('channel', [
  z.strictObject({
    channel: z.literal('email'),
    kind: messageKindSchema,
    /** One address, and nothing that could make it two. */
    to: z
      .string()
      .max(254)
      .regex(/^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[\p{L}\d.-]+$/u),
    // One line: a header of the e-mail.
    subject: z.string().regex(/^[^\r\n]{1,150}$/),
    text: z.string().min(1).max(10_000),
  }),
  z.strictObject({
    channel: z.literal('sms'),
    kind: messageKindSchema,
    /** E.164. */
    to: z.string().regex(/^\+[1-9]\d{6,14}$/),
    text: z.string().min(1).max(160),
  }),
]);
export type PreparedMessage = z.infer<typeof preparedMessageSchema>;
export type PreparedEmail = Extract<PreparedMessage, { channel: 'email' }>;
export type PreparedSms = Extract<PreparedMessage, { channel: 'sms' }>;

/**
 * `POST /internal/messages/:messageId/outcome` of auth-broker: `sent`, and it forgets the recipient; `failed` for good, and it
 * keeps the message until it expires, for an operator who tries it again.
 */
export const messageOutcomeBodySchema = z.strictObject({ outcome: z.enum(['sent', 'failed']) });
export const messageOutcomeResponseSchema = z.object({ noted: z.literal(true) });
export type MessageOutcome = z.infer<typeof messageOutcomeBodySchema>['outcome'];
