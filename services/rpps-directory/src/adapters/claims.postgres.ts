import type { Queryable } from '@psc/datastores';
import { type Claim, followLeads, leadsTo, MOST_HOPS } from '#src/domain/claims.ts';
import { practiceKinds } from '#src/domain/described.ts';
import { mayBeTakenOver } from '#src/domain/identifier.ts';
import { declaringKinds, type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import { describedTable } from './tables.postgres.ts';

/** An identifier, and what `leadsTo` asks of it. */
export interface Claimed {
  readonly identifier: string;
  readonly has_record: boolean;
  readonly claims: readonly Claim[];
}

/** Has this column's value a record in one of these kinds of file? */
function hasRecordIn(kinds: readonly FileKind[], column: string): string {
  const records = practiceKinds
    .filter((kind) => kinds.includes(kind))
    .map((kind) => `EXISTS (SELECT FROM ${describedTable(kind)} r WHERE r.subject = ${column})`);
  return `(${records.join(' OR ')})`;
}

/**
 * Who claims `l.identifier` in one of these kinds, and do they still? What is claimed for somebody whom the register does not
 * know is not claimed: it would lead to nobody; nor what is not believed (`judgeClaims`).
 */
function claimedIn(kinds: readonly FileKind[]): string {
  const presence = declaringKinds.map(
    (kind) =>
      `WHEN '${kind}' THEN (SELECT present FROM ${describedTable(kind)} d WHERE d.subject = c.subject)`,
  );
  const isOf = kinds === fileKinds ? '' : `AND c.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})`;
  return `coalesce((
    SELECT json_agg(json_build_object('subject', c.subject, 'kind', c.kind,
      'present', coalesce(CASE c.kind ${presence.join(' ')} END, false)))
    FROM declared_identifiers c
    WHERE c.identifier = l.identifier AND c.believed IS NOT FALSE ${isOf} AND ${hasRecordIn(kinds, 'c.subject')}
  ), '[]'::json)`;
}

/** Of a claim `c`: have both sides a record? */
export const HAVE_RECORDS = `(${hasRecordIn(fileKinds, 'c.identifier')} AND ${hasRecordIn(fileKinds, 'c.subject')})`;

const HAS_RECORD = hasRecordIn(fileKinds, 'l.identifier');
const CLAIMED_BY = claimedIn(fileKinds);

/**
 * `l` names identifiers: has each a record of its own, and who claims it? The columns of `Claimed` beside its identifier, as
 * these kinds of file say it.
 */
export function claimsIn(kinds: readonly FileKind[]): string {
  return `${hasRecordIn(kinds, 'l.identifier')} AS has_record, ${claimedIn(kinds)} AS claims`;
}

export const CLAIMS = claimsIn(fileKinds);

/**
 * The same for all that these subjects declare, and what those declare, and for themselves when they are declared: `part` is
 * `claim`.
 */
export const CLAIMS_AROUND = `
  SELECT 'claim' AS part, l.identifier AS subject, ${HAS_RECORD} AS present, ${CLAIMED_BY}::text AS rows, NULL::bigint AS version_id
  FROM (
    SELECT identifier FROM declared_identifiers WHERE subject = ANY($1)
    UNION SELECT identifier FROM declared_identifiers WHERE identifier = ANY($1)
    UNION SELECT theirs.identifier FROM declared_identifiers d JOIN declared_identifiers theirs ON theirs.subject = d.identifier
      WHERE d.subject = ANY($1)
  ) AS l`;

/** Whom each identifier leads to, when it leads to somebody. */
export async function resolveIdentifiers(
  postgres: Queryable,
  identifiers: readonly string[],
): Promise<Map<string, string>> {
  if (identifiers.length === 0) return new Map();
  const ask = async (some: readonly string[]) =>
    (await postgres.query<Claimed>(RESOLVE, [some], 'resolve-identifiers')).rows;
  return resolveClaimed(await ask(identifiers), ask);
}

/**
 * The same once it is known who claims them. Nearly all lead to an RPPS number, which leads nowhere else; who claims the few other
 * owners is asked.
 */
export async function resolveClaimed(
  claimed: readonly Claimed[],
  ask: (identifiers: readonly string[]) => Promise<readonly Claimed[]>,
): Promise<Map<string, string>> {
  const known = new Map(claimed.map((each) => [each.identifier, each]));
  let last = claimed;
  for (let hop = 0; hop < MOST_HOPS && last.length > 0; hop++) {
    const owners = new Set(last.map((each) => leadsTo(each.identifier, each.claims, each.has_record)));
    const next = [...owners].filter(
      (owner) => owner !== undefined && mayBeTakenOver(owner) && !known.has(owner),
    );
    last = next.length > 0 ? await ask(next.flatMap((owner) => owner ?? [])) : [];
    for (const each of last) known.set(each.identifier, each);
  }
  return ownersOf([...known.values()]);
}

/** Of identifiers that are all that there is to know of each other. */
export function ownersOf(claimed: readonly Claimed[]): Map<string, string> {
  const known = new Map(claimed.map((each) => [each.identifier, each]));
  const leads = (identifier: string) => {
    const each = known.get(identifier);
    return each ? leadsTo(identifier, each.claims, each.has_record) : identifier;
  };
  return new Map(
    claimed.flatMap(({ identifier, has_record }) => {
      const owner = followLeads(identifier, leads, has_record);
      return owner === undefined ? [] : [[identifier, owner] as const];
    }),
  );
}

/** Of the identifiers `$1`, in these kinds of file. */
export function resolveIn(kinds: readonly FileKind[]): string {
  return `SELECT l.identifier, ${claimsIn(kinds)} FROM unnest($1::text[]) AS l (identifier)`;
}

const RESOLVE = resolveIn(fileKinds);
