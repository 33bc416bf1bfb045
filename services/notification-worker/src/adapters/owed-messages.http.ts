import { messageOutcomeResponseSchema, preparedMessageSchema } from '@psc/contracts';
import type { ServiceClient } from '@psc/runtime';
import type { OwedMessages } from '#src/ports/owed-messages.ts';

/** Asks auth-broker, who owes the messages. */
export function createHttpOwedMessages(authBroker: ServiceClient): OwedMessages {
  const path = (messageId: string) => `/internal/messages/${encodeURIComponent(messageId)}`;
  return {
    prepare: (messageId) => authBroker.post(path(messageId), undefined, preparedMessageSchema),

    async settle(messageId, outcome) {
      await authBroker.post(`${path(messageId)}/outcome`, { outcome }, messageOutcomeResponseSchema);
    },
  };
}
