import { randomBytes } from 'node:crypto';
import { createSeal, openPostgres, openRedis } from '@psc/datastores';
import { layCable } from '@psc/datastores/breakable-cable';
import { createPseudonym, createRedisQuotas } from '@psc/quotas';
import { createHttpServer, createLogger, createMetrics } from '@psc/runtime';
import { openTestDatabase } from '@psc/testing/database';
import { inject } from 'vitest';
import { createFollower } from '#src/adapters/follower.postgres.ts';
import { listPeople } from '#src/adapters/listed-people.postgres.ts';
import { type FileKind, formatRows, type StoredRow, storedFields } from '#src/domain/stored-rows.ts';
import { createPostgresApiKeys } from '#src/fhir/access/api-keys.postgres.ts';
import { createGate } from '#src/fhir/access/gate.ts';
import { digestOfKey } from '#src/fhir/access/key-digest.ts';
import { createPostgresDirectory } from '#src/fhir/directory/directory.postgres.ts';
import { publishPlaces } from '#src/fhir/directory/places.postgres.ts';
import { answerUnreadable, fhirRoutes } from '#src/fhir/http/fhir.routes.ts';
import { createPageLinks } from '#src/fhir/http/page-links.ts';

export const base = 'https://directory.example/fhir/v2';
export const apiKey = 'a key of the tests';

/** The FHIR face over a real PostgreSQL and Redis, and a register that files are written in as an import writes them. */
export async function openFhirWorld({ callsPerSecond = 10_000 } = {}) {
  const database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  const { postgres } = database;
  const cable = await layCable(database.url);
  // Of the face alone, as in the service.
  const own = openPostgres({
    url: cable.url,
    poolSize: 3,
    statementTimeoutMs: 5_000,
    onError: () => undefined,
  });
  const redis = await openRedis(`${inject('redisUrl')}/9`, 'commands', () => undefined);
  const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
  const apiKeys = createPostgresApiKeys(postgres);
  await apiKeys.add({ name: 'tests', digest: digestOfKey(apiKey), createdBy: 'tests' });
  let shift = 0;
  const clock = () => Date.now() + shift;
  const app = createHttpServer({
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    isReady: async () => true,
    trustedProxies: [],
    answerUnreadable,
  });
  await app.register(
    fhirRoutes({
      directory: createPostgresDirectory({ postgres: own, base, clock }),
      gate: createGate({
        apiKeys: createPostgresApiKeys(own),
        quotas: createRedisQuotas(redis),
        pseudonym: createPseudonym(seal),
        callsPerSecond,
      }),
      pageLinks: createPageLinks({ seal, clock }),
      base,
      clock,
    }),
  );
  const followers = [listPeople, publishPlaces].map((follow) => createFollower(postgres, follow));

  return {
    app,
    postgres,
    url: database.url,
    apiKeys,
    /** The face loses PostgreSQL, or finds it again. */
    cut: cable.cut,
    mend: cable.mend,
    loseRedis: () => redis.disconnect(),
    /** So many milliseconds later. */
    pass(milliseconds: number) {
      shift += milliseconds;
    },

    /** One import of one kind: who is in `said` changed, or left when nothing is said of them; the others are as they were. */
    async imports<Kind extends FileKind>(
      kind: Kind,
      said: Readonly<Record<string, readonly Partial<StoredRow<Kind>>[] | undefined>>,
    ) {
      const rows = Object.entries(said).map(([subject, each]) => ({
        subject,
        rows:
          each &&
          formatRows(
            kind,
            each.map((row) => ({ ...emptyRow(kind), ...row })),
          ),
      }));
      await postgres.transaction(async (tx) => {
        const { rows: versions } = await tx.query<{ id: string }>(
          `INSERT INTO versions (kind, source, sha256, operator, started_at, counts)
           VALUES ($1, 'test', '', 'test', now(), '{}') RETURNING id`,
          [kind],
        );
        const version = versions[0]?.id;
        for (const each of rows) {
          await tx.query(
            `INSERT INTO changes (version_id, subject, change, present, digest, rows)
             SELECT $1::bigint, $2, 'changed', d.present, d.digest, d.rows
             FROM (SELECT) AS one LEFT JOIN described_${kind} d ON d.subject = $2`,
            [version, each.subject],
          );
          await tx.query(
            each.rows === undefined
              ? `UPDATE described_${kind} SET present = false, version_id = $2 WHERE subject = $1 AND $3::text IS NULL`
              : `INSERT INTO described_${kind} (subject, present, version_id, digest, rows) VALUES ($1, true, $2, 0, $3)
                 ON CONFLICT (subject) DO UPDATE SET present = true, version_id = excluded.version_id, rows = excluded.rows`,
            [each.subject, version, each.rows ?? null],
          );
        }
      });
      for (const follower of followers) await follower.catchUp();
    },

    async get(path: string, headers: Readonly<Record<string, string>> = {}) {
      return app.inject({
        method: 'GET',
        url: `/fhir/v2${path}`,
        headers: { 'esante-api-key': apiKey, ...headers },
      });
    },

    async close() {
      await app.close();
      redis.disconnect();
      await own.close();
      await cable.close();
      await database.close();
    },
  };
}

export type FhirWorld = Awaited<ReturnType<typeof openFhirWorld>>;

function emptyRow<Kind extends FileKind>(kind: Kind): StoredRow<Kind> {
  // The entries are exactly the fields of the kind, which Object.fromEntries cannot express.
  return Object.fromEntries(storedFields[kind].map((field) => [field, ''])) as StoredRow<Kind>;
}
