import {
  contactAnnouncedRequestSchema,
  previousContactRequestSchema,
  type previousContactResponseSchema,
  readRegisterEventsRequestSchema,
  type readRegisterEventsResponseSchema,
} from '@psc/contracts';
import { callerOf, requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { RegisterEvents } from '#src/ports/register-events.ts';

/** What the services that act on events ask of them (`@psc/contracts`, register-event.ts). */
export function registerEventRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly events: Pick<RegisterEvents, 'read' | 'readPreviousContact' | 'forgetContact'>;
}) {
  const { events } = needs;
  const only = (...callers: string[]) => ({ preHandler: requireCaller(needs.identity, callers) });

  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    app.post('/internal/register-events/read', only('oidc-provider', 'auth-broker'), sendEvents);
    app.post('/internal/register-events/previous-contact', only('auth-broker'), sendPreviousContact);
    app.post('/internal/register-events/contact-announced', only('auth-broker'), forgetContact);
  };

  async function sendEvents(request: FastifyRequest, reply: FastifyReply) {
    const run = readRegisterEventsRequestSchema.safeParse(request.body).data;
    const read = run && (await events.read(run));
    if (!read || read === 'too_many') return refuseBody(reply);
    const answered: z.input<typeof readRegisterEventsResponseSchema> = { events: [...read] };
    return reply.send(answered);
  }

  async function sendPreviousContact(request: FastifyRequest, reply: FastifyReply) {
    const body = previousContactRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    const previous = await events.readPreviousContact(body.id, callerOf(request));
    const answered: z.input<typeof previousContactResponseSchema> = {
      contact: previous ? { ...previous, changed: [...previous.changed] } : null,
    };
    return reply.send(answered);
  }

  async function forgetContact(request: FastifyRequest, reply: FastifyReply) {
    const body = contactAnnouncedRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    await events.forgetContact(body.id);
    return reply.send({ done: true });
  }
}

function refuseBody(reply: FastifyReply) {
  return reply.code(400).send({ error: 'malformed_request', message: 'La requête est mal formée.' });
}
