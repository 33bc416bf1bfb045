import type { PoolClient } from 'pg';
import type { RejectReason, Warning } from '#src/domain/row-problems.ts';
import { declaringKinds, type FileKind } from '#src/domain/stored-rows.ts';
import { isRpps, stagedTable } from './tables.postgres.ts';

const OF_OTHER_NAMES: RejectReason = 'identifier_of_other_names';

/** What an import does of what its file declares. */
export interface RefusedClaims {
  readonly refused: number;
  /** Of these: whose record has other names. */
  readonly ofOtherNames: number;
  /** Those that an operator had believed, if there are any. */
  readonly forced: Warning | undefined;
}

/**
 * `refused_claims`: other identifiers of the file that nobody gets, or that their record keeps. An RPPS number is never somebody
 * else's; `judgeClaims` refused those whose record has other names; of the rest, two people may not declare the same one.
 */
export async function findRefusedClaims(client: PoolClient, kind: FileKind): Promise<RefusedClaims> {
  await client.query(
    'CREATE TEMP TABLE refused_claims (line integer, subject text, reason text) ON COMMIT DROP',
  );
  if (!declaringKinds.includes(kind)) return { refused: 0, ofOtherNames: 0, forced: undefined };
  const claims = `(SELECT identifier, subject, line FROM ${stagedTable(kind)}, unnest(other_ids) AS identifier)`;
  await client.query(
    `INSERT INTO refused_claims (line, subject, reason)
     WITH claims AS ${claims},
     others AS (SELECT identifier, subject FROM declared_identifiers WHERE NOT believed AND kind = '${kind}'),
     twice AS (
       SELECT identifier FROM claims c
       WHERE NOT EXISTS (SELECT FROM others o WHERE o.identifier = c.identifier AND o.subject = c.subject)
       GROUP BY identifier HAVING count(*) > 1
     )
     SELECT line, subject, '${OF_OTHER_NAMES}' FROM claims JOIN others USING (identifier, subject)
     UNION ALL
     SELECT line, c.subject, 'identifier_claimed_twice' FROM claims c JOIN twice USING (identifier)
     WHERE NOT EXISTS (SELECT FROM others o WHERE o.identifier = c.identifier AND o.subject = c.subject)
     UNION ALL
     SELECT line, c.subject, 'identifier_of_another' FROM claims c
     WHERE ${isRpps('c.identifier')} AND NOT EXISTS (SELECT FROM twice WHERE twice.identifier = c.identifier)`,
  );
  const { rows } = await client.query<{ refused: number; of_other_names: number }>(
    `SELECT count(*)::int AS refused, (count(*) FILTER (WHERE reason = '${OF_OTHER_NAMES}'))::int AS of_other_names
     FROM refused_claims`,
  );
  const [counted] = rows;
  const forced = await findForced(client, claims);
  return { refused: counted?.refused ?? 0, ofOtherNames: counted?.of_other_names ?? 0, forced };
}

async function findForced(client: PoolClient, claims: string): Promise<Warning | undefined> {
  const { rowCount: isAny } = await client.query('SELECT FROM judged WHERE forced LIMIT 1');
  if (!isAny) return undefined;
  const { rows } = await client.query<{ line: number; count: number }>(
    `SELECT line, (count(*) OVER ())::int AS count FROM ${claims} AS c JOIN judged j USING (identifier, subject)
     WHERE j.forced ORDER BY line LIMIT 5`,
  );
  const [first] = rows;
  return (
    first && { reason: 'other_names_forced', count: first.count, firstLines: rows.map(({ line }) => line) }
  );
}
