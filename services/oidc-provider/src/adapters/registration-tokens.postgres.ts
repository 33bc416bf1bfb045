import type { Queryable } from '@psc/datastores';
import { z } from 'zod';
import type { ChangingApplications, RegistrationToken } from '#src/ports/applications.ts';

const MOST_TOKENS = 1_000;

const rowSchema = z.object({
  name: z.string(),
  most: z.number(),
  used: z.number(),
  expires_at: z.date(),
  operator: z.string(),
});

export async function readRegistrationTokens(postgres: Queryable): Promise<RegistrationToken[]> {
  const { rows } = await postgres.query(
    `SELECT name, most, used, expires_at, operator FROM registration_tokens ORDER BY name LIMIT ${MOST_TOKENS}`,
  );
  return rows.map((row) => {
    const { expires_at: expiresAt, ...token } = rowSchema.parse(row);
    return { ...token, expiresAt: expiresAt.getTime() };
  });
}

const USABLE = 'digest = $1 AND used < most AND expires_at > $2';

export async function isUsable(postgres: Queryable, digest: string, at: number): Promise<boolean> {
  const { rowCount } = await postgres.query(`SELECT 1 FROM registration_tokens WHERE ${USABLE}`, [
    digest,
    new Date(at),
  ]);
  return rowCount === 1;
}

type ChangingTokens = Pick<
  ChangingApplications,
  'addRegistrationToken' | 'removeRegistrationToken' | 'spendRegistrationToken'
>;

export function changingRegistrationTokens(tx: Queryable): ChangingTokens {
  return {
    async addRegistrationToken({ name, digest, most, expiresAt }, { operator, at }) {
      const { rowCount } = await tx.query(
        `INSERT INTO registration_tokens (name, digest, most, expires_at, operator, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING`,
        [name, digest, most, new Date(expiresAt), operator, new Date(at)],
      );
      return rowCount === 1;
    },

    async removeRegistrationToken(name) {
      const { rowCount } = await tx.query('DELETE FROM registration_tokens WHERE name = $1', [name]);
      return rowCount === 1;
    },

    async spendRegistrationToken(digest, at) {
      const { rows } = await tx.query<{ name: string }>(
        `UPDATE registration_tokens SET used = used + 1
         WHERE ${USABLE} RETURNING name`,
        [digest, new Date(at)],
      );
      return rows[0]?.name;
    },
  };
}
