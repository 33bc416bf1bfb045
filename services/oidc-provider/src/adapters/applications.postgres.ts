import { applicationDeclarationSchema, applicationSettingsSchema } from '@psc/contracts';
import type { Queryable, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Application } from '#src/domain/application.ts';
import type { Applications } from '#src/ports/applications.ts';

const declared = applicationDeclarationSchema.shape;
const settings = applicationSettingsSchema.shape;

const rowSchema = z.object({
  client_id: z.string(),
  name: z.string(),
  status: settings.status,
  secret: z.string().nullable(),
  metadata: z.object({
    client_uri: declared.client_uri,
    redirect_uris: declared.redirect_uris,
    post_logout_redirect_uris: declared.post_logout_redirect_uris,
    token_endpoint_auth_method: declared.token_endpoint_auth_method,
    id_token_signed_response_alg: declared.id_token_signed_response_alg,
  }),
  acr: settings.acr,
  claims: settings.claims,
  challenge_from_login_hint: settings.challenge_from_login_hint,
  loopback_redirects: settings.loopback_redirects,
});

export const applicationColumns = `client_id, name, status, secret, metadata, acr, claims,
  challenge_from_login_hint, loopback_redirects`;

/** Undefined when the row is not one we can use: of another shape, or its secret sealed with a key we no longer have. */
export function readApplication(row: unknown, seal: Seal): Application | undefined {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return undefined;
  const { client_id: clientId, secret: sealed, metadata, ...known } = parsed.data;
  const secret = sealed === null ? '' : seal.open(secretName(clientId), sealed);
  if (secret === undefined) return undefined;
  return {
    clientId,
    name: known.name,
    homeUrl: metadata.client_uri ?? '',
    secret,
    redirectUris: metadata.redirect_uris,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris,
    authentication: metadata.token_endpoint_auth_method,
    idTokenAlg: metadata.id_token_signed_response_alg,
    acr: known.acr,
    claims: known.claims,
    challengeFromLoginHint: known.challenge_from_login_hint,
    loopbackRedirects: known.loopback_redirects,
    enabled: known.status === 'active',
  };
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
        `INSERT INTO applications (${applicationColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (client_id) DO UPDATE SET
           name = excluded.name, status = excluded.status, secret = excluded.secret, metadata = excluded.metadata,
           acr = excluded.acr, claims = excluded.claims,
           challenge_from_login_hint = excluded.challenge_from_login_hint,
           loopback_redirects = excluded.loopback_redirects, updated_at = now()`,
        [
          clientId,
          application.name,
          application.enabled ? 'active' : 'disabled',
          secret === '' ? null : seal.seal(secretName(clientId), secret),
          JSON.stringify({
            ...(application.homeUrl === '' ? {} : { client_uri: application.homeUrl }),
            redirect_uris: application.redirectUris,
            post_logout_redirect_uris: application.postLogoutRedirectUris,
            token_endpoint_auth_method: application.authentication,
            id_token_signed_response_alg: application.idTokenAlg,
          }),
          application.acr,
          application.claims,
          application.challengeFromLoginHint,
          application.loopbackRedirects,
        ],
      );
    },
  };
}

function secretName(clientId: string): string {
  return `application:${clientId}:secret`;
}
