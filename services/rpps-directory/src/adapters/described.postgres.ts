import type { Queryable } from '@psc/datastores';
import type { Claim } from '#src/domain/claims.ts';
import { type Described, type PracticeKind, practiceKinds, type Said } from '#src/domain/described.ts';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import { CLAIMS_AROUND, type Claimed, ownersOf } from './claims.postgres.ts';

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
  return assemble(rows);
}

/** A kind of file says `rows` of the subject; or `claim`, of an identifier; or `last`: the subject is the kind imported last. */
interface Row {
  readonly part: FileKind | 'claim' | 'last';
  readonly subject: string;
  readonly present: boolean;
  readonly rows: string;
  readonly version_id: string | null;
}

type SaidOf = { -readonly [Kind in FileKind]?: Said };

function assemble(rows: readonly Row[]): Map<string, Described> {
  const said = new Map<string, SaidOf>();
  const claimed: Claimed[] = [];
  let lastImported: PracticeKind | undefined;
  for (const { part, subject, present, rows: text, version_id } of rows) {
    if (part === 'last') {
      lastImported = practiceKinds.find((kind) => kind === subject);
    } else if (part === 'claim') {
      // Written by `CLAIMS_AROUND`, just now.
      claimed.push({ identifier: subject, has_record: present, claims: JSON.parse(text) as Claim[] });
    } else {
      const theirs = said.get(subject) ?? {};
      theirs[part] = { present, rows: text, version: version_id ?? undefined };
      said.set(subject, theirs);
    }
  }
  const others = new Map<string, string[]>();
  const movedTo = new Map<string, string>();
  for (const [identifier, owner] of ownersOf(claimed)) {
    if (owner === identifier) continue;
    movedTo.set(identifier, owner);
    others.set(owner, [...(others.get(owner) ?? []), identifier]);
  }
  const described = new Map<string, Described>();
  for (const [nationalId, theirs] of said)
    described.set(nationalId, {
      nationalId,
      said: theirs,
      others: others.get(nationalId) ?? [],
      movedTo: movedTo.get(nationalId),
      lastImported,
    });
  return described;
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
    (kind) =>
      `SELECT '${kind}' AS part, subject, present, rows, version_id FROM described_${kind} WHERE subject = ANY($1)`,
  );
  return [...said, CLAIMS_AROUND, LAST_IMPORTED].join(' UNION ALL ');
}

/** An import that was undone is as if it had not been; a rollback brings nothing new. */
const LAST_IMPORTED = `
  SELECT 'last', (
    SELECT v.kind FROM versions v
    WHERE v.kind IN ('personne_activite', 'pro_sante_connect') AND v.undoes IS NULL
      AND NOT EXISTS (SELECT FROM versions u WHERE u.undoes = v.id)
    ORDER BY v.id DESC LIMIT 1), false, '', NULL`;
