import type { Described } from '#src/domain/described.ts';
import { listingOf } from '#src/domain/listing.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import { readDescribed } from './described.postgres.ts';
import type { Follow } from './follower.postgres.ts';
import { deriveFromEverybody } from './stream-described.postgres.ts';
import { finishTwin, openTwin } from './twin-table.postgres.ts';

/** What a listing is made of. */
const listedKinds = [
  'personne_activite',
  'pro_sante_connect',
  'savoir_faire',
  'dipl_autexerc',
  'mssante',
  'porteurs',
] as const satisfies readonly FileKind[];

/** Keeps `listed_people`, the words of their names, and what they practise where. */
export const listPeople: Follow = {
  // Under another name it begins again: change the number when `listingOf` says something else of the same people.
  name: 'listed people, 2',
  tables: ['listed_people', 'listed_words', 'listed_practices', 'known_words', 'known_practices'],

  async follow(tx, nationalIds) {
    const described = await readDescribed(tx, listedKinds, nationalIds);
    await tx.query(FORGET_WORDS, [nationalIds], 'forget-words');
    await tx.query(FORGET_PRACTICES, [nationalIds], 'forget-practices');
    const listed = [...described.values()].flatMap(listedRow);
    const ids = listed.map(({ national_id }) => national_id);
    await tx.query(UNLIST, [nationalIds, ids], 'unlist-people');
    await tx.query(LIST, [JSON.stringify(listed)], 'list-people');
    await tx.query(ADD_WORDS, [ids], 'add-words');
    await tx.query(KNOW_WORDS, [ids], 'know-words');
    await tx.query(ADD_PRACTICES, [ids], 'add-practices');
    await tx.query(KNOW_PRACTICES, [ids], 'know-practices');
  },

  async rebuild(rebuilding) {
    const { client } = rebuilding;
    const people = await openTwin(client, 'listed_people');
    await deriveFromEverybody(rebuilding, listedKinds, (batch) => [
      { text: LIST_AGAIN(people), values: [JSON.stringify(batch.flatMap(listedRow))], name: 'list-again' },
    ]);
    const words = await openTwin(client, 'listed_words');
    await client.query(`INSERT INTO ${words} ${wordsOf(people)} ORDER BY word, name_key, id`);
    await client.query(`INSERT INTO known_words SELECT DISTINCT word FROM ${words} ON CONFLICT DO NOTHING`);
    const practices = await openTwin(client, 'listed_practices');
    await client.query(
      `INSERT INTO ${practices} ${practicesOf(people)} ORDER BY ${PRACTICE}, active, name_key, id`,
    );
    await client.query(
      `INSERT INTO known_practices SELECT DISTINCT ${PRACTICE} FROM ${practices} ON CONFLICT DO NOTHING`,
    );
    await finishTwin(client, 'listed_people');
    await finishTwin(client, 'listed_words');
    await finishTwin(client, 'listed_practices');
  },
};

function listedRow(described: Described) {
  const listing = listingOf(described);
  if (!listing) return [];
  return [
    {
      national_id: listing.nationalId,
      active: listing.active,
      published: listing.published ?? null,
      version_id: latestVersion(described, listing.published !== undefined),
      family_key: listing.familyKey,
      given_key: listing.givenKey,
      name_key: listing.nameKey,
      facets: listing.facets,
      codes: listing.codes,
    },
  ];
}

/**
 * Of what the listing says: a change of the restricted file alone must not show in what is public, and who left that has nothing
 * to say any more.
 */
function latestVersion({ said }: Described, onlyPublished: boolean): string {
  const { personne_activite } = said;
  if (personne_activite?.present === false) return personne_activite.version ?? '0';
  const versions = listedKinds
    .filter((kind) => !(onlyPublished && kind === 'pro_sante_connect'))
    .map((kind) => Number(said[kind]?.version ?? 0));
  return String(Math.max(0, ...versions));
}

const SAID = `
  json_to_recordset($1) AS said (national_id text, active boolean, published boolean, version_id bigint,
    family_key text, given_key text, name_key text, facets text[], codes text)`;
const UPDATED_AT = 'coalesce((SELECT finished_at FROM versions v WHERE v.id = said.version_id), now())';
const COLUMNS =
  'id, national_id, active, published, updated_at, family_key, given_key, name_key, facets, codes';

const LIST = `
  INSERT INTO listed_people AS p (${COLUMNS})
  SELECT coalesce(old.id, nextval('listed_people_ids')), said.national_id, said.active, said.published, ${UPDATED_AT},
    said.family_key, said.given_key, said.name_key, said.facets, said.codes
  FROM ${SAID} LEFT JOIN listed_people old ON old.national_id = said.national_id
  ON CONFLICT (national_id) DO UPDATE SET active = excluded.active, published = excluded.published,
    updated_at = excluded.updated_at, family_key = excluded.family_key, given_key = excluded.given_key,
    name_key = excluded.name_key, facets = excluded.facets, codes = excluded.codes`;

const LIST_AGAIN = (table: string) => `
  INSERT INTO ${table} (${COLUMNS})
  SELECT coalesce(old.id, nextval('listed_people_ids')), said.national_id, said.active, said.published, ${UPDATED_AT},
    said.family_key, said.given_key, said.name_key, said.facets, said.codes
  FROM ${SAID} LEFT JOIN listed_people old ON old.national_id = said.national_id`;

/** A rollback takes back who came with the version that it undoes. */
const UNLIST = 'DELETE FROM listed_people WHERE national_id = ANY($1) AND national_id <> ALL($2)';

/** The rows of `listed_words` that a table of people makes. */
const wordsOf = (table: string) => `
  SELECT word, p.name_key, p.id, p.active, p.codes FROM ${table} p, string_to_table(p.name_key, ' ') AS word
  WHERE p.name_key <> ''`;

/** Those of `listed_practices`. */
const practicesOf = (table: string) => `
  SELECT savoir_faire, profession, department, p.active, p.name_key, p.id
  FROM ${table} p
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(substr(code, 2)) FILTER (WHERE code LIKE 'p%'), '{""}') AS professions,
        coalesce(array_agg(substr(code, 2)) FILTER (WHERE code LIKE 'd%'), '{""}') AS departments,
        array_append(array_agg(substr(code, 2)) FILTER (WHERE code LIKE 's%'), '') AS specialities
      FROM string_to_table(p.codes, '|') AS code
    ) AS has
    CROSS JOIN unnest(has.specialities) AS savoir_faire
    CROSS JOIN unnest(has.professions) AS profession
    CROSS JOIN unnest(has.departments) AS department`;
const PRACTICE = 'savoir_faire, profession, department';

/** Of these people, before what is known of them changes, and after. */
const THEIRS = '(SELECT * FROM listed_people WHERE national_id = ANY($1))';

/** One by one by the index, which PostgreSQL would not do for as many rows as it believes them to be. */
const forget = (table: string, old: string, isIt: string) => `
  DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT found.ctid FROM (${old}) AS old
      CROSS JOIN LATERAL (SELECT l.ctid FROM ${table} l WHERE ${isIt} LIMIT 1) AS found
  ))`;

const FORGET_WORDS = forget(
  'listed_words',
  wordsOf(THEIRS),
  'l.word = old.word AND l.name_key = old.name_key AND l.person_id = old.id',
);

const ADD_WORDS = `INSERT INTO listed_words ${wordsOf(THEIRS)}`;

const KNOW_WORDS = `
  INSERT INTO known_words SELECT DISTINCT word FROM (${wordsOf(THEIRS)}) AS theirs ON CONFLICT DO NOTHING`;

const FORGET_PRACTICES = forget(
  'listed_practices',
  practicesOf(THEIRS),
  `l.savoir_faire = old.savoir_faire AND l.profession = old.profession AND l.department = old.department
    AND l.active = old.active AND l.name_key = old.name_key AND l.person_id = old.id`,
);

const ADD_PRACTICES = `INSERT INTO listed_practices ${practicesOf(THEIRS)}`;

const KNOW_PRACTICES = `
  INSERT INTO known_practices SELECT DISTINCT ${PRACTICE} FROM (${practicesOf(THEIRS)}) AS theirs
  ON CONFLICT DO NOTHING`;
