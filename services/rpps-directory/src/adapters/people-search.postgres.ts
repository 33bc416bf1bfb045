import type { Postgres } from '@psc/datastores';
import { type CodeName, codeListed, type ListedPerson, showListed } from '#src/domain/listing.ts';
import type { Criteria, PeopleSearch } from '#src/ports/people-search.ts';
import { readDescribed } from './described.postgres.ts';
import { formatCursor, type Place, parseCursor } from './search-cursor.ts';

/** One page looks at so many people of an index at most, … */
const MOST_CANDIDATES = 10_000;
/** … or at all who have certain codes, when they are no more than this. */
const FEW = 20_000;
/** It costs nothing to read so many. */
const VERY_FEW = 1_000;
/** Fewer letters are within too many words. */
const SHORTEST_WITHIN = 3;
const WORDS_AT_ONCE = 1_000;
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
 * Reads those who have the rarest word of the name; or those who have the codes, when there is no name, or when so many have it
 * that this hardly finds anybody. Each way reads an index in its order, from the cursor on, and stops once the page is full.
 * The indexes hold all that decides.
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
    const page = await readFirst(criteria, count);
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

  async function readFirst(criteria: Criteria, count: number): Promise<Page> {
    const { words } = criteria;
    const driver = words.length < 2 ? 0 : await findRarest(words);
    const byCodes: Place = { ...START, way: 'codes', driver };
    if (words.length === 0) return read(criteria, count, byCodes);
    const page = await read(criteria, count, { ...START, way: 'word', driver, word: words[driver] ?? '' });
    const isShort = page.next !== undefined && page.nationalIds.length < count;
    if (!isShort || !asksCodes(criteria) || (await countByCodes(criteria)) === FEW) return page;
    return read(criteria, count, byCodes);
  }

  /** Which word fewest people have; those of more people than one page looks at are alike. */
  async function findRarest(words: readonly string[]): Promise<number> {
    for (const most of [VERY_FEW, MOST_CANDIDATES]) {
      const { rows } = await postgres.query<{ people: number }>(COUNT_WORDS, [words, most], 'count-words');
      const counts = rows.map(({ people }) => people);
      const fewest = Math.min(...counts);
      if (fewest < most) return counts.indexOf(fewest);
    }
    return 0;
  }

  /** How many people have these codes, up to `FEW`; who is in several places counts once for each. */
  async function countByCodes(criteria: Criteria): Promise<number> {
    const { rows } = await postgres.query<{ people: number }>(
      COUNT_BY_CODES,
      ranges(criteria),
      'count-codes',
    );
    return rows[0]?.people ?? 0;
  }

  function read(criteria: Criteria, count: number, place: Place): Promise<Page> {
    switch (place.way) {
      case 'word':
        return readWord(criteria, count, place);
      case 'within':
        return readWithin(criteria, count, place);
      case 'codes':
        return readCodes(criteria, count, place);
    }
  }

  async function readWord(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const begins = criteria.words[place.driver] ?? '';
    const from = [begins, begins + LAST, place.word, place.name, place.id];
    const { rows } = await postgres.query<Match>(
      BY_WORD,
      [...from, `${begins}%`, ...filters(criteria, place), count + 1],
      'search-by-word',
    );
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    const further = await postgres.query<Candidate>(FURTHER_WORD, from, 'search-further-word');
    return shortPage(criteria, place, rows, further.rows[0]);
  }

  async function readWithin(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const pattern = `%${criteria.words[place.driver] ?? ''}%`;
    const known = await postgres.query<{ word: string }>(
      WORDS_WITHIN,
      [pattern, place.word, WORDS_AT_ONCE],
      'words-within',
    );
    const words = known.rows.map(({ word }) => word);
    const from = [words, place.word, place.name, place.id];
    const { rows } = await postgres.query<Match>(
      WITHIN,
      [...from, pattern, ...filters(criteria, place), count + 1],
      'search-within',
    );
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    const further = await postgres.query<Candidate>(FURTHER_WITHIN, from, 'search-further-within');
    return shortPage(criteria, place, rows, further.rows[0] ?? afterWords(words));
  }

  async function readCodes(criteria: Criteria, count: number, place: Place): Promise<Page> {
    const values = [...ranges(criteria), patternsOf(criteria, place), place.name, place.id, count + 1];
    const { rows } = await postgres.query<Match>(BY_CODES, values, 'search-by-codes');
    if (rows.length > count) return fullPage(criteria, place, rows.slice(0, count));
    return shortPage(criteria, place, rows);
  }
}

const START = { word: '', name: '', id: '0', driver: 0 } as const;

function longest(words: readonly string[]): number {
  return words.reduce((best, word, at) => (word.length > (words[best]?.length ?? 0) ? at : best), 0);
}

/** When there may be more words than were read at once: no word sorts between one and it with a space. */
function afterWords(words: readonly string[]): Candidate | undefined {
  const last = words.length < WORDS_AT_ONCE ? undefined : words.at(-1);
  return last === undefined ? undefined : { word: `${last} `, name_key: '', person_id: '0' };
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

function asksCodes({ profession, savoirFaire, department }: Criteria): boolean {
  return (profession ?? savoirFaire ?? department) !== undefined;
}

/** Every word, as a pattern of a whole name. */
function patternsOf({ words }: Criteria, { way }: Place): string[] {
  return words.map((word) => (way === 'within' ? `%${word}%` : `% ${word}%`));
}

/** Values of `holds`. */
function filters(criteria: Criteria, place: Place): unknown[] {
  const { profession, savoirFaire, department, inactive } = criteria;
  const listed = (name: CodeName, value: string | undefined) =>
    value === undefined ? '' : codeListed(name, value);
  return [
    patternsOf(criteria, place),
    inactive,
    listed('profession', profession),
    listed('savoir-faire', savoirFaire),
    listed('department', department),
  ];
}

/** From the parameter `first` on: patterns, whether the inactive count, and three codes, any of which may be empty. */
function holds(first: number): string {
  const codes = [2, 3, 4].map((at) => `strpos(w.codes, $${first + at}) > 0`);
  return `(' ' || w.name_key) LIKE ALL ($${first}::text[]) AND (w.active OR $${first + 1}::boolean) AND ${codes.join(' AND ')}`;
}

/**
 * Who has two words that fit is met at the first one only. PostgreSQL believes an array short, and the statement therefore not
 * so long that it should be compiled.
 */
function isFirst(pattern: string): string {
  return `NOT EXISTS (
    SELECT FROM unnest(string_to_array(w.name_key, ' ')) AS word WHERE word LIKE ${pattern} AND word < w.word)`;
}

/** `candidates` have parameters up to the one before `pattern`. */
function among(candidates: string, pattern: number): string {
  return `
    SELECT m.word, m.name_key, m.person_id, p.national_id
    FROM (
      SELECT w.word, w.name_key, w.person_id
      FROM (SELECT word, name_key, person_id, active, codes ${candidates} LIMIT ${MOST_CANDIDATES}) AS w
      WHERE ${holds(pattern + 1)} AND ${isFirst(`$${pattern}`)}
      ORDER BY w.word, w.name_key, w.person_id LIMIT $${pattern + 6}
    ) AS m
    JOIN listed_people p ON p.id = m.person_id
    ORDER BY m.word, m.name_key, m.person_id`;
}

/** The last one that `among` looks at, if there are so many. */
function further(candidates: string): string {
  return `SELECT word, name_key, person_id ${candidates} OFFSET ${MOST_CANDIDATES - 1} LIMIT 1`;
}

const COUNT_WORDS = `
  SELECT (
    SELECT count(*)::int FROM (
      SELECT FROM listed_words WHERE word >= asked.word AND word < asked.word || '${LAST}' LIMIT $2
    ) AS counted
  ) AS people
  FROM unnest($1::text[]) WITH ORDINALITY AS asked (word, place) ORDER BY place`;

const WORD_CANDIDATES = `
  FROM listed_words WHERE word >= $1 AND word < $2 AND (word, name_key, person_id) > ($3, $4, $5::bigint)
  ORDER BY word, name_key, person_id`;
const BY_WORD = among(WORD_CANDIDATES, 6);
const FURTHER_WORD = further(WORD_CANDIDATES);

/** Those that fit first: the index of trigrams knows them, and the one of words would read all. */
const WORDS_WITHIN = `
  WITH fit AS MATERIALIZED (SELECT word FROM known_words WHERE word LIKE $1)
  SELECT word FROM fit WHERE word >= $2 ORDER BY word LIMIT $3`;

const WITHIN_CANDIDATES = `
  FROM listed_words WHERE word = ANY($1) AND (word, name_key, person_id) > ($2, $3, $4::bigint)
  ORDER BY word, name_key, person_id`;
const WITHIN = among(WITHIN_CANDIDATES, 5);
const FURTHER_WITHIN = further(WITHIN_CANDIDATES);

/** Values of `RANGES`. */
function ranges({ profession, savoirFaire, department, inactive }: Criteria): unknown[] {
  return [savoirFaire ?? '', profession, department, inactive ? [true, false] : [true]];
}

/** Where the index of practices has those who are searched for: each range in order, of names and numbers. */
const RANGES = `
  known_practices k CROSS JOIN unnest($4::boolean[]) AS asked (active)
  CROSS JOIN LATERAL (
    SELECT name_key, person_id FROM listed_practices l
    WHERE l.savoir_faire = k.savoir_faire AND l.profession = k.profession AND l.department = k.department
      AND l.active = asked.active`;
const OF_RANGES = `
  k.savoir_faire = $1 AND ($2::text IS NULL OR k.profession = $2) AND ($3::text IS NULL OR k.department = $3)`;

const COUNT_BY_CODES = `
  SELECT count(*)::int AS people
  FROM (SELECT FROM ${RANGES}) AS l WHERE ${OF_RANGES} LIMIT ${FEW}) AS counted`;

/** Who is in several ranges comes once. */
const BY_CODES = `
  SELECT '' AS word, m.name_key, m.person_id, p.national_id
  FROM (
    SELECT DISTINCT l.name_key, l.person_id
    FROM ${RANGES} AND (' ' || name_key) LIKE ALL ($5::text[]) AND (name_key, person_id) > ($6, $7::bigint)
      ORDER BY name_key, person_id LIMIT $8
    ) AS l
    WHERE ${OF_RANGES}
    ORDER BY l.name_key, l.person_id LIMIT $8
  ) AS m
  JOIN listed_people p ON p.id = m.person_id
  ORDER BY m.name_key, m.person_id`;
