import type { PushSubscription } from '@psc/contracts';
import type { Device } from '#src/domain/device.ts';
import type { Devices, NewDevice } from '#src/ports/devices.ts';

interface Row extends NewDevice {
  readonly nationalId: string;
  readonly state: Device['state'];
  readonly pinFailures: number;
}

/** The fake of the use cases' tests; it passes the same suite as PostgreSQL. */
export function createMemoryDevices(): Devices {
  const tickets = new Map<string, { ticket: string; expiresAt: number; used: boolean }>();
  const rows = new Map<string, Row>();

  return {
    async addTicket({ ticket, nationalId, expiresAt }) {
      tickets.set(nationalId, { ticket, expiresAt, used: false });
    },

    async activate(ticket, device) {
      const [nationalId, known] = [...tickets].find(([, each]) => each.ticket === ticket) ?? [];
      if (nationalId === undefined || !known || known.used || known.expiresAt <= device.activatedAt)
        return false;
      tickets.set(nationalId, { ...known, used: true });
      rows.set(device.id, { ...device, nationalId, state: 'active', pinFailures: 0 });
      return true;
    },

    async find(id) {
      const row = rows.get(id);
      return row && { id, nationalId: row.nationalId, state: row.state, publicKey: row.publicKey };
    },

    async listActive(nationalId, limit) {
      return [...rows.values()]
        .filter((row) => row.nationalId === nationalId && row.state === 'active')
        .toSorted((one, other) => other.activatedAt - one.activatedAt)
        .slice(0, limit)
        .map(({ id }) => id);
    },

    async findPushSubscription(id): Promise<PushSubscription | undefined> {
      const row = rows.get(id);
      return row?.state === 'active' ? row.push : undefined;
    },

    async tryPin(id, verifiers, tries) {
      const row = rows.get(id);
      if (row?.state !== 'active') return { verdict: 'locked' };
      if (verifiers.includes(row.pinVerifier)) {
        rows.set(id, { ...row, pinFailures: 0, pinVerifier: verifiers[0] });
        return { verdict: 'right' };
      }
      const pinFailures = row.pinFailures + 1;
      const locked = pinFailures >= tries;
      rows.set(id, { ...row, pinFailures, state: locked ? 'locked' : 'active' });
      return locked ? { verdict: 'locked' } : { verdict: 'wrong', remainingTries: tries - pinFailures };
    },
  };
}
