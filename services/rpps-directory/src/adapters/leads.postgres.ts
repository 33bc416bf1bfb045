import type { PoolClient } from 'pg';
import { type Claim, leadsTo } from '#src/domain/claims.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import { CLAIMS } from './claims.postgres.ts';
import { pages } from './pages.postgres.ts';
import { stagedTable } from './tables.postgres.ts';

interface Claimed {
  readonly identifier: string;
  readonly has_record: boolean;
  readonly claims: readonly Claim[];
  /** Whom the identifier led to before. */
  readonly owner: string | null;
}

/**
 * `leads`: whom each identifier that this version may move leads to before it. One that led to nobody is left aside: nobody
 * logged in with it. To be asked before anything is written.
 */
export async function rememberLeads(client: PoolClient, kind: FileKind, isFirst: boolean): Promise<void> {
  const declared = isFirst
    ? `SELECT unnest(other_ids) AS identifier FROM ${stagedTable(kind)}`
    : 'SELECT unnest(other_ids) AS identifier FROM differing UNION SELECT unnest(old_other_ids) FROM differing';
  // What another kind declares for who is new, or is no more, counts from now on, or no longer.
  const known = isFirst
    ? stagedTable(kind)
    : "(SELECT subject FROM differing WHERE removed OR change = 'created')";
  await client.query(
    `CREATE TEMP TABLE leads ON COMMIT DROP AS
     SELECT DISTINCT identifier, NULL::text AS owner FROM (
       ${declared}
       UNION SELECT identifier FROM declared_identifiers JOIN ${known} AS known USING (subject)
     ) AS declared
     WHERE identifier IN (
       SELECT subject FROM described_personne_activite
       UNION ALL SELECT subject FROM described_pro_sante_connect
       UNION ALL SELECT identifier FROM declared_identifiers
     )`,
  );
  await client.query('CREATE INDEX ON leads (identifier)');
  await client.query('ANALYZE leads');
  for await (const page of pages<Claimed>(client, `SELECT identifier, owner, ${CLAIMS} FROM leads l`))
    await client.query(
      `UPDATE leads l SET owner = o.owner
       FROM unnest($1::text[], $2::text[]) AS o (identifier, owner) WHERE l.identifier = o.identifier`,
      [
        page.map(({ identifier }) => identifier),
        page.map(({ identifier, claims, has_record }) => leadsTo(identifier, claims, has_record) ?? null),
      ],
    );
}

/** Announces the identifiers that lead to another person than before. To be asked once all is written. */
export async function announceMerged(client: PoolClient, version: string): Promise<void> {
  for await (const page of pages<Claimed>(
    client,
    `SELECT identifier, owner, ${CLAIMS} FROM leads l WHERE owner IS NOT NULL ORDER BY identifier`,
  )) {
    const merged = page.flatMap(({ identifier, owner, claims, has_record }) => {
      const now = leadsTo(identifier, claims, has_record);
      return now === undefined || now === owner || now === identifier ? [] : { identifier, now };
    });
    await client.query(
      `INSERT INTO register_events (version_id, type, subject, previous_id)
       SELECT $1, 'merged', m.subject, m.identifier
       FROM unnest($2::text[], $3::text[]) AS m (identifier, subject)
       WHERE EXISTS (SELECT FROM described_personne_activite d WHERE d.subject = m.subject)
         OR EXISTS (SELECT FROM described_pro_sante_connect d WHERE d.subject = m.subject)
       ORDER BY m.identifier`,
      [version, merged.map(({ identifier }) => identifier), merged.map(({ now }) => now)],
    );
  }
}
