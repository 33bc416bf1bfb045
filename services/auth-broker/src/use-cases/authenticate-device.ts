import type { AnswerClaims } from '@psc/contracts';
import { accepted, type Clock, type Outcome, refused } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import type { Device } from '#src/domain/device.ts';
import { type DeviceSignatures, SIGNATURE_LIFETIME_MS } from '#src/ports/device-signatures.ts';
import type { Devices } from '#src/ports/devices.ts';
import type { ConfirmSilence } from './confirm-silence.ts';

export type DeviceRefusal =
  | 'signature_invalid'
  | 'signature_replayed'
  | 'device_locked'
  | 'professional_inactive'
  | 'too_many_requests';

/** Which device makes a call. An unknown device and a wrong signature are refused alike, after the same work. */
export interface AuthenticateDevice {
  request(
    jws: string,
    called: { readonly method: string; readonly url: string },
  ): Promise<Outcome<Device, DeviceRefusal>>;

  answer(
    jws: string,
  ): Promise<Outcome<{ readonly device: Device; readonly claims: AnswerClaims }, DeviceRefusal>>;
}

export function createAuthenticateDevice(needs: {
  readonly devices: Pick<Devices, 'find'>;
  readonly signatures: DeviceSignatures;
  readonly quotas: Quotas;
  readonly confirmSilence: ConfirmSilence;
  readonly callsPerMinute: number;
  readonly clock: Clock;
}): AuthenticateDevice {
  const { devices, signatures, quotas, clock } = needs;

  return {
    async request(jws, called) {
      const device = await devices.find(signatures.claimedDevice(jws));
      const claims = await signatures.verifyRequest(jws, device?.publicKey, clock());
      if (!device || claims?.htm !== called.method || claims.htu !== called.url)
        return refused('signature_invalid');
      // After the signature: nobody else can use up a device's identifiers.
      if (!(await quotas.reserve(`device-jti:${device.id}:${claims.jti}`, 1, SIGNATURE_LIFETIME_MS)))
        return refused('signature_replayed');
      return admit(device);
    },

    async answer(jws) {
      const device = await devices.find(signatures.claimedDevice(jws));
      const claims = await signatures.verifyAnswer(jws, device?.publicKey, clock());
      if (!device || !claims) return refused('signature_invalid');
      const admitted = await admit(device);
      return admitted.ok ? accepted({ device, claims }) : admitted;
    },
  };

  /** Counted once the signature is known to be right: nobody else can silence a device. */
  async function admit(
    device: Device,
  ): Promise<Outcome<Device, 'too_many_requests' | 'device_locked' | 'professional_inactive'>> {
    if (!(await quotas.reserve(`device-calls:${device.id}`, needs.callsPerMinute, 60_000)))
      return refused('too_many_requests');
    switch (device.state) {
      case 'active':
        return accepted(device);
      case 'locked':
        return refused('device_locked');
      case 'silent':
        return (await needs.confirmSilence(device.nationalId))
          ? refused('professional_inactive')
          : accepted(device);
    }
  }
}
