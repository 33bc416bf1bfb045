import { type doneSchema, registerEventsCallSchema } from '@psc/contracts';
import { requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { ActOnRegisterEvents } from '#src/use-cases/act-on-register-events.ts';

/** What notification-worker asks until it was done: to act on events of the register. */
export function registerEventRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly act: ActOnRegisterEvents;
}) {
  return async (app: FastifyInstance): Promise<void> => {
    const only = { preHandler: requireCaller(needs.identity, ['notification-worker']) };
    app.post('/internal/register-events', only, async (request, reply) => {
      const run = registerEventsCallSchema.safeParse(request.body).data;
      if (!run)
        return reply.code(400).send({ error: 'malformed_request', message: 'La requête est mal formée.' });
      await needs.act(run);
      const answered: z.input<typeof doneSchema> = { done: true };
      return reply.send(answered);
    });
  };
}
