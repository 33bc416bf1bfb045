import { accepted, type Clock, type Outcome, parseNationalId, refused } from '@psc/kernel';
import type { Devices } from '#src/ports/devices.ts';

export type IssueTicket = (
  nationalId: string,
) => Promise<Outcome<{ readonly ticket: string; readonly expiresIn: number }, 'malformed_request'>>;

/** One-time right to enrol a phone for a professional whom an enrolment desk has recognised. Lifetime in seconds. */
export function createIssueTicket(needs: {
  readonly devices: Pick<Devices, 'addTicket'>;
  readonly lifetime: number;
  readonly drawTicket: () => string;
  readonly clock: Clock;
}): IssueTicket {
  return async (typed) => {
    const nationalId = parseNationalId(typed);
    if (!nationalId.ok) return refused('malformed_request');
    const ticket = needs.drawTicket();
    const expiresAt = needs.clock() + needs.lifetime * 1000;
    await needs.devices.addTicket({ ticket, nationalId: nationalId.value, expiresAt });
    return accepted({ ticket, expiresIn: needs.lifetime });
  };
}
