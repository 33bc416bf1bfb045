import type { PreparedMessage } from '@psc/contracts';
import type { Clock } from '@psc/kernel';
import { contactChangedEmail, contactChangedSms } from '#src/domain/contact-changed-text.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';

/** What notification-worker is to send, and to whom; undefined when it is not owed any more. */
export type PrepareMessage = (id: string) => Promise<PreparedMessage | undefined>;

export function createPrepareMessage(needs: {
  readonly owedMessages: Pick<OwedMessages, 'find'>;
  /** Where a person reports what was not them. */
  readonly reportUrl: string;
  readonly clock: Clock;
}): PrepareMessage {
  return async (id) => {
    const owed = await needs.owedMessages.find(id, needs.clock());
    if (!owed) return undefined;
    const { channel, to, content } = owed;
    const { kind } = content;
    switch (channel) {
      case 'email':
        return { channel, kind, to, ...contactChangedEmail(content, needs.reportUrl) };
      case 'sms':
        return { channel, kind, to, text: contactChangedSms(content, needs.reportUrl) };
    }
  };
}
