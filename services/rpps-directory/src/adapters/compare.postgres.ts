import type { PoolClient } from 'pg';
import type { FileKind } from '#src/domain/stored-rows.ts';
import { describedTable, isAdeli, stagedTable } from './tables.postgres.ts';

/**
 * Rows of the file that say the same subject in several places become one, as if they had followed each other. `among`: the
 * runs to look at, all of what is staged or a part of it. False when there was nothing to do.
 */
export async function putTogether(client: PoolClient, kind: FileKind, among: string): Promise<boolean> {
  const staged = stagedTable(kind);
  await client.query(
    `CREATE TEMP TABLE repeated ON COMMIT DROP AS SELECT subject FROM ${among} GROUP BY subject HAVING count(*) > 1`,
  );
  const { rowCount } = await client.query('SELECT FROM repeated LIMIT 1');
  if (!rowCount) return false;
  await client.query('ANALYZE repeated');
  // The digest is made again as the one of a run is: of each row and each identifier once.
  await client.query(`
    WITH apart AS (
      DELETE FROM ${staged} s USING repeated WHERE s.subject = repeated.subject RETURNING s.*
    ),
    said AS (
      SELECT subject, text, min(line) AS line, min(place) AS place
      FROM apart, string_to_table(rows, E'\\n') WITH ORDINALITY AS each (text, place) GROUP BY subject, text
    ),
    declared AS (
      SELECT DISTINCT subject, identifier FROM apart, unnest(other_ids) AS identifier
    ),
    hashed AS (
      SELECT subject, bit_xor(${DIGEST}) AS digest
      FROM (SELECT subject, text FROM said UNION ALL SELECT subject, E'\\n' || identifier FROM declared) AS part
      GROUP BY subject
    ),
    reached AS (
      SELECT DISTINCT ON (subject) subject, contact, contact_digest, contact_keys
      FROM apart WHERE contact IS NOT NULL ORDER BY subject, line
    )
    INSERT INTO ${staged} (line, subject, digest, rows, other_ids, contact, contact_digest, contact_keys)
    SELECT first.line, first.subject, coalesce(hashed.digest, 0), coalesce(joined.rows, ''), others.ids,
      reached.contact, coalesce(reached.contact_digest, 0), reached.contact_keys
    FROM (SELECT subject, min(line) AS line FROM apart GROUP BY subject) AS first
      LEFT JOIN hashed USING (subject)
      LEFT JOIN (
        SELECT subject, string_agg(text, E'\\n' ORDER BY line, place) AS rows FROM said GROUP BY subject
      ) AS joined USING (subject)
      LEFT JOIN (
        SELECT subject, array_agg(identifier ORDER BY identifier) AS ids FROM declared GROUP BY subject
      ) AS others USING (subject)
      LEFT JOIN reached USING (subject)`);
  return true;
}

const DIGEST = `('x' || encode(substr(sha256(convert_to(text, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint`;

/**
 * `differing`: what an import or a rollback makes of each subject that it changes. `old_…` is what there was, null for who is
 * new; the rest is what there will be. `removed`: a rollback takes back who came with the version that it undoes.
 */
const DIFFERING = `
  CREATE TEMP TABLE differing (
    subject text COLLATE "C" PRIMARY KEY,
    change text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    old_present boolean, old_digest bigint, old_rows text, old_other_ids text[], old_contact text,
    present boolean, digest bigint, rows text, other_ids text[], contact text, contact_keys text,
    -- Not only sealed again, or spelt otherwise.
    contact_differs boolean NOT NULL DEFAULT false
  ) ON COMMIT DROP`;

/**
 * Compares digests first, which are narrow, and reads the rest of what differs only. A bad row still says that its subject is
 * in the file. Who left keeps what was said of them but the contact, which nobody needs any more; an ADELI number stays
 * active, and keeps it.
 */
export async function compareWithFile(client: PoolClient, kind: FileKind): Promise<void> {
  const [staged, described] = [stagedTable(kind), describedTable(kind)];
  await compareDigests(client, kind);
  // Of whom the file describes in several places, each part differs from what is known, and none is the whole.
  const differ = `${staged} s JOIN (SELECT DISTINCT shown AS subject FROM found) AS f USING (subject)`;
  if (await putTogether(client, kind, differ)) {
    await client.query('DROP TABLE found');
    await compareDigests(client, kind);
  }
  await client.query(DIFFERING);
  await client.query(
    `INSERT INTO differing (subject, change, old_present, old_digest, old_rows, old_other_ids, old_contact,
       present, digest, rows, other_ids, contact, contact_keys)
     SELECT s.subject,
       CASE WHEN d.subject IS NULL THEN 'created' WHEN d.present THEN 'changed' ELSE 'returned' END,
       d.present, d.digest, d.rows, d.other_ids, d.contact,
       true, s.digest # s.contact_digest, s.rows, s.other_ids, s.contact, s.contact_keys
     FROM found JOIN ${staged} s ON s.subject = found.shown LEFT JOIN ${described} d ON d.subject = found.known
     UNION ALL
     SELECT d.subject, 'left', d.present, d.digest, d.rows, d.other_ids, d.contact,
       false, d.digest, d.rows, d.other_ids, CASE WHEN ${isAdeli('d.subject')} THEN d.contact END, NULL
     FROM found JOIN ${described} d ON d.subject = found.known
     WHERE found.shown IS NULL
       AND NOT EXISTS (SELECT FROM staged_rejections r WHERE r.kind = '${kind}' AND r.subject = d.subject)`,
  );
  await client.query('ANALYZE differing');
}

/** `found`: who is shown and known, of those who are not both, or not alike. */
async function compareDigests(client: PoolClient, kind: FileKind): Promise<void> {
  await client.query(
    `CREATE TEMP TABLE found ON COMMIT DROP AS
     SELECT s.subject AS shown, d.subject AS known
     FROM ${stagedTable(kind)} s FULL JOIN ${describedTable(kind)} d ON d.subject = s.subject
     WHERE d.subject IS NULL
       OR (s.subject IS NULL AND d.present)
       OR (s.subject IS NOT NULL AND (NOT d.present OR d.digest <> s.digest # s.contact_digest))`,
  );
  // Few on an ordinary day: the planner must know it.
  await client.query('ANALYZE found');
}

/** What a version replaced comes back. */
export async function compareWithVersion(client: PoolClient, kind: FileKind, version: string): Promise<void> {
  await client.query(DIFFERING);
  await client.query(
    `INSERT INTO differing (subject, change, removed, old_present, old_digest, old_rows, old_other_ids, old_contact,
       present, digest, rows, other_ids, contact)
     SELECT c.subject,
       CASE c.change WHEN 'changed' THEN 'changed' WHEN 'left' THEN 'returned' ELSE 'left' END,
       c.change = 'created', d.present, d.digest, d.rows, d.other_ids, d.contact,
       coalesce(c.present, false), c.digest, c.rows, c.other_ids, c.contact
     FROM changes c JOIN ${describedTable(kind)} d ON d.subject = c.subject
     WHERE c.version_id = $1`,
    [version],
  );
  await client.query('ANALYZE differing');
}
