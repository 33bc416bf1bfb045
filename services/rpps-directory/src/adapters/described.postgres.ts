import type { Queryable } from '@psc/datastores';
import { type Claim, leadsTo } from '#src/domain/claims.ts';
import { type Described, type PracticeKind, practiceKinds, type Said } from '#src/domain/described.ts';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';

/**
 * Reads what the kinds of file given say of these people, each one under their own identifier: one prepared statement, however
 * many they are. Who is described by none of them is not in the answer.
 */
export async function readDescribed(
  postgres: Queryable,
  kinds: readonly FileKind[],
  nationalIds: readonly string[],
): Promise<Map<string, Described>> {
  if (nationalIds.length === 0) return new Map();
  const { text, name } = statementFor(kinds);
  const { rows } = await postgres.query<Row>(text, [nationalIds], name);
  return assemble(rows, nationalIds);
}

/** Whom each identifier leads to, when it leads to somebody. */
export async function resolveIdentifiers(
  postgres: Queryable,
  identifiers: readonly string[],
): Promise<Map<string, string>> {
  if (identifiers.length === 0) return new Map();
  const { rows } = await postgres.query<Resolved>(RESOLVE, [identifiers], 'resolve-identifiers');
  const claims = new Map<string, { claims: Claim[]; hasRecord: boolean }>();
  for (const { identifier, has_record, ...claim } of rows) {
    const known = claims.get(identifier) ?? { claims: [], hasRecord: has_record };
    if (claim.subject !== null && claim.kind !== null)
      known.claims.push({ subject: claim.subject, kind: claim.kind, present: claim.present ?? false });
    claims.set(identifier, known);
  }
  const targets = new Map<string, string>();
  for (const [identifier, known] of claims) {
    const target = leadsTo(identifier, known.claims, known.hasRecord);
    if (target !== undefined) targets.set(identifier, target);
  }
  return targets;
}

interface Row {
  /** A kind of file; or `claim`: `subject` declares the identifier `rows`; or `last`: the kind imported last. */
  readonly part: FileKind | 'claim' | 'last';
  readonly subject: string;
  readonly present: boolean;
  readonly rows: string;
  readonly version_id: string | null;
  readonly claim_kind: FileKind | null;
  readonly has_record: boolean | null;
}

interface Resolved {
  readonly identifier: string;
  readonly has_record: boolean;
  readonly subject: string | null;
  readonly kind: FileKind | null;
  readonly present: boolean | null;
}

function assemble(rows: readonly Row[], nationalIds: readonly string[]): Map<string, Described> {
  const said = new Map<string, { -readonly [Kind in FileKind]?: Said }>();
  const claims = new Map<string, { readonly claims: Claim[]; readonly hasRecord: boolean }>();
  let lastImported: PracticeKind | undefined;
  for (const row of rows) {
    if (row.part === 'last') {
      lastImported = practiceKinds.find((kind) => kind === row.subject);
    } else if (row.part === 'claim') {
      const known = claims.get(row.rows) ?? { claims: [], hasRecord: row.has_record ?? false };
      if (row.claim_kind)
        known.claims.push({ subject: row.subject, kind: row.claim_kind, present: row.present });
      claims.set(row.rows, known);
    } else {
      const theirs = said.get(row.subject) ?? {};
      theirs[row.part] = { present: row.present, rows: row.rows, version: row.version_id ?? undefined };
      said.set(row.subject, theirs);
    }
  }
  const others = new Map<string, string[]>();
  for (const [identifier, known] of claims) {
    const target = leadsTo(identifier, known.claims, known.hasRecord);
    if (target !== undefined && target !== identifier)
      others.set(target, [...(others.get(target) ?? []), identifier]);
  }
  const moved = new Map([...others].flatMap(([target, from]) => from.map((each) => [each, target])));
  return new Map(
    nationalIds.flatMap((nationalId) => {
      const theirs = said.get(nationalId);
      if (!theirs) return [];
      const movedTo = moved.get(nationalId);
      const described: Described = {
        nationalId,
        said: theirs,
        others: others.get(nationalId) ?? [],
        movedTo,
        lastImported,
      };
      return [[nationalId, described] as const];
    }),
  );
}

const statements = new Map<string, { readonly text: string; readonly name: string }>();

function statementFor(kinds: readonly FileKind[]): { readonly text: string; readonly name: string } {
  const name = `described-${kinds.map((kind) => fileKinds.indexOf(kind)).join('')}`;
  const statement = statements.get(name) ?? { name, text: statementOf(kinds) };
  statements.set(name, statement);
  return statement;
}

function statementOf(kinds: readonly FileKind[]): string {
  const said = kinds.map(
    (kind) => `
      SELECT '${kind}' AS part, subject, present, rows, version_id, NULL AS claim_kind, NULL::boolean AS has_record
      FROM described_${kind} WHERE subject = ANY($1)`,
  );
  return [...said, CLAIMS, LAST_IMPORTED].join(' UNION ALL ');
}

/** Does the last file of the kind still show who declares it? */
const IS_PRESENT = `
  CASE d.kind
    WHEN 'pro_sante_connect' THEN (SELECT s.present FROM described_pro_sante_connect s WHERE s.subject = d.subject)
    WHEN 'adeli_rpps' THEN (SELECT s.present FROM described_adeli_rpps s WHERE s.subject = d.subject)
  END`;

function hasRecord(identifier: string): string {
  return `(EXISTS (SELECT FROM described_pro_sante_connect r WHERE r.subject = ${identifier})
    OR EXISTS (SELECT FROM described_personne_activite r WHERE r.subject = ${identifier}))`;
}

/** Everyone who declares an identifier that one of them declares, or that is one of theirs. */
const CLAIMS = `
  SELECT 'claim', d.subject, coalesce(${IS_PRESENT}, false), d.identifier, NULL, d.kind, ${hasRecord('d.identifier')}
  FROM declared_identifiers d
  WHERE d.identifier IN (
    SELECT m.identifier FROM declared_identifiers m WHERE m.subject = ANY($1)
    UNION ALL SELECT unnest($1::text[])
  )`;

/** An import that was undone is as if it had not been; a rollback brings nothing new. */
const LAST_IMPORTED = `
  SELECT 'last', (
    SELECT v.kind FROM versions v
    WHERE v.kind IN ('personne_activite', 'pro_sante_connect') AND v.undoes IS NULL
      AND NOT EXISTS (SELECT FROM versions u WHERE u.undoes = v.id)
    ORDER BY v.id DESC LIMIT 1), false, '', NULL, NULL, NULL`;

const RESOLVE = `
  SELECT asked.identifier, ${hasRecord('asked.identifier')} AS has_record, d.subject, d.kind, ${IS_PRESENT} AS present
  FROM unnest($1::text[]) AS asked (identifier)
  LEFT JOIN declared_identifiers d ON d.identifier = asked.identifier`;
