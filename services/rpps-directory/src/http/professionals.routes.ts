import { lookupRequestSchema, type lookupResponseSchema } from '@psc/contracts';
import { requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { FindProfessional } from '#src/use-cases/find-professional.ts';
import { refuseBody } from './refuse-body.ts';

/** Who a professional is; the route names who may ask. Identifiers travel in bodies: URLs end in logs. */
export function professionalsRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly findProfessional: FindProfessional;
}) {
  return async (app: FastifyInstance): Promise<void> => {
    const preHandler = requireCaller(needs.identity, ['oidc-provider', 'auth-broker']);
    app.post('/internal/professionals/lookup', { preHandler }, sendProfessional);
  };

  async function sendProfessional(request: FastifyRequest, reply: FastifyReply) {
    const body = lookupRequestSchema.safeParse(request.body).data;
    if (!body) return refuseBody(reply);
    const professional = (await needs.findProfessional(body.nationalId)) ?? null;
    const answered: z.input<typeof lookupResponseSchema> = { professional };
    return reply.header('cache-control', 'no-store').send(answered);
  }
}
