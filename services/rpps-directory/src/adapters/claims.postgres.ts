import type { Queryable } from '@psc/datastores';
import { type Claim, leadsTo } from '#src/domain/claims.ts';

/** An identifier, and what `leadsTo` asks of it. */
export interface Claimed {
  readonly identifier: string;
  readonly has_record: boolean;
  readonly claims: readonly Claim[];
}

const hasRecord = (subject: string) => `(
  EXISTS (SELECT FROM described_personne_activite r WHERE r.subject = ${subject})
    OR EXISTS (SELECT FROM described_pro_sante_connect r WHERE r.subject = ${subject}))`;
const HAS_RECORD = hasRecord('l.identifier');

/** What is claimed for somebody whom the register does not know is not claimed: it would lead to nobody. */
const CLAIMED_BY = `coalesce((
  SELECT json_agg(json_build_object('subject', c.subject, 'kind', c.kind, 'present', coalesce(
    CASE c.kind
      WHEN 'pro_sante_connect'
        THEN (SELECT present FROM described_pro_sante_connect d WHERE d.subject = c.subject)
      WHEN 'adeli_rpps'
        THEN (SELECT present FROM described_adeli_rpps d WHERE d.subject = c.subject)
      WHEN 'porteurs'
        THEN (SELECT present FROM described_porteurs d WHERE d.subject = c.subject)
    END, false)))
  FROM declared_identifiers c WHERE c.identifier = l.identifier AND ${hasRecord('c.subject')}
), '[]'::json)`;

/** `l` names identifiers: has each a record of its own, and who claims it? The columns of `Claimed` beside its identifier. */
export const CLAIMS = `${HAS_RECORD} AS has_record, ${CLAIMED_BY} AS claims`;

/** The same for all that these subjects declare, and for themselves when they are declared: `part` is `claim`. */
export const CLAIMS_AROUND = `
  SELECT 'claim' AS part, l.identifier AS subject, ${HAS_RECORD} AS present, ${CLAIMED_BY}::text AS rows, NULL::bigint AS version_id
  FROM (
    SELECT identifier FROM declared_identifiers WHERE subject = ANY($1)
    UNION SELECT identifier FROM declared_identifiers WHERE identifier = ANY($1)
  ) AS l`;

/** Whom each identifier leads to, when it leads to somebody. */
export async function resolveIdentifiers(
  postgres: Queryable,
  identifiers: readonly string[],
): Promise<Map<string, string>> {
  if (identifiers.length === 0) return new Map();
  const { rows } = await postgres.query<Claimed>(RESOLVE, [identifiers], 'resolve-identifiers');
  return ownersOf(rows);
}

export function ownersOf(claimed: readonly Claimed[]): Map<string, string> {
  return new Map(
    claimed.flatMap(({ identifier, claims, has_record }) => {
      const owner = leadsTo(identifier, claims, has_record);
      return owner === undefined ? [] : [[identifier, owner] as const];
    }),
  );
}

const RESOLVE = `SELECT l.identifier, ${CLAIMS} FROM unnest($1::text[]) AS l (identifier)`;
