import {
  byContactRequestSchema,
  type byContactResponseSchema,
  contactsRequestSchema,
  type contactsResponseSchema,
} from '@psc/contracts';
import { callerOf, requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Contacts } from '#src/ports/contacts.ts';
import type { ReadContact } from '#src/use-cases/read-contact.ts';
import { refuseBody } from './refuse-body.ts';

/** How professionals are reached: in clear for auth-broker alone, which proves with it who they are. All of it is recorded. */
export function contactsRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly readContact: ReadContact;
  readonly readMaskedContact: ReadContact;
  readonly reach: Contacts['reach'];
}) {
  const only = (...callers: string[]) => ({ preHandler: requireCaller(needs.identity, callers) });
  const { readContact, readMaskedContact, reach } = needs;

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/internal/professionals/contacts', only('auth-broker'), (request, reply) =>
      sendContacts(readContact, request, reply),
    );
    app.post(
      '/internal/professionals/masked-contacts',
      only('auth-broker', 'oidc-provider'),
      (request, reply) => sendContacts(readMaskedContact, request, reply),
    );
    app.post('/internal/professionals/by-contact', only('auth-broker'), sendReached);
  };

  async function sendContacts(read: ReadContact, request: FastifyRequest, reply: FastifyReply) {
    const body = contactsRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    const contacts = (await read(body.nationalId, callerOf(request))) ?? null;
    const answered: z.input<typeof contactsResponseSchema> = { contacts };
    return reply.header('cache-control', 'no-store').send(answered);
  }

  async function sendReached(request: FastifyRequest, reply: FastifyReply) {
    const body = byContactRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    const nationalIds = await reach({ phone: '', mail: '', ...body }, callerOf(request));
    const answered: z.input<typeof byContactResponseSchema> = { nationalIds: [...nationalIds] };
    return reply.header('cache-control', 'no-store').send(answered);
  }
}
