import { accepted, type Clock, type Outcome, parseNationalId, refused } from '@psc/kernel';
import type { Devices } from '#src/ports/devices.ts';
import type { Directory } from '#src/ports/directory.ts';

export type IssueTicket = (
  nationalId: string,
) => Promise<Outcome<{ readonly ticket: string; readonly expiresIn: number }, 'malformed_request'>>;

/** One-time right to enrol a phone for a professional whom an enrolment desk has recognised. Lifetime in seconds. */
export function createIssueTicket(needs: {
  readonly devices: Pick<Devices, 'addTicket'>;
  readonly directory: Directory;
  readonly lifetime: number;
  readonly drawTicket: () => string;
  readonly clock: Clock;
}): IssueTicket {
  return async (typed) => {
    const identifier = parseNationalId(typed);
    if (!identifier.ok) return refused('malformed_request');
    // An ADELI number of before leads to the person's RPPS number, by which they are found when they log in.
    const known = await needs.directory.find(identifier.value);
    const nationalId = known?.nationalId ?? identifier.value;
    const ticket = needs.drawTicket();
    const expiresAt = needs.clock() + needs.lifetime * 1000;
    await needs.devices.addTicket({ ticket, nationalId, expiresAt });
    return accepted({ ticket, expiresIn: needs.lifetime });
  };
}
