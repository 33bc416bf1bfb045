import type { PreparedEmail } from '@psc/contracts';
import type { MailAnswer } from '#src/domain/message.ts';

/** The way to mailboxes. Never throws for what the server or the network does. */
export interface Mails {
  /** The same `messageId` gives the same Message-ID: a mailbox may recognise a mail that comes twice. */
  send(mail: PreparedEmail & { readonly messageId: string }): Promise<MailAnswer>;
}
