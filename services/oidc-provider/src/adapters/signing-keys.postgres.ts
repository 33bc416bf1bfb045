import type { Queryable, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { SigningKey } from '#src/domain/signing-key.ts';
import type { SigningKeys } from '#src/ports/signing-keys.ts';

const rowSchema = z.object({
  kid: z.string(),
  alg: z.enum(['RS256', 'ES256']),
  state: z.enum(['next', 'current', 'retired']),
  private_jwk: z.string(),
});
const jwkSchema = z.record(z.string(), z.string());

export const signingKeyColumns = 'kid, alg, state, private_jwk';

/** Undefined when the key was sealed with a key we no longer have, or copied from another row. */
export function readSigningKey(row: unknown, seal: Seal): SigningKey | undefined {
  const { private_jwk: sealed, ...key } = rowSchema.parse(row);
  const opened = seal.open(keyName(key.kid), sealed);
  return opened === undefined ? undefined : { ...key, privateJwk: jwkSchema.parse(JSON.parse(opened)) };
}

export function createPostgresSigningKeys(postgres: Queryable, seal: Seal): SigningKeys {
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

    async addFirst({ kid, alg, state, privateJwk }) {
      const { rowCount } = await postgres.query(
        `INSERT INTO signing_keys (${signingKeyColumns}) VALUES ($1, $2, $3, $4)
         ON CONFLICT (alg) WHERE state = 'current' DO NOTHING`,
        [kid, alg, state, seal.seal(keyName(kid), JSON.stringify(privateJwk))],
      );
      return rowCount === 1;
    },
  };
}

function keyName(kid: string): string {
  return `signing-key:${kid}`;
}
