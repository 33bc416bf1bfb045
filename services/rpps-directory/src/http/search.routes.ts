import { searchRequestSchema } from '@psc/contracts';
import { requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SearchPeople, SearchRefusal } from '#src/use-cases/search-people.ts';
import { refuseBody } from './refuse-body.ts';

const sentences: Readonly<Record<SearchRefusal, string>> = {
  criteria_missing: 'Indiquez un nom, une profession, un savoir-faire ou un département.',
  cursor_malformed: 'Ce curseur n’est pas celui de cette recherche. Recommencez-la depuis le début.',
};

/** Who is called so, or practises so, there. Names travel in bodies: URLs end in logs. */
export function searchRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly searchPeople: SearchPeople;
}) {
  return async (app: FastifyInstance): Promise<void> => {
    const preHandler = requireCaller(needs.identity, ['oidc-provider', 'auth-broker']);
    app.post('/internal/professionals/search', { preHandler }, sendPeople);
  };

  async function sendPeople(request: FastifyRequest, reply: FastifyReply) {
    const asked = searchRequestSchema.safeParse(request.body).data;
    if (!asked) return refuseBody(reply);
    const found = await needs.searchPeople(asked);
    if (!found.ok) return reply.code(400).send({ error: found.refusal, message: sentences[found.refusal] });
    return reply.header('cache-control', 'no-store').send(found.value);
  }
}
