import type { Postgres } from '@psc/datastores';
import { type Claim, leadsTo } from '#src/domain/claims.ts';
import type { Described, PracticeKind, Said } from '#src/domain/described.ts';
import { professionalOf } from '#src/domain/professional.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { Professionals } from '#src/ports/professionals.ts';

/** Whom does the identifier lead to, then what do the files say of them: two prepared statements. */
export function createPostgresProfessionals({ postgres }: { postgres: Postgres }): Professionals {
  return {
    async find(identifier) {
      const nationalId = await findOwner(postgres, identifier);
      if (nationalId === undefined) return undefined;
      const { rows } = await postgres.query<SaidRow>(SAID, [nationalId], 'find-described');
      const last = await postgres.query<{ kind: PracticeKind }>(LAST_IMPORTED, [], 'find-last-imported');
      const described: Described = {
        nationalId,
        said: Object.fromEntries(
          rows.map(({ kind, present, rows: said }) => [kind, { present, rows: said }]),
        ),
        others: await findOthers(postgres, nationalId),
        lastImported: last.rows[0]?.kind,
      };
      return professionalOf(described);
    },
  };
}

interface SaidRow extends Said {
  readonly kind: FileKind;
}

interface Claimed {
  readonly identifier: string;
  readonly has_record: boolean;
  readonly claims: readonly Claim[];
}

/** Whom an identifier leads to. */
export async function findOwner(postgres: Postgres, identifier: string): Promise<string | undefined> {
  const { rows } = await postgres.query<Claimed>(
    `SELECT l.identifier, ${CLAIMS} FROM (SELECT $1::text AS identifier) AS l`,
    [identifier],
    'find-owner',
  );
  const [found] = rows;
  return found && leadsTo(identifier, found.claims, found.has_record);
}

/** The identifiers that a person declares, and that lead to them. */
async function findOthers(postgres: Postgres, nationalId: string): Promise<string[]> {
  const { rows } = await postgres.query<Claimed>(
    `SELECT l.identifier, ${CLAIMS}
     FROM (SELECT DISTINCT identifier FROM declared_identifiers WHERE subject = $1 LIMIT 20) AS l`,
    [nationalId],
    'find-others',
  );
  return rows
    .filter(({ identifier, claims, has_record }) => leadsTo(identifier, claims, has_record) === nationalId)
    .map(({ identifier }) => identifier);
}

/** `l` names identifiers: has each a record of its own, and who claims it? What `leadsTo` asks for. */
export const CLAIMS = `
  EXISTS (SELECT FROM described_personne_activite WHERE subject = l.identifier)
    OR EXISTS (SELECT FROM described_pro_sante_connect WHERE subject = l.identifier) AS has_record,
  coalesce((
    SELECT json_agg(json_build_object('subject', c.subject, 'kind', c.kind, 'present', coalesce(
      CASE c.kind
        WHEN 'pro_sante_connect'
          THEN (SELECT present FROM described_pro_sante_connect d WHERE d.subject = c.subject)
        WHEN 'adeli_rpps'
          THEN (SELECT present FROM described_adeli_rpps d WHERE d.subject = c.subject)
        WHEN 'porteurs'
          THEN (SELECT present FROM described_porteurs d WHERE d.subject = c.subject)
      END, false)))
    FROM declared_identifiers c WHERE c.identifier = l.identifier
  ), '[]'::json) AS claims`;

const SAID = `
  SELECT 'personne_activite' AS kind, present, rows FROM described_personne_activite WHERE subject = $1
  UNION ALL
  SELECT 'pro_sante_connect', present, rows FROM described_pro_sante_connect WHERE subject = $1`;

const LAST_IMPORTED = `
  SELECT kind FROM versions WHERE kind IN ('personne_activite', 'pro_sante_connect') ORDER BY id DESC LIMIT 1`;
