import { parseNationalId } from '@psc/kernel';
import type { FastifyInstance } from 'fastify';
import type { Phones } from '../phones/start-phones.ts';
import { type Person, type PersonFields, personFieldsSchema } from '../seeds/person.ts';
import { ControlRefusal, read } from './answers.ts';
import type { People } from './people.ts';

/** Who exists. A change is made in the register's extracts, which rpps-directory imports as it does the real ones. */
export function professionalRoutes(app: FastifyInstance, people: People, phones: Phones): void {
  app.get('/professionals', async () => people.list().map(describe));

  app.get<{ Params: { nationalId: string } }>('/professionals/:nationalId', async (request) =>
    describe(people.get(request.params.nationalId)),
  );

  app.post('/professionals', async (request, reply) => {
    const person = await people.create(readFields(request.body));
    await equip(person);
    return reply.code(201).send(describe(person));
  });

  app.patch<{ Params: { nationalId: string } }>('/professionals/:nationalId', async (request) => {
    const { nationalId } = people.get(request.params.nationalId);
    const person = await people.change(nationalId, readFields(request.body));
    await equip(person);
    return describe(person);
  });

  async function equip({ nationalId, ecps }: Person): Promise<void> {
    if (ecps.active) await phones.enrol({ nationalId, pin: ecps.pin });
    else await phones.lose(nationalId);
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

/** What the register would hold, or auth-broker would take, of nobody is refused here, in words. */
function readFields(body: unknown): PersonFields {
  const fields = read(personFieldsSchema, body);
  const { nationalId, ecps } = fields;
  const problems = [
    ...(nationalId === undefined || isNationalId(nationalId)
      ? []
      : ['nationalId: is no national identifier']),
    ...(typeof ecps !== 'object' || (ecps.pin ?? '0000').length === 4
      ? []
      : ['ecps.pin: has four digits here']),
  ];
  if (problems.length > 0) throw new ControlRefusal(400, 'malformed_request', problems.join('; '));
  return fields;
}

function isNationalId(text: string): boolean {
  const parsed = parseNationalId(text);
  return parsed.ok && parsed.value === text;
}
