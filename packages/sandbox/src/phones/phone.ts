import type { PendingRequest } from '@psc/contracts';
import { createDevice, type DeviceKeys, type DeviceOutcome } from '@psc/ecps-device';
import { z } from 'zod';

/** What the person who holds the phone does when it rings. */
const phoneModes = [
  /** Waits for the control API to say what to do. */
  'manual',
  'approve',
  'refuse',
  'ignore',
  'wrong-number',
  'wrong-pin',
  'report',
] as const;

export const behaviourSchema = z.strictObject({
  mode: z.enum(phoneModes),
  /** How long the person takes, in milliseconds. */
  delayMs: z.number().int().min(0).max(300_000).default(0),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

export const answerSchema = z.strictObject({
  decision: z.enum(['approve', 'refuse', 'report']),
  number: z
    .string()
    .regex(/^\d{2}$/, 'two digits')
    .optional(),
  pin: z
    .string()
    .regex(/^\d{4,12}$/, 'digits')
    .optional(),
});
export type PhoneAnswer = z.infer<typeof answerSchema>;

/** An answer of the device API, as it came. */
export interface DeviceApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A virtual phone and the person who holds it. */
export interface Phone {
  readonly nationalId: string;
  readonly pin: string;
  behaviour: Behaviour;

  /** What it shows now. */
  requests(): Promise<DeviceOutcome<readonly PendingRequest[]>>;

  /** Types the answer. Without a PIN, the person types their own. */
  answer(requestId: string, answer: PhoneAnswer): Promise<DeviceApiAnswer>;

  /** It rings, or its owner opens the app: what is new is dealt with as the mode says. Never throws. */
  look(): void;

  /** The person puts the phone down: what they were about to do is not done. */
  close(): void;
}

export interface PhoneSettings {
  readonly nationalId: string;
  readonly deviceId: string;
  readonly pin: string;
  readonly keys: DeviceKeys;
  readonly walletUrl: string;
  /** The number on the login page; undefined when the approval is no longer shown. */
  readonly readNumber: (approvalId: string) => Promise<string | undefined>;
  /** Hears of what went wrong while nobody was waiting for it. */
  readonly onError: (error: unknown) => void;
}

const DEVICE_CALLS_KEPT = 200;

export function createPhone(settings: PhoneSettings): Phone {
  const { nationalId, deviceId, pin, keys, walletUrl } = settings;
  const device = createDevice({ walletUrl, keys, deviceId });
  /** The applications of the requests that were on the screen: an answer names its application. */
  const shown = new Map<string, string>();
  /** The requests that the person has dealt with in this mode. */
  const dealtWith = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  let behaviour: Behaviour = { mode: 'manual', delayMs: 0 };

  return {
    nationalId,
    pin,
    get behaviour() {
      return behaviour;
    },
    set behaviour(next) {
      putDown();
      dealtWith.clear();
      behaviour = next;
    },
    requests,
    answer,
    look() {
      if (behaviour.mode === 'manual' || behaviour.mode === 'ignore') return;
      dealWithAll().catch(settings.onError);
    },
    close: putDown,
  };

  function putDown(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  async function requests() {
    const outcome = await device.pendingRequests();
    if (outcome.ok) for (const { id, clientId } of outcome.value) remember(id, clientId);
    return outcome;
  }

  function remember(id: string, clientId: string): void {
    const [oldest] = shown.keys();
    if (shown.size >= DEVICE_CALLS_KEPT && oldest !== undefined) shown.delete(oldest);
    shown.set(id, clientId);
  }

  async function answer(requestId: string, { decision, number, pin: typed }: PhoneAnswer) {
    if (!shown.has(requestId)) await requests();
    const last: { answer?: DeviceApiAnswer } = {};
    const listening = createDevice({ walletUrl, keys, deviceId, fetch: recordingFetch(last) });
    await listening.answer(
      { id: requestId, clientId: shown.get(requestId) ?? '' },
      {
        decision,
        ...(number === undefined ? {} : { number }),
        ...(decision === 'approve' ? { pin: typed ?? pin } : {}),
      },
    );
    if (!last.answer) throw new Error('the device API was not called');
    return last.answer;
  }

  async function dealWithAll(): Promise<void> {
    const outcome = await requests();
    // The person reads on their screen that they may not log in: there is nothing to deal with.
    if (!outcome.ok && outcome.refusal === 'professional_inactive') return;
    if (!outcome.ok) throw new Error(`the wallet refused the phone: ${outcome.refusal}`);
    for (const { id } of outcome.value) {
      if (dealtWith.has(id)) continue;
      dealtWith.add(id);
      const timer = setTimeout(() => {
        timers.delete(timer);
        dealWith(id).catch(settings.onError);
      }, behaviour.delayMs);
      timers.add(timer);
    }
  }

  async function dealWith(id: string): Promise<void> {
    switch (behaviour.mode) {
      case 'manual':
      case 'ignore':
        return;
      case 'refuse':
      case 'report':
        await answer(id, { decision: behaviour.mode });
        return;
      case 'approve':
      case 'wrong-number':
      case 'wrong-pin': {
        const number = await settings.readNumber(id);
        if (number === undefined) return;
        await answer(id, { decision: 'approve', ...mistyped(behaviour.mode, number, pin) });
      }
    }
  }
}

function mistyped(mode: 'approve' | 'wrong-number' | 'wrong-pin', number: string, pin: string) {
  switch (mode) {
    case 'approve':
      return { number, pin };
    case 'wrong-number':
      return { number: plusOne(number), pin };
    case 'wrong-pin':
      return { number, pin: plusOne(pin) };
  }
}

/** Another text of as many digits. */
function plusOne(digits: string): string {
  return String((Number(digits) + 1) % 10 ** digits.length).padStart(digits.length, '0');
}

/** `fetch` that keeps what the wallet answered, word for word. */
function recordingFetch(last: { answer?: DeviceApiAnswer }): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    last.answer = { status: response.status, body: await response.clone().json() };
    return response;
  };
}
