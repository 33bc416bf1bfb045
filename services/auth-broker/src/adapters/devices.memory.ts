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
  const silences = new Map<string, { readonly event: number; readonly silent: boolean }>();
  const merges: { event: number; previousId: string; nationalId: string; ids: string[] }[] = [];
  /** The phones that merges took from it, and that did not come back. */
  const movedFrom = (previousId: string) => {
    const theirs = merges.filter((each) => each.previousId === previousId);
    const last = Math.max(
      0,
      ...theirs.filter(({ nationalId }) => nationalId === previousId).map(({ event }) => event),
    );
    return new Set(theirs.filter(({ event }) => event > last).flatMap(({ ids }) => ids));
  };
  const isSilent = (nationalId: string) => silences.get(nationalId)?.silent ?? false;
  const stateOf = ({ state, nationalId }: Row) =>
    state === 'active' && isSilent(nationalId) ? 'silent' : state;

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
      return row && { id, nationalId: row.nationalId, state: stateOf(row), publicKey: row.publicKey };
    },

    async listActive(nationalId, limit) {
      return [...rows.values()]
        .filter((row) => row.nationalId === nationalId && stateOf(row) === 'active')
        .toSorted((one, other) => other.activatedAt - one.activatedAt)
        .slice(0, limit)
        .map(({ id }) => id);
    },

    async findPushSubscription(id): Promise<PushSubscription | undefined> {
      const row = rows.get(id);
      return row && stateOf(row) === 'active' ? row.push : undefined;
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

    async setSilence(nationalId, { event, silent }) {
      if ((silences.get(nationalId)?.event ?? 0) < event) silences.set(nationalId, { event, silent });
    },

    async findSilence(nationalId) {
      const known = silences.get(nationalId);
      return known?.silent ? known.event : undefined;
    },

    async endSilence(nationalId, event) {
      const known = silences.get(nationalId);
      if (known?.event === event) silences.set(nationalId, { ...known, silent: false });
    },

    async merge({ event, previousId, nationalId }) {
      if (merges.some((each) => each.previousId === previousId && each.event > event)) return;
      const lost = movedFrom(previousId);
      const [previous, current] = [tickets.get(previousId), tickets.get(nationalId)];
      if (previous && previous.expiresAt >= (current?.expiresAt ?? 0)) tickets.set(nationalId, previous);
      tickets.delete(previousId);
      const moved = [...rows.values()].filter(
        (row) => row.nationalId === previousId || (lost.has(row.id) && row.nationalId !== nationalId),
      );
      for (const row of moved) rows.set(row.id, { ...row, nationalId });
      if (moved.length > 0) merges.push({ event, previousId, nationalId, ids: moved.map(({ id }) => id) });
    },

    async separate({ event, nationalId, previousId }) {
      if (merges.some((each) => each.previousId === nationalId && each.event > event)) return;
      tickets.delete(previousId);
      const back = movedFrom(nationalId);
      for (const id of back) {
        const row = rows.get(id);
        if (row) rows.set(id, { ...row, nationalId });
      }
      for (const each of merges)
        if (each.previousId !== nationalId) each.ids = each.ids.filter((id) => !back.has(id));
      merges.push({ event, previousId: nationalId, nationalId, ids: [...back] });
    },
  };
}
