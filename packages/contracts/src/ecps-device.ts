import { z } from 'zod';

/**
 * The public device API (auth-broker, wallet host, /device/v1): what the e-CPS app and the sandbox's phones speak.
 * Every call is signed by the device's own ES256 key; a bearer token never exists.
 *
 * Three JWS (compact, ES256), told apart by `typ` so that none can be replayed as another:
 * | typ                     | signed over                                          | sent to                             |
 * | ecps-registration+jwt   | ticket, aud, iat, jti; public key in the header      | POST /device/v1/devices             |
 * | ecps-request+jwt        | htm, htu, aud, iat, jti; kid = device id             | Authorization: Device <jws>         |
 * | ecps-answer+jwt         | approval, client, number, decision, aud, iat; kid    | POST /device/v1/requests/:id/answer |
 * `aud` is the wallet's public origin, `iat` is in seconds and at most 60 s away from the server's clock.
 */
export const deviceJwsTypes = {
  registration: 'ecps-registration+jwt',
  request: 'ecps-request+jwt',
  answer: 'ecps-answer+jwt',
} as const;

const opaque = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/);
const compactJws = z
  .string()
  .max(4096)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);

/** PSC's PIN has four digits; longer ones are a setting of auth-broker. */
export const pinSchema = z.string().regex(/^\d{4,12}$/);
/** The number typed by the professional: two digits, leading zero kept. */
export const matchingNumberSchema = z.string().regex(/^\d{2}$/);

/** Where to push: the subscription of the Push API (RFC 8030 endpoint, RFC 8291 keys in base64url). */
export const pushSubscriptionSchema = z.strictObject({
  endpoint: z.url().max(2048),
  keys: z.strictObject({ p256dh: z.string().max(200), auth: z.string().max(64) }),
});
export type PushSubscription = z.infer<typeof pushSubscriptionSchema>;

/** P-256 public key (RFC 7517); unknown members are dropped. */
export const devicePublicKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().max(64),
  y: z.string().max(64),
});
export type DevicePublicKey = z.infer<typeof devicePublicKeySchema>;

/** Claims of `ecps-registration+jwt`; `ticket` is the one-time activation ticket. */
export const registrationClaimsSchema = z.object({
  ticket: opaque,
  aud: z.string(),
  iat: z.number().int(),
  jti: opaque,
});
export type RegistrationClaims = z.infer<typeof registrationClaimsSchema>;

/** `POST /device/v1/devices` → 201 `{ deviceId }`. */
export const registerDeviceBodySchema = z.strictObject({
  registration: compactJws,
  pin: pinSchema,
  /** Without control characters: a database refuses some, a terminal obeys others. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^\P{Cc}*$/u),
  push: pushSubscriptionSchema.optional(),
});
export const registerDeviceResponseSchema = z.object({ deviceId: opaque });

/** Claims of `ecps-request+jwt`, after DPoP (RFC 9449): one method, one URL without query, one use. */
export const deviceRequestClaimsSchema = z.object({
  htm: z.string(),
  htu: z.string(),
  aud: z.string(),
  iat: z.number().int(),
  jti: opaque,
});
export type DeviceRequestClaims = z.infer<typeof deviceRequestClaimsSchema>;

/** One line of `GET /device/v1/requests`: what the professional reads before answering. Times are ISO 8601. */
export const pendingRequestSchema = z.object({
  id: z.string(),
  clientId: z.string(),
  application: z.string(),
  requestedFrom: z.string(),
  requestedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type PendingRequest = z.infer<typeof pendingRequestSchema>;
export const pendingRequestsResponseSchema = z.object({ requests: z.array(pendingRequestSchema).max(20) });

export const answerDecisionSchema = z.enum(['approve', 'refuse', 'report']);
export type AnswerDecision = z.infer<typeof answerDecisionSchema>;

/** Claims of `ecps-answer+jwt`. `number` is '' when refusing or reporting. */
export const answerClaimsSchema = z.object({
  approval: z.string().max(128),
  client: z.string().max(255),
  number: z.union([matchingNumberSchema, z.literal('')]),
  decision: answerDecisionSchema,
  aud: z.string(),
  iat: z.number().int(),
});
export type AnswerClaims = z.infer<typeof answerClaimsSchema>;

/** `POST /device/v1/requests/:id/answer` → 200 `{ state }`. The PIN is asked to approve only: a victim refuses at once. */
export const answerBodySchema = z.strictObject({ answer: compactJws, pin: pinSchema.optional() });
export const answerResponseSchema = z.object({ state: z.enum(['approved', 'denied', 'reported']) });

/** Every refusal of the device API: `{ error, message }`, the message being a French sentence for the person. */
export const deviceErrorCodes = [
  'malformed_request',
  'ticket_invalid',
  'signature_invalid',
  'signature_replayed',
  'device_unknown',
  'device_locked',
  'professional_inactive',
  'request_unknown',
  'request_expired',
  'already_answered',
  'pin_missing',
  'pin_wrong',
  'number_wrong',
  'too_many_requests',
  'temporarily_unavailable',
] as const;
export type DeviceErrorCode = (typeof deviceErrorCodes)[number];
export const deviceErrorSchema = z.object({
  error: z.enum(deviceErrorCodes),
  message: z.string(),
  /** With `pin_wrong`: tries left before the device locks. */
  remainingTries: z.number().int().optional(),
});
export type DeviceError = z.infer<typeof deviceErrorSchema>;

/** `POST /internal/activation-tickets` of auth-broker, called by an enrolment desk. Lifetime in seconds. */
export const activationTicketBodySchema = z.strictObject({ nationalId: z.string().min(1).max(64) });
export const activationTicketResponseSchema = z.object({ ticket: opaque, expiresIn: z.number().int() });

/** `GET /internal/devices/:deviceId/push-subscription` of auth-broker, called by notification-worker; 404 when gone. */
export const pushTargetResponseSchema = pushSubscriptionSchema;
