import { randomBytes } from 'node:crypto';
import { applicationDeclarationSchema } from '@psc/contracts';
import type { Authority } from '@psc/test-pki';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SeededApplication } from '../seeds/applications.ts';
import { read } from './answers.ts';
import { inventCredentials } from './invent-credentials.ts';

export type Declared = z.output<typeof applicationDeclarationSchema>;

/** Declares applications at oidc-provider, as an operator does. */
export type ApplyApplications = (applications: readonly Declared[]) => Promise<void>;

export interface ClientRoutesNeeds {
  readonly applications: readonly SeededApplication[];
  readonly applyApplications: ApplyApplications;
  readonly authority: Authority;
}

/** Metadata that tools send by dynamic registration (RFC 7591). Accepted and dropped: no application has any other value. */
const understood = z.looseObject({
  response_types: z.array(z.literal('code')).optional(),
  application_type: z.literal('web').optional(),
  scope: z.string().optional(),
});

export function clientRoutes(app: FastifyInstance, needs: ClientRoutesNeeds): void {
  /** Those that exist from the first start, with all that it takes to be one of them. */
  app.get('/clients', async () =>
    needs.applications.map(({ declaration, credentials }) => ({
      client_id: declaration.client_id,
      client_name: declaration.client_name,
      token_endpoint_auth_method: declaration.token_endpoint_auth_method,
      ...credentials,
    })),
  );

  /** Registers an application: what is not said is invented. */
  app.post('/clients', async (request, reply) => {
    const { response_types, application_type, scope, ...given } = read(understood, request.body);
    const said = { client_id: `app-${randomBytes(6).toString('hex')}`, ...given };
    const { metadata, credentials } = inventCredentials(String(said.client_id), said, needs.authority);
    const declared = read(applicationDeclarationSchema, {
      client_name: 'Application de test',
      ...metadata,
      ...said,
    });
    await needs.applyApplications([declared]);
    return reply.code(201).send({ ...declared, ...credentials });
  });
}
