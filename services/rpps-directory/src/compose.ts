import type { ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { contactsRoutes } from '#src/http/contacts.routes.ts';
import { professionalsRoutes } from '#src/http/professionals.routes.ts';
import { registerEventRoutes } from '#src/http/register-events.routes.ts';
import { searchRoutes } from '#src/http/search.routes.ts';
import type { Contacts } from '#src/ports/contacts.ts';
import type { PeopleSearch } from '#src/ports/people-search.ts';
import type { Professionals } from '#src/ports/professionals.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import { createFindProfessional } from '#src/use-cases/find-professional.ts';
import { createReadContact, createReadMaskedContact } from '#src/use-cases/read-contact.ts';
import { createSearchPeople } from '#src/use-cases/search-people.ts';

/** What the service is made of: real in `main.ts`, a fake in tests. */
export interface Parts {
  readonly professionals: Professionals;
  readonly contacts: Contacts;
  readonly search: PeopleSearch;
  readonly events: RegisterEvents;
  readonly identity: ServiceIdentity;
}

/** THE table: parts → use cases → routes. */
export async function compose(app: FastifyInstance, parts: Parts): Promise<void> {
  const { professionals, contacts, search, events, identity } = parts;
  await app.register(
    professionalsRoutes({ identity, findProfessional: createFindProfessional({ professionals }) }),
  );
  await app.register(
    contactsRoutes({
      identity,
      readContact: createReadContact({ contacts }),
      readMaskedContact: createReadMaskedContact({ contacts }),
      reach: contacts.reach,
    }),
  );
  await app.register(searchRoutes({ identity, searchPeople: createSearchPeople({ search }) }));
  await app.register(registerEventRoutes({ identity, events }));
}
