import type { ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { professionalsRoutes } from '#src/http/professionals.routes.ts';
import { registerEventRoutes } from '#src/http/register-events.routes.ts';
import type { Contacts } from '#src/ports/contacts.ts';
import type { Professionals } from '#src/ports/professionals.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import { createFindProfessional } from '#src/use-cases/find-professional.ts';
import { createReadContact } from '#src/use-cases/read-contact.ts';

/** What the service is made of: real in `main.ts`, a fake in tests. */
export interface Parts {
  readonly professionals: Professionals;
  readonly contacts: Contacts;
  readonly events: RegisterEvents;
  readonly identity: ServiceIdentity;
}

/** THE table: parts → use cases → routes. */
export async function compose(app: FastifyInstance, parts: Parts): Promise<void> {
  const { professionals, contacts, events, identity } = parts;
  await app.register(
    professionalsRoutes({
      identity,
      findProfessional: createFindProfessional({ professionals }),
      readContact: createReadContact({ contacts }),
    }),
  );
  await app.register(registerEventRoutes({ identity, events }));
}
