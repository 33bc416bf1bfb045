import { type ApplicationCallKind, applicationCallJobSchema, type PreparedCall } from '@psc/contracts';
import { requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';

/** Prepares one call that we owe; undefined when it is not owed any more. */
export type PrepareCall = (callId: string) => Promise<PreparedCall | undefined>;

const paramsSchema = applicationCallJobSchema.pick({ kind: true, callId: true });

/** What notification-worker asks before each attempt at calling an application: where to, and with what. */
export function applicationCallRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly prepare: Readonly<Partial<Record<ApplicationCallKind, PrepareCall>>>;
}) {
  return async (app: FastifyInstance): Promise<void> => {
    const only = { preHandler: requireCaller(needs.identity, ['notification-worker']) };
    app.post('/internal/application-calls/:kind/:callId', only, async (request, reply) => {
      const asked = paramsSchema.safeParse(request.params).data;
      const prepared = asked && (await needs.prepare[asked.kind]?.(asked.callId));
      reply.header('cache-control', 'no-store');
      return prepared
        ? reply.send(prepared)
        : reply
            .code(404)
            .send({ error: 'not_found', message: 'Cet appel n’est pas, ou n’est plus, à faire.' });
    });
  };
}
