import type { Exercice } from '@psc/contracts';
import type { Postgres } from '@psc/datastores';
import { activityFields, exerciceFields } from '@psc/kernel';
import { otherIds } from '#src/domain/identifier.ts';
import type { Professionals } from '#src/ports/professionals.ts';
import { columnOf } from './columns.postgres.ts';

interface Found {
  readonly national_id: string;
  readonly status: 'active' | 'inactive';
  readonly family_name: string;
  readonly given_name: string;
  readonly code_civilite: string;
  readonly other_ids: string[];
  readonly exercices: Exercice[];
}

/** One prepared statement per professional: PostgreSQL puts the exercices and their activities together. */
export function createPostgresProfessionals({ postgres }: { postgres: Postgres }): Professionals {
  return {
    async find(identifier) {
      const { rows } = await postgres.query<Found>(FIND, [identifier], 'find-professional');
      const [found] = rows;
      return (
        found && {
          nationalId: found.national_id,
          status: found.status,
          familyName: found.family_name,
          givenName: found.given_name,
          codeCivilite: found.code_civilite,
          otherIds: otherIds(found.national_id, found.other_ids),
          exercices: found.exercices,
        }
      );
    },
  };
}

/** Whom an identifier leads to: another identifier first, so that an ADELI record gives way to the RPPS one. */
export const OWNER = `coalesce(
  (SELECT person_id FROM other_identifiers WHERE identifier = $1),
  (SELECT id FROM people WHERE national_id = $1))`;

const FIND = `
  SELECT p.national_id, p.status, p.family_name, p.given_name, p.code_civilite,
    ARRAY(SELECT o.identifier FROM other_identifiers o WHERE o.person_id = p.id LIMIT 20) AS other_ids,
    coalesce((
      SELECT json_agg(json_build_object(${pairs(exerciceFields, 'e')}, 'activities', coalesce((
        SELECT json_agg(json_build_object(${pairs(activityFields, 'a')}) ORDER BY a.position)
        FROM (SELECT * FROM activities WHERE exercice_id = e.id ORDER BY position LIMIT 1000) AS a
      ), '[]'::json)) ORDER BY e.position)
      FROM (SELECT * FROM exercices WHERE person_id = p.id ORDER BY position LIMIT 100) AS e
    ), '[]'::json) AS exercices
  FROM people p WHERE p.id = ${OWNER}`;

/** `'codeRole', a.code_role` for each field. */
function pairs(fields: readonly string[], alias: string): string {
  return fields.map((field) => `'${field}', ${alias}.${columnOf(field)}`).join(', ');
}
