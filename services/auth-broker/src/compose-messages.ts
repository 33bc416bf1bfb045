import { createHash } from 'node:crypto';
import { messageOwedSeconds } from '@psc/contracts';
import type { Clock } from '@psc/kernel';
import type { ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { messageRoutes } from '#src/http/message.routes.ts';
import type { Messages } from '#src/ports/messages.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';
import { createPrepareMessage } from '#src/use-cases/prepare-message.ts';
import { createQueueDueMessages } from '#src/use-cases/queue-due-messages.ts';
import { createSendMessage, type SendMessage } from '#src/use-cases/send-message.ts';

const QUEUE_DUE_EVERY_MS = 30_000;

/** E-mails and SMS: the routes of notification-worker, what queues the forgotten ones, and the way to send one. */
export async function composeMessages(
  app: FastifyInstance,
  parts: {
    readonly owedMessages: OwedMessages;
    readonly messages: Messages;
    readonly identity: ServiceIdentity;
    readonly clock: Clock;
  },
  settings: { readonly REPORT_URL?: string | undefined; readonly WALLET_URL: string },
): Promise<{ readonly sendMessage: SendMessage }> {
  const { owedMessages, messages, identity, clock } = parts;
  const reportUrl = settings.REPORT_URL ?? new URL('/signalement', settings.WALLET_URL).href;

  await app.register(
    messageRoutes({
      identity,
      prepareMessage: createPrepareMessage({ owedMessages, reportUrl, clock }),
      settleMessage: owedMessages.settle,
    }),
  );

  const queueDueMessages = createQueueDueMessages({ owedMessages, messages, clock });
  let running = Promise.resolve();
  const sweep = () => {
    running = running.then(queueDueMessages).then(
      (done) => app.log.debug(done, 'messages that were due are queued'),
      (error: unknown) => app.log.error({ err: error }, 'messages that were due could not be queued'),
    );
  };
  sweep();
  const timer = setInterval(sweep, QUEUE_DUE_EVERY_MS);
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await running;
  });

  return {
    sendMessage: createSendMessage({
      owedMessages,
      messages,
      digest: (words) => createHash('sha256').update(words).digest('base64url'),
      lifetimeMs: messageOwedSeconds * 1000,
      onUnqueued: (error) => app.log.error({ err: error }, 'a message could not be queued: it will be'),
      clock,
    }),
  };
}
