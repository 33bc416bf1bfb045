import type { Queryable } from '@psc/datastores';
import { readDescribed } from '#src/adapters/described.postgres.ts';
import { describePublished } from '#src/domain/person.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import type { PublishedPerson } from '../resources/practitioner.ts';

/** The kinds of file that are published: nothing else may be in an answer to the public. */
const publishedKinds = [
  'personne_activite',
  'savoir_faire',
  'dipl_autexerc',
  'mssante',
  'porteurs',
] as const satisfies readonly FileKind[];

export interface ListedRow {
  readonly id: string;
  readonly national_id: string;
  readonly updated_at: Date;
}

/** Somebody, and which of their roles ended not long ago. */
export interface PersonAndFormerRoles {
  readonly published: PublishedPerson;
  readonly former: readonly { readonly key: string; readonly leftAt: Date }[];
}

/** What is told of the people of a list, in its order. Whoever was never public is not told. */
export async function readPeople(
  postgres: Queryable,
  listed: readonly ListedRow[],
): Promise<PublishedPerson[]> {
  const described = await readDescribed(
    postgres,
    publishedKinds,
    listed.map(({ national_id }) => national_id),
  );
  return listed.flatMap(({ id, national_id, updated_at }) => {
    const said = described.get(national_id);
    const person = said && describePublished(said);
    return person ? [{ id, person, updatedAt: updated_at }] : [];
  });
}

export async function readFormerRoles(
  postgres: Queryable,
  people: readonly PublishedPerson[],
  since: Date,
): Promise<PersonAndFormerRoles[]> {
  const { rows } = await postgres.query<{ national_id: string; key: string; left_at: Date }>(
    `SELECT national_id, key, left_at FROM published_roles WHERE national_id = ANY($1) AND left_at > $2 ORDER BY key LIMIT 2000`,
    [people.map(({ person }) => person.nationalId), since],
    'former-roles',
  );
  return people.map((published) => ({
    published,
    former: rows
      .filter(({ national_id }) => national_id === published.person.nationalId)
      .map(({ key, left_at }) => ({ key, leftAt: left_at })),
  }));
}
