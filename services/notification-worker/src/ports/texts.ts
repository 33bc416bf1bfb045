import type { PreparedSms } from '@psc/contracts';
import type { CallAnswer } from '#src/domain/application-call.ts';

/** The way to telephones, by SMS. Never throws for what the gateway or the network does. */
export interface Texts {
  /** The same `messageId` is the same SMS, for a gateway that recognises it. */
  send(sms: PreparedSms & { readonly messageId: string }): Promise<CallAnswer>;
}
