import type { Postgres, Queryable, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { SigningKey } from '#src/domain/signing-key.ts';
import type { KeyChange, KeyEntry, KeysAtTime, SigningKeys } from '#src/ports/signing-keys.ts';

const algSchema = z.enum(['RS256', 'ES256']);
const stateSchema = z.enum(['next', 'current', 'retired']);
const rowSchema = z.object({
  kid: z.string(),
  alg: algSchema,
  state: stateSchema,
  private_jwk: z.string(),
});
const jwkSchema = z.record(z.string(), z.string());
const time = z.date().transform((date) => date.getTime());
const maybeTime = time.nullable().transform((at) => at ?? undefined);
const timesSchema = z
  .object({
    kid: z.string(),
    alg: algSchema,
    state: stateSchema,
    created_at: time,
    signs_since: maybeTime,
    retired_at: maybeTime,
  })
  .transform(({ created_at: publishedAt, signs_since: signsSince, retired_at: retiredAt, ...key }) => ({
    ...key,
    publishedAt,
    signsSince,
    retiredAt,
  }));
const eventSchema = z.object({
  kid: z.string(),
  alg: algSchema,
  at: time,
  state: z.enum([...stateSchema.options, 'removed']),
  operator: z.string(),
  reason: z.string(),
});

export const signingKeyColumns = 'kid, alg, state, private_jwk';

/** Undefined when the key was sealed with a key we no longer have, or copied from another row. */
export function readSigningKey(row: unknown, seal: Seal): SigningKey | undefined {
  const { private_jwk: sealed, ...key } = rowSchema.parse(row);
  const opened = seal.open(keyName(key.kid), sealed);
  return opened === undefined ? undefined : { ...key, privateJwk: jwkSchema.parse(JSON.parse(opened)) };
}

export function createPostgresSigningKeys(
  postgres: Pick<Postgres, 'query' | 'transaction'>,
  seal: Seal,
): SigningKeys {
  return {
    async list() {
      const { rows } = await postgres.query(`SELECT ${signingKeyColumns} FROM signing_keys`);
      return rows.map((row) => {
        const key = readSigningKey(row, seal);
        if (!key)
          throw new Bug('signing_key_unreadable', 'a signing key was sealed with a key we do not have');
        return key;
      });
    },

    times: () => readTimes(postgres),

    change: (entry, decide) =>
      postgres.transaction(async (tx) => {
        // One at a time; who only reads does not wait.
        await tx.query('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE');
        const { changes, result } = await decide(await readTimes(tx));
        for (const change of changes) await apply(tx, change, entry, seal);
        return result;
      }),

    async history(limit) {
      const { rows } = await postgres.query(
        'SELECT kid, alg, at, state, operator, reason FROM signing_key_history ORDER BY id DESC LIMIT $1',
        [limit],
      );
      return rows.map((row) => eventSchema.parse(row));
    },
  };
}

/** By PostgreSQL's clock: the replicas may have several opinions of the time. */
async function readTimes(postgres: Queryable): Promise<KeysAtTime> {
  const { rows } = await postgres.query(
    'SELECT kid, alg, state, created_at, signs_since, retired_at FROM signing_keys ORDER BY created_at DESC, kid',
  );
  const { rows: clock } = await postgres.query('SELECT clock_timestamp() AS now');
  return {
    keys: rows.map((row) => timesSchema.parse(row)),
    now: z.object({ now: time }).parse(clock[0]).now,
  };
}

async function apply(tx: Queryable, change: KeyChange, entry: KeyEntry, seal: Seal): Promise<void> {
  const { rows } = await execute(tx, change, seal);
  if (rows.length !== 1) throw new Bug('signing_key_absent', 'a signing key that changes is not there');
  const { kid, alg, state } = z
    .object({ kid: z.string(), alg: algSchema, state: stateSchema })
    .parse(rows[0]);
  await tx.query(
    `INSERT INTO signing_key_history (kid, alg, at, state, operator, reason)
     VALUES ($1, $2, clock_timestamp(), $3, $4, $5)`,
    [kid, alg, change.change === 'remove' ? 'removed' : state, entry.operator, entry.reason],
  );
}

function execute(tx: Queryable, change: KeyChange, seal: Seal) {
  switch (change.change) {
    case 'add': {
      const { kid, alg, state, privateJwk } = change.key;
      return tx.query(
        `INSERT INTO signing_keys (kid, alg, state, private_jwk, created_at, signs_since)
         SELECT $1, $2, $3, $4, now.at, CASE WHEN $3 = 'next' THEN NULL ELSE now.at END
         FROM (SELECT clock_timestamp() AS at) AS now
         RETURNING kid, alg, state`,
        [kid, alg, state, seal.seal(keyName(kid), JSON.stringify(privateJwk))],
      );
    }
    case 'sign':
      return tx.query(
        `UPDATE signing_keys SET state = 'current', signs_since = clock_timestamp()
         WHERE kid = $1 RETURNING kid, alg, state`,
        [change.kid],
      );
    case 'retire':
      return tx.query(
        `UPDATE signing_keys SET state = 'retired', retired_at = clock_timestamp()
         WHERE kid = $1 RETURNING kid, alg, state`,
        [change.kid],
      );
    case 'remove':
      return tx.query('DELETE FROM signing_keys WHERE kid = $1 RETURNING kid, alg, state', [change.kid]);
  }
}

function keyName(kid: string): string {
  return `signing-key:${kid}`;
}
