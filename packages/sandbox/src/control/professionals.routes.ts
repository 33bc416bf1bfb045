import type { FastifyInstance } from 'fastify';
import type { Phones } from '../phones/start-phones.ts';
import { type Person, personFieldsSchema } from '../seeds/person.ts';
import { read } from './answers.ts';
import type { People } from './people.ts';

/** Who exists. A change is made in the register's extracts, which rpps-directory imports as it does the real ones. */
export function professionalRoutes(app: FastifyInstance, people: People, phones: Phones): void {
  app.get('/professionals', async () => people.list().map(describe));

  app.get<{ Params: { nationalId: string } }>('/professionals/:nationalId', async (request) =>
    describe(people.get(request.params.nationalId)),
  );

  app.post('/professionals', async (request, reply) => {
    const person = await people.create(read(personFieldsSchema, request.body));
    await activate(person);
    return reply.code(201).send(describe(person));
  });

  app.patch<{ Params: { nationalId: string } }>('/professionals/:nationalId', async (request) => {
    const { nationalId } = people.get(request.params.nationalId);
    const person = await people.change(nationalId, read(personFieldsSchema, request.body));
    await activate(person);
    return describe(person);
  });

  async function activate({ nationalId, ecps }: Person): Promise<void> {
    if (ecps.active) await phones.enrol({ nationalId, pin: ecps.pin });
  }

  function describe(person: Person) {
    const { nationalId, rpps, status, givenName, familyName, profession, otherIds, ecps } = person;
    const active = phones.find(nationalId) !== undefined;
    return {
      nationalId,
      rpps,
      status,
      givenName,
      familyName,
      profession,
      otherIds,
      ecps: { active, pin: ecps.pin },
      cards: [],
    };
  }
}
