import { applicationDeclarationSchema } from '@psc/contracts';
import type { Queryable, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Application } from '#src/domain/application.ts';
import type { Applications } from '#src/ports/applications.ts';
import { applicationOf, declarationOf } from '#src/ports/declared-application.ts';

const rowSchema = z.object({
  client_id: z.string(),
  secret: z.string().nullable(),
  declaration: applicationDeclarationSchema,
});

export const applicationColumns = 'client_id, secret, declaration';

/** Undefined when the row is not one we can use: of another shape, or its secret sealed with a key we no longer have. */
export function readApplication(row: unknown, seal: Seal): Application | undefined {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return undefined;
  const { client_id: clientId, secret: sealed, declaration } = parsed.data;
  const secret = sealed === null ? '' : seal.open(secretName(clientId), sealed);
  return secret === undefined ? undefined : applicationOf(declaration, secret);
}

export function createPostgresApplications(postgres: Queryable, seal: Seal): Applications {
  return {
    async find(clientId) {
      const { rows } = await postgres.query(
        `SELECT ${applicationColumns} FROM applications WHERE client_id = $1`,
        [clientId],
      );
      if (rows.length === 0) return undefined;
      const application = readApplication(rows[0], seal);
      // Taken for a new one, it would be given another secret.
      if (!application) throw new Bug('application_unreadable', `the row of ${clientId} cannot be read`);
      return application;
    },

    async save(application) {
      const { clientId, secret } = application;
      await postgres.query(
        `INSERT INTO applications (${applicationColumns}) VALUES ($1, $2, $3)
         ON CONFLICT (client_id) DO UPDATE SET
           secret = excluded.secret, declaration = excluded.declaration, updated_at = now()`,
        [
          clientId,
          secret === '' ? null : seal.seal(secretName(clientId), secret),
          JSON.stringify(declarationOf(application)),
        ],
      );
    },
  };
}

function secretName(clientId: string): string {
  return `application:${clientId}:secret`;
}
