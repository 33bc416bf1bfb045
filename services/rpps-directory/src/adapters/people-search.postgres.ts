import type { Postgres } from '@psc/datastores';
import { type ListedPerson, showListed } from '#src/domain/listing.ts';
import type { Criteria, PeopleSearch } from '#src/ports/people-search.ts';
import { readDescribed } from './described.postgres.ts';
import { formatCursor, type Place, parseCursor } from './search-cursor.ts';

/** One page looks at so many people of an index at most, … */
const MOST_CANDIDATES = 3_000;
/** … or at all who have certain facets, when PostgreSQL believes them fewer than this. */
const FEW = 20_000;
const COUNTED = 5_000;
/** Fewer letters are within too many words. */
const SHORTEST_WITHIN = 3;
const WORDS_AT_ONCE = 100;
/** So many people have a word: it is read alone. */
const MANY = 500;
/** After every name: no word holds this character. */
const LAST = '\u{10ffff}';

const shownKinds = ['personne_activite', 'pro_sante_connect', 'savoir_faire'] as const;

interface Page {
  readonly nationalIds: readonly string[];
  readonly next?: string | undefined;
}
interface Candidate {
  readonly word: string;
  readonly name_key: string;
  readonly person_id: string;
}
interface Match extends Candidate {
  readonly national_id: string;
}

/**
 * Chooses what to read first, by how many people it would have to look at: the rarest word of the name, or the facets. Each
 * way reads an index in its order, from the cursor on, and stops once the page is full.
 */
export function createPostgresPeopleSearch({ postgres }: { postgres: Postgres }): PeopleSearch {
  return {
    async search(criteria, count, cursor) {
      const page = await find(criteria, count, cursor);
      return page && { people: await show(page.nationalIds), next: page.next };
    },
  };

  async function find(criteria: Criteria, count: number, cursor?: string): Promise<Page | undefined> {
    if (cursor !== undefined) {
      const place = parseCursor(criteria, cursor);
      return place && read(criteria, count, place);
    }
    const page = await read(criteria, count, await chooseWay(criteria));
    const nobody = page.nationalIds.length === 0 && page.next === undefined;
    const canBeWithin =
      criteria.words.length > 0 && criteria.words.every((word) => word.length >= SHORTEST_WITHIN);
    if (!nobody || !canBeWithin) return page;
    const driver = longest(criteria.words);
    return read(criteria, count, { ...START, way: 'within', driver });
  }

  /** As the register says now: what the index says may be some seconds old. */
  async function show(nationalIds: readonly string[]): Promise<ListedPerson[]> {
    const described = await readDescribed(postgres, shownKinds, nationalIds);
    return nationalIds.flatMap((nationalId) => {
      const theirs = described.get(nationalId);
      return (theirs && showListed(theirs)) ?? [];
    });
  }

  async function chooseWay({ words, facets }: Criteria): Promise<Place> {
    const [fewest, counts] = await Promise.all([estimate(facets), countWords(words)]);
    const rarest = Math.min(...counts);
    const driver = Math.max(0, counts.indexOf(rarest));
    const byFacets = facets.length > 0 && fewest <= FEW && (words.length === 0 || fewest < rarest);
    if (byFacets) return { ...START, way: 'facets', driver };
    return { ...START, way: words.length > 0 ? 'word' : 'everybody', driver, word: words[driver] ?? '' };
  }

  /** What the planner believes; a facet that it never heard of is rare. */
  async function estimate(facets: readonly string[]): Promise<number> {
    if (facets.length === 0) return Number.POSITIVE_INFINITY;
    const { rows } = await postgres.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
      'EXPLAIN (FORMAT JSON) SELECT FROM listed_people WHERE facets @> $1::text[]',
      [facets],
    );
    return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  }

  /** How many people have a word that begins so; beyond `COUNTED` it does not matter. */
  async function countWords(words: readonly string[]): Promise<number[]> {
    if (words.length === 0) return [];
    const { rows } = await postgres.query<{ people: number }>(COUNT, [words], 'count-words');
    return rows.map(({ people }) => people);
  }

  function read(criteria: Criteria, count: number, place: Place): Promise<Page> {
    switch (place.way) {
      case 'word':
        return readWord(criteria, count, place);
      case 'within':
        return readWithin(criteria, count, place);
      case 'facets':
        return readFacets(criteria, count, place);
      case 'everybody':
        return readEverybody(criteria, count, place);
    }
  }

  async function readWord(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const begins = criteria.words[place.driver] ?? '';
    const range = { from: begins, to: begins + LAST, pattern: `${begins}%` };
    return readRange(criteria, count, place, range);
  }

  async function readRange(criteria: Criteria, count: number, place: Place, range: Range): Promise<Page> {
    const from = [range.from, range.to, place.word, place.name, place.id];
    const { rows } = await postgres.query<Match>(
      BY_WORD,
      [...from, range.pattern, ...filters(criteria, place), count + 1],
      'search-by-word',
    );
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    const further = await postgres.query<Candidate>(FURTHER_WORD, from, 'search-further-word');
    return shortPage(criteria, place, rows, further.rows[0] ?? range.next);
  }

  async function readWithin(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const pattern = `%${criteria.words[place.driver] ?? ''}%`;
    const { rows: known } = await postgres.query<{ word: string; people: number }>(
      WORDS_WITHIN,
      [pattern, place.word, WORDS_AT_ONCE],
      'words-within',
    );
    const [first] = known;
    if (!first) return shortPage(criteria, place, []);
    if (first.people >= MANY) {
      const range = { from: first.word, to: after(first.word), pattern, next: afterWord(first.word) };
      return readRange(criteria, count, place, range);
    }
    const words = smallOnes(known);
    const { rows } = await postgres.query<Match>(
      BY_WORDS,
      [words, place.word, place.name, place.id, pattern, ...filters(criteria, place), count + 1],
      'search-by-words',
    );
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    const isEnd = words.length === known.length && known.length < WORDS_AT_ONCE;
    return shortPage(criteria, place, rows, isEnd ? undefined : afterWord(words.at(-1) ?? ''));
  }

  async function readFacets(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const values = [place.name, place.id, ...filters(criteria, place), count + 1];
    const { rows } = await postgres.query<Match>(BY_FACETS, values, 'search-by-facets');
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    return shortPage(criteria, place, rows);
  }

  async function readEverybody(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const from = [place.name, place.id];
    const values = [...from, ...filters(criteria, place), count + 1];
    const { rows } = await postgres.query<Match>(BY_NAME, values, 'search-by-name');
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    const further = await postgres.query<Candidate>(FURTHER_NAME, from, 'search-further-name');
    return shortPage(criteria, place, rows, further.rows[0]);
  }
}

/** Words of an index, in its order: from one on, up to and without another. */
interface Range {
  readonly from: string;
  readonly to: string;
  /** What they have in common: who has two of them is met at the first one. */
  readonly pattern: string;
  /** Where to go on when all of it was read. */
  readonly next?: Candidate;
}

const START = { word: '', name: '', id: '0', driver: 0 } as const;

function longest(words: readonly string[]): number {
  return words.reduce((best, word, at) => (word.length > (words[best]?.length ?? 0) ? at : best), 0);
}

/** No word sorts between a word and this. */
function after(word: string): string {
  return `${word} `;
}

function afterWord(word: string): Candidate {
  return { word: after(word), name_key: '', person_id: '0' };
}

/** The first words, as long as they have few people each, and not too many together. */
function smallOnes(known: readonly { readonly word: string; readonly people: number }[]): string[] {
  const words: string[] = [];
  let sum = 0;
  for (const { word, people } of known) {
    sum += people;
    if (people >= MANY || sum > MOST_CANDIDATES) break;
    words.push(word);
  }
  return words;
}

/** Goes on after its last one. */
function fullPage(criteria: Criteria, place: Place, rows: readonly Match[]): Page {
  return shortPage(criteria, place, rows, rows.at(-1));
}

/** Goes on after the last one looked at, unless all of them were. */
function shortPage(criteria: Criteria, place: Place, rows: readonly Match[], last?: Candidate): Page {
  return {
    nationalIds: rows.map(({ national_id }) => national_id),
    next:
      last && formatCursor(criteria, { ...place, word: last.word, name: last.name_key, id: last.person_id }),
  };
}

/** Values of `holds`: every word as a pattern of a whole name, facets, and whether the inactive count. */
function filters({ words, facets, inactive }: Criteria, { way }: Place): unknown[] {
  const patterns = words.map((word) => (way === 'within' ? `%${word}%` : `% ${word}%`));
  return [patterns, facets, inactive];
}

/** From the parameter `first` on: patterns, facets, inactive. */
function holds(first: number, name: string): string {
  return `(' ' || ${name}) LIKE ALL ($${first}::text[]) AND p.facets @> $${first + 1}::text[]
    AND (p.active OR $${first + 2}::boolean)`;
}

/** Who has two words that fit is met at the first one only. */
function isFirst(pattern: string): string {
  return `NOT EXISTS (
    SELECT FROM string_to_table(w.name_key, ' ') AS word WHERE word LIKE ${pattern} AND word < w.word)`;
}

const COUNT = `
  SELECT (
    SELECT count(*)::int FROM (
      SELECT FROM listed_words WHERE word >= asked.word AND word < asked.word || '${LAST}' LIMIT ${COUNTED}
    ) AS counted
  ) AS people
  FROM unnest($1::text[]) WITH ORDINALITY AS asked (word, place) ORDER BY place`;

const RANGE = `
  FROM listed_words WHERE word >= $1 AND word < $2 AND (word, name_key, person_id) > ($3, $4, $5::bigint)
  ORDER BY word, name_key, person_id`;

const BY_WORD = `
  SELECT w.word, w.name_key, w.person_id, p.national_id
  FROM (SELECT word, name_key, person_id ${RANGE} LIMIT ${MOST_CANDIDATES}) AS w
  JOIN listed_people p ON p.id = w.person_id
  WHERE ${isFirst('$6')} AND ${holds(7, 'w.name_key')}
  ORDER BY w.word, w.name_key, w.person_id LIMIT $10`;

/** The last one that `BY_WORD` looks at, if there are so many. */
const FURTHER_WORD = `SELECT word, name_key, person_id ${RANGE} OFFSET ${MOST_CANDIDATES - 1} LIMIT 1`;

/** Those that fit first: the index of trigrams knows them, and the one of words would read all. */
const WORDS_WITHIN = `
  WITH fit AS MATERIALIZED (SELECT word FROM known_words WHERE word LIKE $1)
  SELECT word, (
    SELECT count(*)::int FROM (SELECT FROM listed_words l WHERE l.word = k.word LIMIT ${MANY}) AS counted
  ) AS people
  FROM (SELECT word FROM fit WHERE word >= $2 ORDER BY word LIMIT $3) AS k
  ORDER BY word`;

const BY_WORDS = `
  SELECT w.word, w.name_key, w.person_id, p.national_id
  FROM (
    SELECT l.word, l.name_key, l.person_id
    FROM unnest($1::text[]) AS asked (word) CROSS JOIN LATERAL (
      SELECT * FROM listed_words l
      WHERE l.word = asked.word AND (l.word, l.name_key, l.person_id) > ($2, $3, $4::bigint)
      ORDER BY l.name_key, l.person_id LIMIT ${MOST_CANDIDATES}
    ) AS l
    ORDER BY l.word, l.name_key, l.person_id
  ) AS w
  JOIN listed_people p ON p.id = w.person_id
  WHERE ${isFirst('$5')} AND ${holds(6, 'w.name_key')}
  ORDER BY w.word, w.name_key, w.person_id LIMIT $9`;

/** Without the facets themselves, which would make of what is sorted more than fits in memory. */
const BY_FACETS = `
  WITH those AS MATERIALIZED (
    SELECT id, national_id, name_key FROM listed_people
    WHERE facets @> $4::text[] AND (active OR $5::boolean) AND (' ' || name_key) LIKE ALL ($3::text[])
  )
  SELECT '' AS word, name_key, id AS person_id, national_id FROM those
  WHERE (name_key, id) > ($1, $2::bigint)
  ORDER BY name_key, id LIMIT $6`;

const ALL = `
  FROM listed_people WHERE (name_key, id) > ($1, $2::bigint) ORDER BY name_key, id`;

const BY_NAME = `
  SELECT '' AS word, p.name_key, p.id AS person_id, p.national_id
  FROM (SELECT id, national_id, name_key, active, facets ${ALL} LIMIT ${MOST_CANDIDATES}) AS p
  WHERE ${holds(3, 'p.name_key')}
  ORDER BY p.name_key, p.id LIMIT $6`;

const FURTHER_NAME = `
  SELECT '' AS word, name_key, id AS person_id ${ALL} OFFSET ${MOST_CANDIDATES - 1} LIMIT 1`;
