import { type ApplicationDeclaration, applicationDeclarationSchema, MOST_APPLICATIONS } from '@psc/contracts';
import type { Postgres, Queryable, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Application } from '#src/domain/application.ts';
import type {
  ApplicationFilter,
  Applications,
  ChangingApplications,
  HistoryEntry,
  RegisteredApplication,
  Signature,
} from '#src/ports/applications.ts';
import { applicationOf, bare } from '#src/ports/declared-application.ts';
import {
  changingRegistrationTokens,
  isUsable,
  readRegistrationTokens,
} from './registration-tokens.postgres.ts';

const status = z.enum(['requested', 'approved', 'suspended']);
const at = z.date().transform((date) => date.getTime());

const rowSchema = z.object({
  client_id: z.string(),
  status,
  secret: z.string().nullable(),
  former_secret: z.string().nullable(),
  former_secret_until: at.nullable(),
  declaration: applicationDeclarationSchema,
});

/** What the engine needs of an application. */
export const applicationColumns =
  'client_id, status, secret, former_secret, former_secret_until, declaration';

/** Undefined when the row is not one we can use: of another shape, or its secret sealed with a key we no longer have. */
export function readApplication(row: unknown, seal: Seal): Application | undefined {
  const opened = openRow(row, seal);
  return opened && applicationOf(opened.declaration, opened);
}

function openRow(row: unknown, seal: Seal) {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) return undefined;
  const { client_id: clientId, declaration, former_secret_until: until, ...columns } = parsed.data;
  const secret = columns.secret === null ? '' : seal.open(secretName(clientId), columns.secret);
  const former =
    columns.former_secret === null || until === null
      ? undefined
      : seal.open(secretName(clientId), columns.former_secret);
  if (secret === undefined) return undefined;
  const formerSecret = former === undefined || until === null ? undefined : { value: former, until };
  return { declaration, status: columns.status, secret, formerSecret };
}

const besideSchema = z.object({
  contacts: z.string().nullable(),
  secret_since: at.nullable(),
  registration_digest: z.string().nullable(),
  created_at: at,
  updated_at: at,
});

const summarySchema = z.object({
  client_id: z.string(),
  status,
  name: z.string(),
  environment: z.enum(['test', 'production']),
  kind: z.enum(['application', 'intermediary']),
  organisation: z.string(),
  updated_at: at,
});

const entrySchema = z.object({
  operator: z.string(),
  at,
  reason: z.string(),
  event: z.enum(['created', 'status', 'settings', 'secret', 'removed']),
  from_status: status.nullable(),
  to_status: status.nullable(),
  fields: z.array(z.string()),
});

export function createPostgresApplications(postgres: Postgres, seal: Seal): Applications {
  return {
    ...reading(postgres, seal),
    registrationTokens: () => readRegistrationTokens(postgres),
    mayRegister: (digest, at) => isUsable(postgres, digest, at),

    async history(clientId) {
      const { rows } = await postgres.query(
        `SELECT operator, at, reason, event, from_status, to_status, fields
         FROM application_history WHERE client_id = $1 ORDER BY id`,
        [clientId],
      );
      return rows.map((row) => {
        const { from_status: from, to_status: to, ...entry } = entrySchema.parse(row);
        return { ...entry, from: from ?? undefined, to: to ?? undefined };
      });
    },

    change: (work) =>
      postgres.transaction(async (tx) => {
        // Whoever changes applications holds this row first, hence the triggers' deadlock cannot happen.
        await tx.query('SELECT revision FROM registry_revision FOR UPDATE');
        return work(changing(tx, seal));
      }),
  };
}

function reading(postgres: Queryable, seal: Seal): Pick<Applications, 'find' | 'list'> {
  return {
    async find(clientId) {
      const { rows } = await postgres.query(
        `SELECT ${applicationColumns}, contacts, secret_since, registration_digest, created_at, updated_at
         FROM applications WHERE client_id = $1`,
        [clientId],
      );
      if (rows.length === 0) return undefined;
      const opened = openRow(rows[0], seal);
      const beside = besideSchema.parse(rows[0]);
      const contacts = openContacts(clientId, beside.contacts, seal);
      // Taken for a new one, it would be given another secret.
      if (!opened || !contacts)
        throw new Bug('application_unreadable', `the row of ${clientId} cannot be read`);
      return {
        ...opened,
        declaration: { ...opened.declaration, contacts },
        secretSince: beside.secret_since ?? undefined,
        registrationDigest: beside.registration_digest ?? undefined,
        createdAt: beside.created_at,
        updatedAt: beside.updated_at,
      } satisfies RegisteredApplication;
    },

    async list(filter: ApplicationFilter = {}) {
      const { rows } = await postgres.query(
        `SELECT client_id, status, declaration ->> 'client_name' AS name,
           declaration #>> '{psc,environment}' AS environment, declaration #>> '{psc,kind}' AS kind,
           coalesce(declaration #>> '{psc,organisation,name}', '') AS organisation, updated_at
         FROM applications
         WHERE ($1::text IS NULL OR status = $1)
           AND ($2::text IS NULL OR declaration #>> '{psc,environment}' = $2)
           AND ($3::text IS NULL OR declaration #>> '{psc,kind}' = $3)
         ORDER BY client_id LIMIT ${MOST_APPLICATIONS}`,
        [filter.status ?? null, filter.environment ?? null, filter.kind ?? null],
      );
      return rows.map((row) => {
        const { client_id: clientId, updated_at: updatedAt, ...summary } = summarySchema.parse(row);
        return { clientId, updatedAt, ...summary };
      });
    },
  };
}

function changing(tx: Queryable, seal: Seal): ChangingApplications {
  /** Counted once: nobody else adds or removes one meanwhile. */
  let left: number | undefined;
  async function room(): Promise<number> {
    if (left === undefined) {
      const { rows } = await tx.query('SELECT count(*)::int AS held FROM applications');
      left = MOST_APPLICATIONS - z.object({ held: z.number() }).parse(rows[0]).held;
    }
    return left;
  }

  const sealSecret = (clientId: string, secret: string) =>
    secret === '' ? null : seal.seal(secretName(clientId), secret);
  const sealContacts = (clientId: string, contacts: readonly string[]) =>
    contacts.length === 0 ? null : seal.seal(contactsName(clientId), JSON.stringify(contacts));

  /** Adds to the history what a statement did, unless it did nothing. */
  async function signed(
    { rowCount }: { readonly rowCount: number | null },
    clientId: string,
    entry: Signature & Pick<HistoryEntry, 'event'> & Partial<Pick<HistoryEntry, 'from' | 'to' | 'fields'>>,
  ): Promise<boolean> {
    if (rowCount !== 1) return false;
    const { operator, event, from, to, fields, reason } = entry;
    await tx.query(
      `INSERT INTO application_history (client_id, at, operator, event, from_status, to_status, fields, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [clientId, new Date(entry.at), operator, event, from ?? null, to ?? null, fields ?? [], reason],
    );
    return true;
  }

  return {
    ...reading(tx, seal),

    ...changingRegistrationTokens(tx),
    room,

    async add({ declaration, status: to, secret, registrationDigest }, entry) {
      const { client_id: clientId, contacts } = declaration;
      const before = await room();
      if (before <= 0) return false;
      const added = await tx.query(
        `INSERT INTO applications
           (client_id, status, secret, secret_since, contacts, declaration, created_at, updated_at, registration_digest)
         VALUES ($1, $2, $3, CASE WHEN $3::text IS NULL THEN NULL ELSE $6::timestamptz END, $4, $5, $6, $6, $7)
         ON CONFLICT (client_id) DO NOTHING`,
        [
          clientId,
          to,
          sealSecret(clientId, secret),
          sealContacts(clientId, contacts),
          stored(declaration),
          new Date(entry.at),
          registrationDigest ?? null,
        ],
      );
      if (added.rowCount === 1) left = before - 1;
      return signed(added, clientId, { ...entry, event: 'created', to });
    },

    async replace(clientId, { declaration, secret }, entry) {
      const known = await tx.query<{ secret: string | null }>(
        'SELECT secret FROM applications WHERE client_id = $1',
        [clientId],
      );
      const sealed = known.rows[0]?.secret ?? null;
      const same = (sealed === null ? '' : seal.open(secretName(clientId), sealed)) === secret;
      const replaced = await tx.query(
        `UPDATE applications SET declaration = $2, contacts = $3, updated_at = $4 WHERE client_id = $1`,
        [clientId, stored(declaration), sealContacts(clientId, declaration.contacts), new Date(entry.at)],
      );
      if (!same) {
        await tx.query(
          `UPDATE applications SET secret = $2, former_secret = NULL, former_secret_until = NULL,
             secret_since = CASE WHEN $2::text IS NULL THEN NULL ELSE $3::timestamptz END
           WHERE client_id = $1`,
          [clientId, sealSecret(clientId, secret), new Date(entry.at)],
        );
      }
      return signed(replaced, clientId, { ...entry, event: 'settings' });
    },

    async changeStatus(clientId, { from, to }, entry) {
      const changed = await tx.query(
        'UPDATE applications SET status = $3, updated_at = $4 WHERE client_id = $1 AND status = $2',
        [clientId, from, to, new Date(entry.at)],
      );
      return signed(changed, clientId, { ...entry, event: 'status', from, to });
    },

    async changeSecret(clientId, { secret, formerUntil }, entry) {
      const until = formerUntil === undefined ? null : new Date(formerUntil);
      const changed = await tx.query(
        `UPDATE applications SET secret = $2, secret_since = $3, updated_at = $3,
           former_secret = CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE secret END,
           former_secret_until = $4
         WHERE client_id = $1 AND secret IS NOT NULL`,
        [clientId, sealSecret(clientId, secret), new Date(entry.at), until],
      );
      return signed(changed, clientId, { ...entry, event: 'secret' });
    },

    async remove(clientId, entry) {
      const removed = await tx.query(
        "DELETE FROM applications WHERE client_id = $1 AND status = 'requested'",
        [clientId],
      );
      return signed(removed, clientId, { ...entry, event: 'removed', from: 'requested' });
    },
  };
}

/** Contacts are sealed apart. */
function stored(declaration: ApplicationDeclaration): string {
  return JSON.stringify({ ...bare(declaration), contacts: [] });
}

function openContacts(clientId: string, sealed: string | null, seal: Seal): string[] | undefined {
  if (sealed === null) return [];
  const opened = seal.open(contactsName(clientId), sealed);
  return opened === undefined ? undefined : z.array(z.string()).parse(JSON.parse(opened));
}

function secretName(clientId: string): string {
  return `application:${clientId}:secret`;
}

function contactsName(clientId: string): string {
  return `application:${clientId}:contacts`;
}
