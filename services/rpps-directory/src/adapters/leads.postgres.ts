import type { PoolClient } from 'pg';
import { practiceKinds } from '#src/domain/described.ts';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import { type Claimed, claimsIn, resolveClaimed, resolveIn } from './claims.postgres.ts';
import { pages } from './pages.postgres.ts';
import { describedTable, stagedTable } from './tables.postgres.ts';

interface Lead extends Claimed {
  /** Whom the identifier led to before. */
  readonly owner: string | null;
}

/**
 * `leads`: whom each identifier that this version may move leads to before it. One that led to nobody is left aside: nobody
 * logged in with it. To be asked before anything is written.
 */
export async function rememberLeads(client: PoolClient): Promise<void> {
  // What another kind declares for who is new, or is no more, counts from now on, or no longer.
  await findLeads(
    client,
    `SELECT unnest(other_ids) AS identifier FROM differing
     UNION SELECT unnest(old_other_ids) FROM differing
     UNION SELECT identifier FROM declared_identifiers JOIN differing f USING (subject)
       WHERE f.removed OR f.change = 'created'
     UNION ${DOUBTED}`,
    fileKinds,
  );
}

/** The same for the first version of a kind, although what it says is written already. */
export async function rememberFirstLeads(client: PoolClient, kind: FileKind): Promise<void> {
  const before = fileKinds.filter((each) => each !== kind);
  const staged = stagedTable(kind);
  await findLeads(
    client,
    `SELECT unnest(other_ids) AS identifier FROM ${staged}
     UNION SELECT identifier FROM declared_identifiers JOIN ${staged} USING (subject)
     UNION ${DOUBTED}`,
    before,
  );
}

/** Few: each may be believed from now on, or not any more. */
const DOUBTED = 'SELECT identifier FROM declared_identifiers WHERE NOT believed OR forced_by IS NOT NULL';

async function findLeads(client: PoolClient, declared: string, before: readonly FileKind[]): Promise<void> {
  const known = [
    ...practiceKinds
      .filter((kind) => before.includes(kind))
      .map((kind) => `SELECT subject FROM ${describedTable(kind)}`),
    `SELECT identifier FROM declared_identifiers WHERE kind IN (${quoted(before)})`,
  ];
  // With an identifier moves what its own record declares. No loop is without end: each is there once.
  await client.query(
    `CREATE TEMP TABLE leads ON COMMIT DROP AS
     WITH RECURSIVE declared AS (
       SELECT identifier FROM (${declared}) AS by_this_version
       UNION SELECT c.identifier FROM declared JOIN declared_identifiers c ON c.subject = declared.identifier
     )
     SELECT identifier, NULL::text AS owner FROM declared WHERE identifier IN (${known.join(' UNION ALL ')})`,
  );
  await client.query('CREATE INDEX ON leads (identifier)');
  await client.query('ANALYZE leads');
  const query = `SELECT identifier, owner, ${claimsIn(before)} FROM leads l`;
  for await (const page of pages<Lead>(client, query)) {
    const owners = await resolve(client, page, before);
    await client.query(
      `UPDATE leads l SET owner = o.owner
       FROM unnest($1::text[], $2::text[]) AS o (identifier, owner) WHERE l.identifier = o.identifier`,
      [
        page.map(({ identifier }) => identifier),
        page.map(({ identifier }) => owners.get(identifier) ?? null),
      ],
    );
  }
}

function resolve(client: PoolClient, page: readonly Lead[], kinds: readonly FileKind[]) {
  return resolveClaimed(
    page,
    async (identifiers) => (await client.query<Claimed>(resolveIn(kinds), [identifiers])).rows,
  );
}

function quoted(kinds: readonly FileKind[]): string {
  return kinds.map((kind) => `'${kind}'`).join(', ');
}

/**
 * Announces the identifiers that lead to another person than before: to who declares them, or back to their own record. To be asked
 * once all is written.
 */
export async function announceLeads(client: PoolClient, version: string): Promise<void> {
  for await (const page of pages<Lead>(
    client,
    `SELECT identifier, owner, ${claimsIn(fileKinds)} FROM leads l WHERE owner IS NOT NULL ORDER BY identifier`,
  )) {
    const owners = await resolve(client, page, fileKinds);
    const events = page.flatMap(({ identifier, owner }) => {
      const now = owners.get(identifier);
      if (now === undefined || now === owner) return [];
      return now === identifier
        ? { type: 'separated', subject: identifier, previous: owner }
        : { type: 'merged', subject: now, previous: identifier };
    });
    await client.query(
      `INSERT INTO register_events (version_id, type, subject, previous_id)
       SELECT $1, e.type, e.subject, e.previous
       FROM unnest($2::text[], $3::text[], $4::text[]) AS e (type, subject, previous)
       WHERE EXISTS (SELECT FROM described_personne_activite d WHERE d.subject = e.subject)
         OR EXISTS (SELECT FROM described_pro_sante_connect d WHERE d.subject = e.subject)`,
      [
        version,
        events.map(({ type }) => type),
        events.map(({ subject }) => subject),
        events.map(({ previous }) => previous),
      ],
    );
  }
}
