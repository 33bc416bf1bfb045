import { meansSchema } from '@psc/contracts';
import type { Seal } from '@psc/datastores';
import { z } from 'zod';
import type { Approval, ApprovalRequest, ApprovalState, Challenge, Decision } from './approval.ts';

/**
 * An approval as Redis keeps it: a hash whose fields `state` and `expiresAt` are in clear, because the scripts compare
 * them, and whose other parts are sealed.
 *
 * | part      | sealed under                         | so that it does not open                                     |
 * | request   | approval:<id>:request                | in another approval, or as another part                      |
 * | challenge | approval:<id>:challenge:<expiresAt>  | … nor when the time given to the professional was prolonged  |
 * | decision  | approval:<id>:decision:<state>       | … nor when a denial was renamed to an approval               |
 */
const names = {
  // Unambiguous: an id has no colon in it (isApprovalId).
  request: (id: string) => `approval:${id}:request`,
  challenge: (id: string, expiresAt: number) => `approval:${id}:challenge:${expiresAt}`,
  decision: (id: string, state: string) => `approval:${id}:decision:${state}`,
};

export function sealRequest(seal: Seal, id: string, request: ApprovalRequest): string {
  return seal.seal(names.request(id), JSON.stringify(request));
}

export function sealChallenge(seal: Seal, id: string, challenge: Challenge, expiresAt: number): string {
  return seal.seal(names.challenge(id, expiresAt), JSON.stringify(challenge));
}

export function sealDecision(seal: Seal, id: string, decision: Decision): string {
  return seal.seal(names.decision(id, decision.state), JSON.stringify(decision));
}

/** The approval in the state that was written, or undefined when any part of it is missing or was tampered with. */
export function readRecord(seal: Seal, id: string, fields: unknown): Approval | undefined {
  const stored = storedSchema.safeParse(fields);
  if (!stored.success) return undefined;
  const { state, expiresAt, request, challenge, decision } = stored.data;
  // A decision is believed from its seal, never from the field in clear: not even that somebody reported a fraud.
  const outcome = isDecision(state) ? open(seal, names.decision(id, state), decision) : { state };
  const read = approvalSchema.safeParse({
    ...outcome,
    id,
    expiresAt,
    request: open(seal, names.request(id), request),
    ...(challenge && { challenge: open(seal, names.challenge(id, expiresAt), challenge) }),
  });
  return read.data;
}

function open(seal: Seal, name: string, sealed: string | undefined): object | undefined {
  const text = sealed === undefined ? undefined : seal.open(name, sealed);
  return text === undefined ? undefined : JSON.parse(text);
}

function isDecision(state: ApprovalState): boolean {
  return state === 'approved' || state === 'denied' || state === 'reported';
}

export const stateSchema = z.enum([
  'opened',
  'challenged',
  'approved',
  'taken',
  'denied',
  'reported',
  'expired',
]);

const storedSchema = z.object({
  state: stateSchema,
  expiresAt: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  request: z.string(),
  challenge: z.string().optional(),
  decision: z.string().optional(),
});

const requestSchema = z.object({
  clientId: z.string(),
  clientName: z.string(),
  acr: z.string(),
  scope: z.string(),
  channel: z.enum(['browser', 'ciba']),
  requester: z.object({ ip: z.string(), userAgent: z.string() }),
  returnTo: z.string(),
  loginHint: z.string(),
  challengeFromHint: z.boolean(),
  ping: z.boolean(),
  openedAt: z.number(),
  traceparent: z.string(),
});

const challengeSchema = z.object({
  nationalId: z.string(),
  means: meansSchema,
  number: z.string(),
  browser: z.string(),
  challengedAt: z.number(),
});

const opened = { id: z.string(), expiresAt: z.number(), request: requestSchema };
const challenged = { ...opened, challenge: challengeSchema };

const approvalSchema: z.ZodType<Approval> = z.discriminatedUnion('state', [
  z.object({ ...opened, state: z.literal('opened') }),
  z.object({ ...challenged, state: z.literal('challenged') }),
  z.object({ ...challenged, state: z.literal('approved'), proof: z.string() }),
  z.object({ ...challenged, state: z.literal('taken') }),
  z.object({
    ...challenged,
    state: z.literal('denied'),
    reason: z.enum(['refused', 'wrong_number', 'device_locked', 'professional_inactive']),
  }),
  z.object({ ...challenged, state: z.literal('reported') }),
  z.object({ ...opened, state: z.literal('expired'), challenge: challengeSchema.exactOptional() }),
]);
