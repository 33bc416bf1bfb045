import type { PushSubscription } from '@psc/contracts';
import { accepted, type Clock, type Outcome, refused } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { type DeviceSignatures, SIGNATURE_LIFETIME_MS } from '#src/ports/device-signatures.ts';
import type { Devices } from '#src/ports/devices.ts';
import type { PinVerifiers } from '#src/ports/pin-verifiers.ts';

export type RegistrationRefusal =
  | 'malformed_request'
  | 'signature_invalid'
  | 'signature_replayed'
  | 'ticket_invalid';

export type RegisterDevice = (asked: {
  readonly registration: string;
  readonly pin: string;
  readonly name: string;
  readonly push: PushSubscription | undefined;
}) => Promise<Outcome<string, RegistrationRefusal>>;

/** Enrols the phone that holds a ticket and a key of its own. Answers the device's id. */
export function createRegisterDevice(needs: {
  readonly devices: Pick<Devices, 'activate'>;
  readonly signatures: DeviceSignatures;
  readonly pins: PinVerifiers;
  readonly quotas: Quotas;
  readonly pinLength: number;
  readonly drawDeviceId: () => string;
  readonly clock: Clock;
}): RegisterDevice {
  const { devices, signatures, pins, quotas, clock } = needs;

  return async ({ registration, pin, name, push }) => {
    if (pin.length !== needs.pinLength) return refused('malformed_request');
    const signed = await signatures.verifyRegistration(registration, clock());
    if (!signed) return refused('signature_invalid');
    const { claims, publicKey } = signed;
    if (!(await quotas.reserve(`device-jti:registration:${claims.jti}`, 1, SIGNATURE_LIFETIME_MS)))
      return refused('signature_replayed');
    const id = needs.drawDeviceId();
    const [pinVerifier] = pins.of(id, pin);
    const device = { id, name, publicKey, pinVerifier, push, activatedAt: clock() };
    return (await devices.activate(claims.ticket, device)) ? accepted(id) : refused('ticket_invalid');
  };
}
