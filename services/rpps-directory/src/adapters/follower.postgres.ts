import type { Postgres, Queryable } from '@psc/datastores';
import type { PoolClient } from 'pg';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Rebuilding } from './stream-described.postgres.ts';

/**
 * Keeps something that is derived from the register up to date with it (docs/decisions/0012). It reads `changes` from its own
 * mark, some people at a time, each time in one transaction with what it writes: killed anywhere, it goes on from there. When
 * what it missed is not kept any more, or is the first file of a kind, it makes all of it again.
 */
export interface Follower {
  /** Resolves once nothing is left to read; at once when another process is at it. */
  catchUp(): Promise<void>;
}

export interface Follow {
  /** Its row of `register_followers`. */
  readonly name: string;
  /** The kinds of file that it is derived from, when the others may not even move it. */
  readonly kinds?: readonly FileKind[];
  /** Makes again what is derived of these people, from what the register says of them now. */
  readonly follow: (tx: Queryable, nationalIds: readonly string[]) => Promise<void>;
  /** Makes everything again. Whoever reads meanwhile must find what there was before. */
  readonly rebuild: (rebuilding: Rebuilding) => Promise<void>;
  /** Its tables, for PostgreSQL to tidy after that. */
  readonly tables: readonly string[];
}

const SUBJECTS_AT_ONCE = 500;
/** The changes of so many versions of a kind are kept. */
const KEPT_VERSIONS = 3;
/** After every subject: no identifier holds this character. */
const END_OF_VERSION = '\u{10ffff}';
const REBUILD_SETTINGS = [
  // All of it is sorted once, and indexed once.
  "SET work_mem = '128MB'",
  "SET maintenance_work_mem = '256MB'",
  'SET jit = off',
  "SET statement_timeout = '30min'",
  // So that one that was killed frees its lock at once, and not at the end of a long statement.
  "SET client_connection_check_interval = '1s'",
];

export function createFollower(
  postgres: Postgres,
  { name, kinds, follow, rebuild, tables }: Follow,
): Follower {
  return {
    async catchUp() {
      for (;;) {
        const step = await postgres.transaction(async (tx) => {
          const { rows } = await tx.query<Progress>(PROGRESS, [name, kinds], 'follower-progress');
          const [progress] = rows;
          if (!progress?.mine) return 'done';
          if (progress.lost) return 'rebuild';
          return followSome(tx, progress);
        });
        if (step === 'done') return;
        if (step === 'rebuild' && !(await rebuildAll())) return;
      }
    },
  };

  async function followSome(tx: Queryable, { version_id, subject, latest }: Progress) {
    const { rows } = await tx.query<{ version_id: string; subject: string; people: string[] }>(
      CHANGED,
      [version_id, subject, latest, SUBJECTS_AT_ONCE, kinds],
      'follower-changed',
    );
    const people = new Set(rows.flatMap((changed) => changed.people));
    if (people.size > 0) await follow(tx, [...people]);
    const last = rows.at(-1) ?? { version_id: latest, subject: END_OF_VERSION };
    await tx.query(MOVE_MARK, [name, last.version_id, last.subject], 'follower-mark');
    return rows.length > 0 ? 'more' : 'done';
  }

  /** In one transaction, beside one that only reads: both read one version of the register from beginning to end. */
  async function rebuildAll(): Promise<boolean> {
    const client = await begin();
    try {
      const { rows } = await client.query<Progress>(PROGRESS, [name, kinds]);
      const [progress] = rows;
      if (!progress?.mine) return false;
      if (progress.lost) {
        await besideReader(client, (reader) => rebuild({ client, reader }));
        await client.query(MOVE_MARK, [name, progress.latest, END_OF_VERSION]);
      }
      await client.query('COMMIT');
      if (progress.lost) await vacuum(client, tables);
      return true;
    } finally {
      // Its transaction ends with it, and so do the settings that we gave it.
      client.release(true);
    }
  }

  async function begin(): Promise<PoolClient> {
    const client = await postgres.connect();
    for (const setting of REBUILD_SETTINGS) await client.query(setting);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    return client;
  }

  /** The reader sees what the client sees. */
  async function besideReader(
    client: PoolClient,
    work: (reader: PoolClient) => Promise<void>,
  ): Promise<void> {
    const { rows } = await client.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    const reader = await begin();
    try {
      await reader.query(`SET TRANSACTION SNAPSHOT ${reader.escapeLiteral(rows[0]?.snapshot ?? '')}`);
      await work(reader);
    } finally {
      reader.release(true);
    }
  }
}

/** Until then, no index answers alone: PostgreSQL does not know that everybody may see what it holds. */
async function vacuum(client: PoolClient, tables: readonly string[]): Promise<void> {
  await client.query(`VACUUM ${tables.join(', ')}`);
}

/** How far a follower is behind the register. */
export interface Behind {
  readonly name: string;
  /** How many versions it has not read, or not to their end. */
  readonly versions: number;
  /** Since when the oldest of them is there, in seconds; 0 when there is none. */
  readonly seconds: number;
}

export async function readBehind(postgres: Queryable, names: readonly string[]): Promise<Behind[]> {
  const { rows } = await postgres.query<Behind>(BEHIND, [names], 'followers-behind');
  return rows;
}

interface Progress {
  /** Is no other process at it? Decided until the end of the transaction. */
  readonly mine: boolean;
  readonly version_id: string;
  readonly subject: string;
  readonly latest: string;
  /** Is what was missed not in `changes`? */
  readonly lost: boolean;
}

/** A version that was read to its end is not missed; one that was read in part is. */
const MISSED = `(v.id > m.version_id OR (v.id = m.version_id AND m.subject <> '${END_OF_VERSION}'))`;

/** `v` is a version of one of these kinds, or there are none to choose from. */
const ofKinds = (kinds: string) => `(${kinds}::text[] IS NULL OR v.kind = ANY(${kinds}))`;

const PROGRESS = `
  WITH mark AS (
    SELECT version_id, subject FROM register_followers WHERE name = $1
    UNION ALL SELECT 0, '' LIMIT 1
  )
  SELECT pg_try_advisory_xact_lock(hashtext('psc register follower ' || $1)) AS mine, m.version_id, m.subject,
    coalesce((SELECT max(id) FROM versions), 0) AS latest,
    EXISTS (
      SELECT FROM versions v WHERE ${MISSED} AND ${ofKinds('$2')}
        AND NOT EXISTS (SELECT FROM versions before WHERE before.kind = v.kind AND before.id < v.id)
    ) OR EXISTS (
      SELECT FROM versions v WHERE ${MISSED} AND ${ofKinds('$2')} GROUP BY v.kind HAVING count(*) > ${KEPT_VERSIONS}
    ) AS lost
  FROM mark m`;

const BEHIND = `
  SELECT f.name, count(v.id)::int AS versions,
    coalesce(greatest(extract(epoch FROM now() - min(v.finished_at)), 0), 0)::float8 AS seconds
  FROM unnest($1::text[]) AS f (name)
    CROSS JOIN LATERAL (
      SELECT coalesce(max(version_id), 0) AS version_id, coalesce(max(subject), '') AS subject
      FROM register_followers r WHERE r.name = f.name
    ) AS m
    LEFT JOIN versions v ON ${MISSED}
  GROUP BY f.name`;

/**
 * Who changed, and whose answer changes with theirs: the records that they declared before, or declare now, as other
 * identifiers of theirs.
 */
const CHANGED = `
  SELECT c.version_id, c.subject,
    array_prepend(c.subject, c.other_ids || ARRAY(SELECT identifier FROM declared_identifiers d WHERE d.subject = c.subject))
      AS people
  FROM changes c JOIN versions v ON v.id = c.version_id AND ${ofKinds('$5')}
  WHERE (c.version_id, c.subject) > ($1, $2) AND c.version_id <= $3
  ORDER BY c.version_id, c.subject LIMIT $4`;

const MOVE_MARK = `
  INSERT INTO register_followers (name, version_id, subject) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET version_id = excluded.version_id, subject = excluded.subject`;
