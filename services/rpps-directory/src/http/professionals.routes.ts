import {
  contactsRequestSchema,
  type contactsResponseSchema,
  lookupRequestSchema,
  type lookupResponseSchema,
} from '@psc/contracts';
import { callerOf, requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { FindProfessional } from '#src/use-cases/find-professional.ts';
import type { ReadContact } from '#src/use-cases/read-contact.ts';

/** What the other services ask; each route names who may. Identifiers travel in bodies: URLs end in logs. */
export function professionalsRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly findProfessional: FindProfessional;
  readonly readContact: ReadContact;
}) {
  const only = (...callers: string[]) => ({ preHandler: requireCaller(needs.identity, callers) });

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/internal/professionals/lookup', only('oidc-provider', 'auth-broker'), sendProfessional);
    app.post('/internal/professionals/contacts', only('auth-broker'), sendContacts);
  };

  async function sendProfessional(request: FastifyRequest, reply: FastifyReply) {
    const body = lookupRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    const professional = (await needs.findProfessional(body.nationalId)) ?? null;
    const answered: z.input<typeof lookupResponseSchema> = { professional };
    return reply.header('cache-control', 'no-store').send(answered);
  }

  async function sendContacts(request: FastifyRequest, reply: FastifyReply) {
    const body = contactsRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    const contacts = (await needs.readContact(body.nationalId, callerOf(request))) ?? null;
    const answered: z.input<typeof contactsResponseSchema> = { contacts };
    return reply.header('cache-control', 'no-store').send(answered);
  }
}

function refuseBody(reply: FastifyReply) {
  return reply.code(400).send({ error: 'malformed_request', message: 'La requête est mal formée.' });
}
