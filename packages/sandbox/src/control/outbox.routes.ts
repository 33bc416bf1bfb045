import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { read } from './answers.ts';
import type { Outbox } from './outbox.ts';

const filterSchema = z.object({
  to: z.string().optional(),
  channel: z.enum(['push', 'sms', 'email']).optional(),
});

/** What left the system. */
export function outboxRoutes(app: FastifyInstance, outbox: Outbox): void {
  app.get('/outbox', async (request) => outbox.list(read(filterSchema, request.query)));

  app.delete('/outbox', async (_request, reply) => {
    outbox.clear();
    return reply.code(204).send();
  });
}
