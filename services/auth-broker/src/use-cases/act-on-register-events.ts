import type { Approvals } from '@psc/approvals';
import type { RegisterEvent } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { Devices } from '#src/ports/devices.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { ContactPart, PreviousContact, RegisterEvents, Run } from '#src/ports/register-events.ts';
import type { DecideChallenge } from './decide-challenge.ts';
import type { SendMessage } from './send-message.ts';

/** Of a run. When more are unanswered, something does not answer at all. */
const MOST_UNANSWERED = 3;

export type ActOnRegisterEvents = (run: Run) => Promise<void>;

/**
 * Does what the register's events ask of phones and contacts. One after the other, each in a way that may be done again: a
 * run that fails is done again whole. An event that breaks us, or whoever we ask of it, keeps none of the others waiting; an
 * outage keeps all.
 */
export function createActOnRegisterEvents(needs: {
  readonly events: RegisterEvents;
  readonly directory: Directory;
  readonly devices: Pick<Devices, 'setSilence' | 'merge' | 'separate'>;
  readonly approvals: Pick<Approvals, 'awaiting' | 'abandon'>;
  readonly decideChallenge: DecideChallenge;
  readonly sendMessage: SendMessage;
  /** Hears of each event that was acted on. */
  readonly onActed: (event: RegisterEvent) => void;
  /** Hears that of this change nobody could be told: neither way of before can be written to. */
  readonly onUnreachable: (event: RegisterEvent, changed: ContactPart) => void;
}): ActOnRegisterEvents {
  const { events, directory, devices, approvals } = needs;

  return async (run) => {
    const failures: unknown[] = [];
    for (const event of await events.read(run)) {
      try {
        await act(event);
        needs.onActed(event);
      } catch (error) {
        failures.push(error);
        if (failures.filter((each) => each instanceof Unavailable).length > MOST_UNANSWERED) break;
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  async function act(event: RegisterEvent): Promise<void> {
    const { id, type, nationalId, at } = event;
    switch (type) {
      case 'struck_off':
        await devices.setSilence(nationalId, { event: id, silent: true, at: at * 1000 });
        return endAwaiting(nationalId);
      case 'reappeared':
        return devices.setSilence(nationalId, { event: id, silent: false, at: at * 1000 });
      case 'merged':
        return merge(event);
      case 'separated':
        return separate(event);
      case 'contact_changed':
        return announce(event);
    }
  }

  /**
   * A browser's login ends as if nobody had answered: the page is open to whoever typed the identifier. An application that
   * asked by CIBA reads that it was refused.
   */
  async function endAwaiting(nationalId: string): Promise<void> {
    for (const approval of await approvals.awaiting(nationalId)) {
      if (approval.request.channel === 'browser') await approvals.abandon(approval.id);
      else await needs.decideChallenge(approval, { state: 'denied', reason: 'professional_inactive' });
    }
  }

  /** What awaits the former identifier cannot be answered by phones that are of another one: it is asked anew. */
  async function merge({ id, nationalId, previousId, at }: RegisterEvent): Promise<void> {
    // The register may have taken it back since: an import can be undone.
    if ((await directory.find(previousId))?.nationalId !== nationalId) return;
    await devices.merge({ event: id, previousId, nationalId, at: at * 1000 });
    for (const approval of await approvals.awaiting(previousId)) await approvals.abandon(approval.id);
  }

  /** What awaits the other identifier may have been asked of the phones that come back. */
  async function separate({ id, nationalId, previousId, at }: RegisterEvent): Promise<void> {
    if ((await directory.find(nationalId))?.nationalId !== nationalId) return;
    await devices.separate({ event: id, nationalId, previousId, at: at * 1000 });
    for (const approval of await approvals.awaiting(previousId)) await approvals.abandon(approval.id);
  }

  /**
   * Told to the old telephone number, and to the old address, in case nobody asked for the change. Where there was none that
   * can be written to, to the other: a first telephone is how somebody else would activate an app.
   */
  async function announce(event: RegisterEvent): Promise<void> {
    const previous = await events.findPreviousContact(event.id);
    if (previous) {
      for (const part of previous.changed) {
        const other = part === 'phone' ? 'mail' : 'phone';
        const isTold =
          (await tell(event, part, part, previous)) ||
          (!previous.changed.includes(other) && (await tell(event, part, other, previous)));
        if (!isTold) needs.onUnreachable(event, part);
      }
    }
    await events.markAnnounced(event.id);
  }

  /** `to` the part of before that is given; false when it cannot be written to. */
  async function tell(
    { id, at }: RegisterEvent,
    changed: ContactPart,
    to: ContactPart,
    previous: PreviousContact,
  ): Promise<boolean> {
    const sent = await needs.sendMessage({
      channel: to === 'phone' ? 'sms' : 'email',
      to: previous[to],
      content: {
        kind: 'contact-changed',
        contact: changed === 'phone' ? 'phone' : 'email',
        changedAt: at * 1000,
      },
      // The same event is announced once, however often it comes.
      cause: `register-event:${id}`,
    });
    return sent.ok;
  }
}
