import { randomBytes } from 'node:crypto';
import { applicationDeclarationSchema } from '@psc/contracts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { read } from './answers.ts';

export type Declared = z.output<typeof applicationDeclarationSchema>;

/** Declares applications at oidc-provider, as an operator does. */
export type ApplyApplications = (applications: readonly Declared[]) => Promise<void>;

/** Metadata that tools send by dynamic registration (RFC 7591). Accepted and dropped: no application has any other value. */
const understood = z.looseObject({
  response_types: z.array(z.literal('code')).optional(),
  application_type: z.literal('web').optional(),
  scope: z.string().optional(),
});

/** Registers an application: what is not said is invented. */
export function clientRoutes(app: FastifyInstance, apply: ApplyApplications): void {
  app.post('/clients', async (request, reply) => {
    const { response_types, application_type, scope, ...said } = read(understood, request.body);
    const method = z.string().default('client_secret_basic').catch('').parse(said.token_endpoint_auth_method);
    const secret = { client_secret: randomBytes(24).toString('base64url') };
    const declared = read(applicationDeclarationSchema, {
      client_id: `app-${randomBytes(6).toString('hex')}`,
      client_name: 'Application de test',
      ...(method.startsWith('client_secret_') ? secret : {}),
      ...said,
    });
    await apply([declared]);
    return reply.code(201).send(declared);
  });
}
