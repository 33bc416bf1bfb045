import { type MessageJob, messageJobSchema, messageQueue } from '@psc/contracts';
import { messagePolicy } from '#src/domain/message.ts';
import type { DeliverMessage } from '#src/use-cases/deliver-message.ts';
import type { QueueContent, QueueWork } from './start-queue-worker.ts';

/** "The contact that the register had for you was changed": one job per e-mail or SMS. */
export const messages: QueueContent<MessageJob> = {
  queue: messageQueue,
  job: messageJobSchema,
  name: ({ messageId }) => ({ messageId }),
};

export function messageWork(attempt: DeliverMessage): QueueWork<MessageJob> {
  return { ...messages, span: 'message.deliver', attempt, pace: messagePolicy };
}
