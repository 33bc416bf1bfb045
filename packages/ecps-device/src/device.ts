import {
  type AnswerDecision,
  answerResponseSchema,
  type DeviceErrorCode,
  deviceErrorSchema,
  type PendingRequest,
  type PushSubscription,
  pendingRequestsResponseSchema,
  registerDeviceResponseSchema,
} from '@psc/contracts';
import { type Accepted, accepted, type Clock, type Refused, systemClock, Unavailable } from '@psc/kernel';
import type { z } from 'zod';
import type { DeviceKeys } from './keys.ts';
import { createSignatures } from './signatures.ts';

/** What the wallet refused, with its sentence for the person; `remainingTries` comes with `pin_wrong`. */
export interface DeviceRefused extends Refused<DeviceErrorCode> {
  readonly message: string;
  readonly remainingTries?: number;
}

export type DeviceOutcome<Value> = Accepted<Value> | DeviceRefused;

export interface Registration {
  /** The one-time activation ticket. */
  readonly ticket: string;
  readonly pin: string;
  /** What the professional calls this phone. */
  readonly name: string;
  readonly push?: PushSubscription;
}

/** `number` and `pin` are needed to approve only: a victim refuses at once. */
export interface Answer {
  readonly decision: AnswerDecision;
  readonly number?: string;
  readonly pin?: string;
}

/** One phone. Every call throws `Unavailable` when the wallet cannot be reached or does not answer sense. */
export interface Device {
  /** Undefined until the phone is registered. Keep it with the keys. */
  readonly id: string | undefined;

  register(registration: Registration): Promise<DeviceOutcome<{ readonly deviceId: string }>>;

  pendingRequests(): Promise<DeviceOutcome<readonly PendingRequest[]>>;

  answer(
    request: Pick<PendingRequest, 'id' | 'clientId'>,
    answer: Answer,
  ): Promise<DeviceOutcome<'approved' | 'denied' | 'reported'>>;
}

export interface DeviceSettings {
  /** The wallet host's public address; its origin is the audience of every signature. */
  readonly walletUrl: string;
  readonly keys: DeviceKeys;
  /** What `register` answered once; absent for a new phone. */
  readonly deviceId?: string;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

const TIMEOUT_MS = 10_000;

/** The phone's side of the device protocol, in a browser and in Node. */
export function createDevice(settings: DeviceSettings): Device {
  const { origin } = new URL(settings.walletUrl);
  const send = settings.fetch ?? fetch;
  const signatures = createSignatures(settings.keys, origin, settings.clock ?? systemClock);
  let deviceId = settings.deviceId;

  const call = async <Response>(
    path: string,
    schema: z.ZodType<Response>,
    init: RequestInit,
  ): Promise<DeviceOutcome<Response>> => {
    const { ok, body } = await exchange(send, origin + path, init);
    if (!ok) {
      const { error, message, remainingTries } = readAs(deviceErrorSchema, body);
      const rest = remainingTries === undefined ? {} : { remainingTries };
      return { ok: false, refusal: error, message, ...rest };
    }
    return accepted(readAs(schema, body));
  };

  return {
    get id() {
      return deviceId;
    },

    async register({ ticket, ...rest }) {
      const registration = await signatures.registration(ticket);
      const body = JSON.stringify({ ...rest, registration });
      const outcome = await call('/device/v1/devices', registerDeviceResponseSchema, post(body));
      if (outcome.ok) deviceId = outcome.value.deviceId;
      return outcome;
    },

    async pendingRequests() {
      if (!deviceId) return unregistered;
      const path = '/device/v1/requests';
      const signature = await signatures.request(deviceId, 'GET', origin + path);
      const headers = { authorization: `Device ${signature}` };
      const outcome = await call(path, pendingRequestsResponseSchema, { headers });
      return outcome.ok ? accepted(outcome.value.requests) : outcome;
    },

    async answer({ id, clientId }, { decision, number, pin }) {
      if (!deviceId) return unregistered;
      const claims = { approval: id, client: clientId, number: number ?? '', decision };
      const answer = await signatures.answer(deviceId, claims);
      const path = `/device/v1/requests/${encodeURIComponent(id)}/answer`;
      const body = JSON.stringify({ answer, ...(pin === undefined ? {} : { pin }) });
      const outcome = await call(path, answerResponseSchema, post(body));
      return outcome.ok ? accepted(outcome.value.state) : outcome;
    },
  };
}

const unregistered: DeviceRefused = {
  ok: false,
  refusal: 'device_unknown',
  message: 'Ce téléphone n’est pas encore activé. Activez-le depuis votre portail.',
};

function post(body: string): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body };
}

async function exchange(send: typeof fetch, url: string, init: RequestInit) {
  try {
    const response = await send(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await response.json();
    return { ok: response.ok, body };
  } catch (cause) {
    throw new Unavailable('wallet_unavailable', 'the wallet did not answer', { cause });
  }
}

/** A proxy's page, or a wallet of another version, is an outage and not an answer. */
function readAs<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Unavailable('wallet_unreadable', 'the wallet answered something else', { cause: parsed.error });
}
