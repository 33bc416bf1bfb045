import {
  messageOutcomeBodySchema,
  type messageOutcomeResponseSchema,
  type PreparedMessage,
} from '@psc/contracts';
import { requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PrepareMessage } from '#src/use-cases/prepare-message.ts';

const paramsSchema = z.object({ messageId: z.string() });

/** What notification-worker asks of the e-mails and SMS that we owe. */
export function messageRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly prepareMessage: PrepareMessage;
  readonly settleMessage: (id: string, outcome: 'sent' | 'failed') => Promise<void>;
}) {
  const only = { preHandler: requireCaller(needs.identity, ['notification-worker']) };

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/internal/messages/:messageId', only, prepare);
    app.post('/internal/messages/:messageId/outcome', only, settle);
  };

  async function prepare(request: FastifyRequest, reply: FastifyReply) {
    const prepared: PreparedMessage | undefined = await needs.prepareMessage(
      paramsSchema.parse(request.params).messageId,
    );
    if (!prepared)
      return reply.code(404).send({ error: 'not_found', message: 'Ce message n’est plus à envoyer.' });
    return reply.header('cache-control', 'no-store').send(prepared);
  }

  async function settle(request: FastifyRequest, reply: FastifyReply) {
    const body = messageOutcomeBodySchema.safeParse(request.body).data;
    if (!body)
      return reply.code(400).send({ error: 'malformed_request', message: 'Cette demande est mal formée.' });
    await needs.settleMessage(paramsSchema.parse(request.params).messageId, body.outcome);
    const noted: z.input<typeof messageOutcomeResponseSchema> = { noted: true };
    return reply.send(noted);
  }
}
