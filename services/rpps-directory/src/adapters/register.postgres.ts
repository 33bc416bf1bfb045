import type { Postgres, Seal } from '@psc/datastores';
import { type Accepted, accepted } from '@psc/kernel';
import type { PoolClient } from 'pg';
import {
  checkLoss,
  type ImportCounts,
  type ImportRefused,
  importRunning,
  nobodyInFile,
} from '#src/domain/import-refusal.ts';
import type { ExtractKind } from '#src/domain/register-row.ts';
import type { ApplyOptions, Extract, Register } from '#src/ports/register.ts';
import { activityColumns, exerciceColumns, exerciceKeyColumns, list } from './columns.postgres.ts';
import { stage } from './staging.postgres.ts';

/**
 * Imports in one transaction: whoever looks a professional up meanwhile reads the register of before, and a process that
 * dies leaves it as it was. Only what differs is written again, so that a daily import, or the change of one person, is
 * short whatever the size of the register. Open `postgres` with a statement timeout that fits the size of the file.
 */
export function createPostgresRegister({ postgres, seal }: { postgres: Postgres; seal: Seal }): Register {
  return {
    async apply(extract, options = {}) {
      const client = await postgres.connect();
      try {
        await client.query('BEGIN');
        const applied = await applyExtract(client, seal, extract, options);
        await client.query(applied.ok ? 'COMMIT' : 'ROLLBACK');
        client.release();
        return applied;
      } catch (error) {
        const rolledBack = await client.query('ROLLBACK').then(
          () => true,
          () => false,
        );
        client.release(!rolledBack);
        throw error;
      }
    },
  };
}

async function applyExtract(
  client: PoolClient,
  seal: Seal,
  extract: Extract,
  { force }: ApplyOptions,
): Promise<Accepted<ImportCounts> | ImportRefused> {
  const { kind } = extract;
  await client.query(NOTICE_OUR_DEATH);
  const lock = await client.query<{ free: boolean }>(TRY_LOCK);
  if (!lock.rows[0]?.free) return importRunning;

  await stage(client, seal, extract);
  for (const statement of compare(kind)) await client.query(statement);
  const { known, ...counts } = await count(client, kind);
  if (counts.people === 0) return nobodyInFile;
  const refusal = checkLoss(known, counts.lost);
  if (refusal && force === undefined) return refusal;

  for (const statement of write(kind)) await client.query(statement);
  const reason = refusal ? force : null;
  await client.query(RECORD, [kind, extract.sha256(), reason, counts]);
  await client.query(RECORD_REJECTS, [kind]);
  return accepted(counts);
}

/** So that the lock of an import that was killed is free at once, and not at the end of a long statement. */
const NOTICE_OUR_DEATH = "SET LOCAL client_connection_check_interval = '1s'";
/** Gone with the transaction, or with the process. */
const TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('psc register import')) AS free";

const practiceColumns = [...exerciceColumns, ...activityColumns];
const keyJoin = exerciceKeyColumns.map((column) => `e.${column} = s.${column}`).join(' AND ');

/** What the file says of each person, and in what it differs from the register; who left; who claims which identifier. */
function compare(kind: ExtractKind): string[] {
  const restricted = kind === 'pro_sante_connect';
  const present = `in_${kind}`;
  return [
    `CREATE TEMP TABLE staged_people ON COMMIT DROP AS
     WITH good AS (SELECT * FROM staged WHERE reason IS NULL),
     said AS (
       SELECT DISTINCT ON (national_id)
         national_id, origin, code_civilite, family_name, given_name, contact, contact_digest
       FROM good ORDER BY national_id, line
     ),
     practised AS (
       SELECT national_id, md5(string_agg(DISTINCT digest, '' ORDER BY digest))::uuid AS practice_digest
       FROM (SELECT national_id, md5(ROW(${list(practiceColumns)})::text) AS digest FROM good) AS digests
       GROUP BY national_id
     ),
     declared AS (
       SELECT national_id, string_agg(DISTINCT identifier, ' ' ORDER BY identifier) AS other_ids
       FROM good, unnest(other_ids) AS identifier GROUP BY national_id
     ),
     described AS (
       SELECT *, md5(ROW(family_name, given_name, other_ids, contact_digest)::text)::uuid AS civil_digest
       FROM said JOIN practised USING (national_id) LEFT JOIN declared USING (national_id)
     )
     SELECT d.*, p.id AS person_id, p.status AS status_before, p.${present} AS was_present,
       p.id IS NULL OR p.practice_digest <> d.practice_digest AS practice_differs,
       ${restricted} AND (p.id IS NULL OR NOT p.${present} OR p.civil_digest IS DISTINCT FROM d.civil_digest)
         AS civil_differs,
       p.code_civilite <> d.code_civilite
         OR (NOT ${restricted} AND p.civil_digest IS NULL
             AND (p.family_name, p.given_name) <> (d.family_name, d.given_name)) AS names_differ
     FROM described d LEFT JOIN people p USING (national_id)`,
    'ANALYZE staged_people',
    // A bad row still says that its person is in the register.
    `CREATE TEMP TABLE lost ON COMMIT DROP AS
     SELECT p.id FROM people p
     WHERE p.${present} AND p.origin <> 'ADELI'
       AND NOT EXISTS (SELECT FROM staged s WHERE s.national_id = p.national_id)`,
    // An identifier that two people declare is nobody's; an RPPS number stays its owner's.
    `CREATE TEMP TABLE claims ON COMMIT DROP AS
     SELECT identifier, s.national_id, min(s.line) AS line,
       CASE
         WHEN count(*) OVER (PARTITION BY identifier) > 1 THEN 'identifier_claimed_twice'
         WHEN bool_or(known.origin = 'RPPS' OR new.origin = 'RPPS') THEN 'identifier_of_another'
       END AS reason
     FROM staged s CROSS JOIN unnest(s.other_ids) AS identifier
       LEFT JOIN people known ON known.national_id = identifier
       LEFT JOIN staged_people new ON new.national_id = identifier
     GROUP BY identifier, s.national_id`,
  ];
}

async function count(client: PoolClient, kind: ExtractKind): Promise<ImportCounts & { known: number }> {
  const numbers = async (text: string) => {
    const { rows } = await client.query<Record<string, string>>(text);
    return (name: string) => Number(rows[0]?.[name] ?? 0);
  };
  const ofFile = await numbers(`
    SELECT count(*) AS rows, count(reason) + (SELECT count(reason) FROM claims) AS rejected FROM staged`);
  const ofPeople = await numbers(`
    SELECT count(*) AS people,
      count(*) FILTER (WHERE person_id IS NULL) AS created,
      count(*) FILTER (WHERE person_id IS NOT NULL AND (practice_differs OR civil_differs OR names_differ)) AS changed,
      count(*) FILTER (WHERE status_before = 'inactive') AS returned
    FROM staged_people`);
  const ofRegister = await numbers(`
    SELECT count(*) AS known, (SELECT count(*) FROM lost) AS lost
    FROM people WHERE in_${kind} AND origin <> 'ADELI'`);
  return {
    known: ofRegister('known'),
    rows: ofFile('rows'),
    rejected: ofFile('rejected'),
    people: ofPeople('people'),
    created: ofPeople('created'),
    changed: ofPeople('changed'),
    lost: ofRegister('lost'),
    returned: ofPeople('returned'),
  };
}

function write(kind: ExtractKind): string[] {
  const restricted = kind === 'pro_sante_connect';
  const present = `in_${kind}`;
  return [
    // The civil names are the restricted extract's: the public one only names who was never in it.
    `INSERT INTO people (national_id, origin, in_personne_activite, in_pro_sante_connect,
       code_civilite, family_name, given_name, practice_digest, civil_digest)
     SELECT national_id, origin, NOT ${restricted}, ${restricted},
       code_civilite, family_name, given_name, practice_digest, CASE WHEN ${restricted} THEN civil_digest END
     FROM staged_people
     WHERE person_id IS NULL OR NOT was_present OR practice_differs OR civil_differs OR names_differ
     ON CONFLICT (national_id) DO UPDATE SET
       ${present} = true,
       code_civilite = excluded.code_civilite,
       family_name = CASE WHEN ${restricted} OR people.civil_digest IS NULL
                     THEN excluded.family_name ELSE people.family_name END,
       given_name = CASE WHEN ${restricted} OR people.civil_digest IS NULL
                    THEN excluded.given_name ELSE people.given_name END,
       practice_digest = excluded.practice_digest,
       civil_digest = coalesce(excluded.civil_digest, people.civil_digest)`,

    `CREATE TEMP TABLE rewritten ON COMMIT DROP AS
     SELECT p.id AS person_id, s.national_id FROM staged_people s JOIN people p USING (national_id)
     WHERE s.practice_differs`,
    'ANALYZE rewritten',
    'DELETE FROM exercices e USING rewritten r WHERE e.person_id = r.person_id',
    `INSERT INTO exercices (person_id, position, ${list(exerciceColumns)})
     SELECT DISTINCT ON (r.person_id, ${list(exerciceKeyColumns, 's')}) r.person_id, s.line, ${list(exerciceColumns, 's')}
     FROM staged s JOIN rewritten r USING (national_id)
     WHERE s.has_exercice
     ORDER BY r.person_id, ${list(exerciceKeyColumns, 's')}, s.line`,
    // Just filled: without it the planner believes them nearly empty, and joins them row by row.
    'ANALYZE people, exercices',
    `INSERT INTO activities (exercice_id, position, ${list(activityColumns)})
     SELECT DISTINCT ON (e.id, ${list(activityColumns, 's')}) e.id, s.line, ${list(activityColumns, 's')}
     FROM staged s JOIN rewritten r USING (national_id) JOIN exercices e ON e.person_id = r.person_id AND ${keyJoin}
     WHERE s.has_activity
     ORDER BY e.id, ${list(activityColumns, 's')}, s.line`,

    ...(restricted ? CIVIL : []),
    // An identifier that was claimed before its owner entered the register comes back to them.
    `DELETE FROM other_identifiers o USING people p WHERE p.national_id = o.identifier AND p.origin = 'RPPS'`,

    `UPDATE people p SET ${present} = false FROM lost WHERE p.id = lost.id`,
    ...(restricted ? ['DELETE FROM contacts c USING lost WHERE c.person_id = lost.id'] : []),
  ];
}

/** What only the restricted extract says: other identifiers, and contacts. */
const CIVIL = [
  `DELETE FROM other_identifiers o USING people p, staged_people s
   WHERE p.id = o.person_id AND s.national_id = p.national_id
     AND NOT EXISTS (
       SELECT FROM claims c
       WHERE c.identifier = o.identifier AND c.national_id = p.national_id AND c.reason IS NULL
     )`,
  `INSERT INTO other_identifiers (identifier, person_id)
   SELECT c.identifier, p.id FROM claims c JOIN people p USING (national_id) WHERE c.reason IS NULL
   ON CONFLICT (identifier) DO UPDATE SET person_id = excluded.person_id
     WHERE other_identifiers.person_id <> excluded.person_id`,
  `DELETE FROM contacts c USING staged_people s WHERE c.person_id = s.person_id AND s.civil_differs`,
  `INSERT INTO contacts (person_id, sealed)
   SELECT p.id, s.contact FROM staged_people s JOIN people p USING (national_id)
   WHERE s.civil_differs AND s.contact IS NOT NULL`,
];

const RECORD = `
  INSERT INTO imports (kind, sha256, forced_because, counts) VALUES ($1, $2, $3, $4)`;

/** Of each kind, only the rejects of the last import are kept: those of before were corrected, or are here again. */
const RECORD_REJECTS = `
  WITH last AS (SELECT max(id) AS id FROM imports WHERE kind = $1),
  forgotten AS (
    DELETE FROM rejects r USING imports i, last WHERE i.id = r.import_id AND i.kind = $1 AND i.id <> last.id
  )
  INSERT INTO rejects (import_id, line, reason, national_id)
  SELECT last.id, bad.line, bad.reason, bad.national_id
  FROM last, (
    SELECT line, reason, national_id FROM staged WHERE reason IS NOT NULL
    UNION ALL
    SELECT line, reason, national_id FROM claims WHERE reason IS NOT NULL
  ) AS bad`;
