import type { Approvals } from '@psc/approvals';
import { activationTicketResponseSchema } from '@psc/contracts';
import { createDevice, type DeviceKeys } from '@psc/ecps-device';
import type { ServiceClient } from '@psc/runtime';
import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { PushedMessage, PushService } from '../push-service/push-service.ts';
import { generateSubscriber } from '../push-service/subscriber.ts';
import { createPhone, type Phone } from './phone.ts';
import { type PhoneRecord, type PhoneRecords, phoneKeySchema } from './phone-records.ts';

/** Who is to have a phone. */
export interface PhoneOwner {
  readonly nationalId: string;
  readonly pin: string;
}

export interface PhonesSettings {
  readonly owners: readonly PhoneOwner[];
  readonly walletUrl: string;
  /** auth-broker, called as the service `enrolment-desk`. */
  readonly authBroker: ServiceClient;
  readonly pushService: PushService;
  readonly records: PhoneRecords;
  readonly approvals: Pick<Approvals, 'find' | 'awaiting'>;
  readonly onPushed: (nationalId: string, message: PushedMessage) => void;
  readonly onError: (error: unknown) => void;
}

/** Every virtual phone, one per professional at most. */
export interface Phones {
  find(nationalId: string): Phone | undefined;

  /** Recognised at the enrolment desk: the phone is activated with a ticket. Nothing happens to who has one that works. */
  enrol(owner: PhoneOwner): Promise<void>;

  /** The phone is lost: it takes no more push, and answers nobody. */
  lose(nationalId: string): Promise<void>;

  /** Everybody puts their phone in `manual` again; who is no owner any more loses it; a locked phone is activated again. */
  reset(owners: readonly PhoneOwner[]): Promise<void>;

  close(): void;
}

/** Enough to be quick, not enough to be refused for asking too much. */
const PARALLEL_ENROLMENTS = 6;
/**
 * Past its limit of unanswered notifications a professional is left in silence, and may still answer by opening the app:
 * that is what a person told to approve, refuse or report does now and then.
 */
const LOOK_EVERY_MS = 3_000;

/** Brings the phones of before back to life, and enrols the missing ones through the public device API. */
export async function startPhones(settings: PhonesSettings): Promise<Phones> {
  const { walletUrl, pushService, records } = settings;
  const alive = new Map<string, { phone: Phone; record: PhoneRecord }>();
  const timer = setInterval(() => void lookAtSilentPhones().catch(settings.onError), LOOK_EVERY_MS);
  timer.unref();

  const phones: Phones = {
    find: (nationalId) => alive.get(nationalId)?.phone,

    async enrol(owner) {
      await ensureEnrolled(owner);
      await save();
    },

    async lose(nationalId) {
      discard(nationalId);
      await save();
    },

    async reset(owners) {
      const kept = new Set(owners.map(({ nationalId }) => nationalId));
      for (const nationalId of alive.keys()) if (!kept.has(nationalId)) discard(nationalId);
      for (const { phone } of alive.values()) phone.behaviour = { mode: 'manual', delayMs: 0 };
      await enrolAll(owners);
      await save();
    },

    close() {
      clearInterval(timer);
      for (const { phone } of alive.values()) phone.close();
    },
  };

  for (const record of await records.load()) await revive(record);
  await phones.reset(settings.owners);
  return phones;

  async function enrolAll(owners: readonly PhoneOwner[]): Promise<void> {
    const waiting = owners.values();
    const desk = async () => {
      for (const owner of waiting) await ensureEnrolled(owner);
    };
    await Promise.all(Array.from({ length: PARALLEL_ENROLMENTS }, desk));
  }

  async function ensureEnrolled(owner: PhoneOwner): Promise<void> {
    if (!(await works(owner))) await activate(owner);
  }

  /** False too for a phone that is locked, or that the wallet has forgotten; who was struck off keeps a silent one. */
  async function works({ nationalId, pin }: PhoneOwner): Promise<boolean> {
    const phone = alive.get(nationalId)?.phone;
    if (phone?.pin !== pin) return false;
    const shown = await phone.requests();
    return shown.ok || shown.refusal === 'professional_inactive';
  }

  async function activate({ nationalId, pin }: PhoneOwner): Promise<void> {
    const issued = await settings.authBroker.post(
      '/internal/activation-tickets',
      { nationalId },
      activationTicketResponseSchema,
    );
    if (!issued) throw new Error('auth-broker has no enrolment desk');
    const keys = await generateKeyPair('ES256', { extractable: true });
    const subscriber = generateSubscriber();
    const device = createDevice({ walletUrl, keys });
    const registered = await device.register({
      ticket: issued.ticket,
      pin,
      name: 'Téléphone virtuel',
      push: pushService.subscriptionOf(subscriber),
    });
    if (!registered.ok) throw new Error(`a phone was refused: ${registered.refusal}`);
    const key = phoneKeySchema.parse(await exportJWK(keys.privateKey));
    await revive({ nationalId, pin, deviceId: registered.value.deviceId, key, subscriber });
  }

  async function revive(record: PhoneRecord): Promise<void> {
    const { nationalId, deviceId, pin, subscriber } = record;
    discard(nationalId);
    const phone = createPhone({
      nationalId,
      deviceId,
      pin,
      keys: await importKeys(record.key),
      walletUrl,
      readNumber,
      onError: settings.onError,
    });
    pushService.subscribe(subscriber, (message) => {
      settings.onPushed(nationalId, message);
      phone.look();
    });
    alive.set(nationalId, { phone, record });
  }

  function discard(nationalId: string): void {
    const former = alive.get(nationalId);
    if (!former) return;
    former.phone.close();
    pushService.unsubscribe(former.record.subscriber.token);
    alive.delete(nationalId);
  }

  async function lookAtSilentPhones(): Promise<void> {
    for (const { phone } of alive.values()) {
      if (phone.behaviour.mode === 'manual') continue;
      const awaiting = await settings.approvals.awaiting(phone.nationalId);
      if (awaiting.length > 0) phone.look();
    }
  }

  /** As a human would read the screen. */
  async function readNumber(approvalId: string): Promise<string | undefined> {
    const approval = await settings.approvals.find(approvalId);
    return approval?.state === 'challenged' ? approval.challenge.number : undefined;
  }

  function save(): Promise<void> {
    return records.save([...alive.values()].map(({ record }) => record));
  }
}

async function importKeys({ d, ...publicKey }: PhoneRecord['key']): Promise<DeviceKeys> {
  const [privateHalf, publicHalf] = await Promise.all([
    importJWK({ ...publicKey, d }, 'ES256'),
    importJWK(publicKey, 'ES256'),
  ]);
  if (!(privateHalf instanceof CryptoKey) || !(publicHalf instanceof CryptoKey))
    throw new TypeError('an EC key is asymmetric');
  return { privateKey: privateHalf, publicKey: publicHalf };
}
