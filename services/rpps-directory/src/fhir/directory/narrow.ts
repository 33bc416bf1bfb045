import { savoirFaireTableOf, type TableName, tables } from '@psc/nomenclatures';
import { type FacetName, facet } from '#src/domain/listing.ts';
import { beginningOf } from '#src/domain/name-key.ts';
import { identifierSystems, identifierTypes } from '../resources/canonicals.ts';
import { parseRoleId } from '../resources/practitioner-role.ts';
import type { ResourceOf } from '../search/parameters.ts';
import type { Filter } from '../search/parse-search.ts';
import {
  dateAskedOf,
  fold,
  spansOf,
  spellingsOf,
  stringOf,
  type Token,
  tokenOf,
  typedTokenOf,
} from '../search/values.ts';
import {
  anyOf,
  type Conditions,
  duringAny,
  everything,
  literally,
  type Narrowing,
  nothing,
  undecided,
} from './conditions.ts';

/** What a filter asks the database for. `p` is `listed_people`, `s` is `published_structures`. */

export interface Moment {
  readonly now: number;
  readonly base: string;
}

type PersonFilter = Filter<ResourceOf['Practitioner']> | Filter<ResourceOf['PractitionerRole']>;

/** Does the last public file show them, as FHIR says `active`? */
const ACTIVE_PERSON = 'p.published';

/** Who left is told for a month. */
export const TOLD_FOR_MS = 30 * 86_400_000;

/** What may be told of people: those whom a public file shows, or showed not long ago. */
export function tellablePeople({ param }: Conditions, now: number): Narrowing {
  const since = `${param(new Date(now - TOLD_FOR_MS).toISOString())}::timestamptz`;
  return { sql: `p.published IS NOT NULL AND (${ACTIVE_PERSON} OR p.updated_at > ${since})`, exact: true };
}

export function tellableStructures({ param }: Conditions, now: number): Narrowing {
  return {
    sql: `(s.active OR s.updated_at > ${param(new Date(now - TOLD_FOR_MS).toISOString())}::timestamptz)`,
    exact: true,
  };
}

/** What only active ones have is asked of those alone. */
const ofActive = ({ sql, exact }: Narrowing): Narrowing => ({ sql: `${ACTIVE_PERSON} AND ${sql}`, exact });

export function narrowPractitioners(
  filter: Filter<ResourceOf['Practitioner']>,
  conditions: Conditions,
  moment: Moment,
): Narrowing {
  const { parameter, modifier, alternatives } = filter;
  switch (parameter.name) {
    case '_id':
      return withoutSystem(
        alternatives,
        peopleById(
          alternatives.map((each) => tokenOf(each).code ?? ''),
          conditions,
        ),
      );
    case '_lastUpdated':
      return duringAny('p.updated_at', spansAsked(alternatives, moment.now), conditions);
    case 'active':
      return activePeople(alternatives, false, conditions, moment);
    case 'identifier':
      return anyOf(alternatives.map((each) => peopleByIdentifier(each, modifier === 'of-type', conditions)));
    case 'identifier-type':
      return anyOf(alternatives.map((each) => peopleByIdentifierType(tokenOf(each))));
    case 'family':
    case 'given':
      return ofActive(
        anyOf(
          alternatives.map((each) =>
            peopleByName(
              parameter.name === 'family' ? 'family_key' : 'given_key',
              stringOf(each),
              modifier,
              conditions,
            ),
          ),
        ),
      );
    case 'name':
      return ofActive(
        anyOf(alternatives.map((each) => peopleByAnyName(stringOf(each), modifier, conditions))),
      );
    case 'number-smartcard':
      return said('porteurs', alternatives, modifier, conditions);
    case 'type-smartcard':
      return ofActive(byFacets(alternatives, [['R87', 'card-type']], conditions));
    case 'qualification-code':
      return ofActive(byFacets(alternatives, qualificationFacets, conditions));
    default:
      return ofPeople(filter, conditions);
  }
}

export function narrowRoles(
  filter: Filter<ResourceOf['PractitionerRole']>,
  conditions: Conditions,
  moment: Moment,
): Narrowing {
  const { parameter, alternatives } = filter;
  switch (parameter.name) {
    case '_id':
    case 'identifier': {
      const ids = alternatives.map((each) => tokenOf(each).code);
      // Every role has an identifier of the system, and which system it is the resources tell.
      if (ids.includes(undefined)) return undecided;
      return inexact(
        peopleById(
          ids.map((id = '') => parseRoleId(id.toLowerCase())?.personId ?? ''),
          conditions,
        ),
      );
    }
    case '_lastUpdated': {
      const spans = spansAsked(alternatives, moment.now);
      const former = duringAny('left_at', spans, conditions).sql;
      return inexact(
        anyOf([
          duringAny('p.updated_at', spans, conditions),
          { sql: `p.national_id IN (SELECT national_id FROM published_roles WHERE ${former})`, exact: false },
        ]),
      );
    }
    case 'active':
      return inexact(activePeople(alternatives, true, conditions, moment));
    case 'practitioner':
      return inexact(
        peopleById(
          alternatives.map((each) => lastPart(stringOf(each))),
          conditions,
        ),
      );
    case 'organization':
      return {
        sql: `p.national_id IN (SELECT national_id FROM published_roles
          WHERE left_at IS NULL AND structure_id = ANY(${conditions.param(alternatives.map((each) => lastPart(stringOf(each))))}::text[]))`,
        exact: false,
      };
    case 'role':
      return inexact(byFacets(alternatives, roleFacets, conditions));
    default:
      return inexact(ofPeople(filter, conditions));
  }
}

/** What both kinds of resource are asked. */
function ofPeople({ parameter, modifier, alternatives }: PersonFilter, conditions: Conditions): Narrowing {
  switch (parameter.name) {
    case 'mailbox-mss':
      return said('mssante', alternatives, modifier, conditions);
    case 'data-information-system':
      return alternatives.some((each) => tokenOf(each).code?.toUpperCase() === 'RPPS')
        ? withoutSystem(alternatives, everything)
        : nothing;
    case 'data-registration-authority':
      return inexact(byFacets(alternatives, [['R60', 'authority']], conditions));
    default:
      return undecided;
  }
}

/** None of these elements has a system: whether one was asked for, the resources tell. */
function withoutSystem(alternatives: readonly string[], { sql, exact }: Narrowing): Narrowing {
  return { sql, exact: exact && alternatives.every((each) => tokenOf(each).system === undefined) };
}

const inexact = ({ sql }: Narrowing): Narrowing => ({ sql, exact: false });

function spansAsked(alternatives: readonly string[], now: number) {
  return alternatives.flatMap((each) => {
    const asked = dateAskedOf(each);
    return asked ? spansOf(asked, now) : [];
  });
}

/** `Practitioner/4711` or an address that ends so: the resources decide whether all of it is right. */
function lastPart(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}

function peopleById(ids: readonly string[], { param }: Conditions): Narrowing {
  const numbers = ids.filter((id) => /^\d{1,18}$/.test(id));
  return { sql: `p.id = ANY(${param(numbers)}::bigint[])`, exact: numbers.every((id) => !/^0\d/.test(id)) };
}

function activePeople(
  alternatives: readonly string[],
  roles: boolean,
  { param }: Conditions,
  { now }: Moment,
): Narrowing {
  const asked = new Set(alternatives.map((each) => tokenOf(each).code?.toLowerCase()));
  if (asked.has('true') === asked.has('false'))
    return asked.has('true') ? withoutSystem(alternatives, everything) : nothing;
  if (asked.has('true')) return withoutSystem(alternatives, { sql: ACTIVE_PERSON, exact: true });
  const since = `${param(new Date(now - TOLD_FOR_MS).toISOString())}::timestamptz`;
  const ended = `p.national_id IN (SELECT national_id FROM published_roles WHERE left_at > ${since})`;
  // Asked of the day they left, which is an index; the rest only confirms it.
  return withoutSystem(alternatives, {
    sql: `((p.updated_at > ${since} AND NOT ${ACTIVE_PERSON})${roles ? ` OR ${ended}` : ''})`,
    exact: !roles,
  });
}

function peopleByIdentifier(alternative: string, typed: boolean, { param }: Conditions): Narrowing {
  const asked = typed ? typedTokenOf(alternative) : tokenOf(alternative);
  if (!asked) return nothing;
  const { system, code, type } = asked;
  if (system === '') return nothing;
  const prefixes = (
    [
      ['IDNPS', ''],
      ['RPPS', '8'],
      ['ADELI', '0'],
    ] as const
  ).filter(
    ([name]) =>
      (system === undefined || system === identifierSystems[name]) &&
      (type === undefined || (type.system === identifierTypes && type.code?.toUpperCase() === name)),
  );
  if (code === undefined) return anyOf(prefixes.map(([name]) => peopleByIdentifierType({ code: name })));
  const candidates = prefixes.flatMap(([, prefix]) => spellingsOf(code).map((each) => `${prefix}${each}`));
  return { sql: `p.national_id = ANY(${param(candidates)}::text[])`, exact: false };
}

function peopleByIdentifierType({ system, code }: Token): Narrowing {
  if (system !== undefined && system !== identifierTypes) return nothing;
  const type = code?.toUpperCase();
  if (type === 'IDNPS' || type === undefined) return everything;
  if (type === 'RPPS') return { sql: "p.national_id LIKE '8%'", exact: false };
  return type === 'ADELI' ? { sql: "p.national_id LIKE '0%'", exact: false } : nothing;
}

type HowAsked = Filter<ResourceOf['Practitioner']>['modifier'];

/** Of the index of names; or for `:contains` by that of words, where the longest one leads, and then the whole name is looked at. */
function peopleByName(
  column: 'family_key' | 'given_key',
  value: string,
  modifier: HowAsked,
  { param }: Conditions,
): Narrowing {
  const key = fold('name', value);
  if (key === '') return nothing;
  if (modifier === 'contains') {
    const longest = key.split(' ').toSorted((a, b) => b.length - a.length)[0] ?? key;
    return {
      sql: `p.id IN (SELECT w.person_id FROM known_words k JOIN listed_words w USING (word)
          WHERE k.word LIKE ${param(`%${literally(longest)}%`)}) AND p.${column} LIKE ${param(`%${literally(key)}%`)}`,
      exact: true,
    };
  }
  const begins = beginningOf(key);
  // Of LIKE, PostgreSQL believes a rare name so common that it would look for it through everybody.
  return {
    sql: `(p.${column} >= ${param(begins)} AND p.${column} < ${param(`${begins}\u{10ffff}`)})`,
    exact: modifier === undefined && begins === key,
  };
}

/** The civilities are parts of a name too, and in no index: everybody has one. */
const civilities = ['m', 'mme', 'dr', 'pr', 'mc', 'mg', 'pc', 'pg'];

function peopleByAnyName(value: string, modifier: HowAsked, conditions: Conditions): Narrowing {
  const key = fold('name', value);
  if (
    civilities.some((civility) =>
      modifier === 'contains' ? civility.includes(key) : civility.startsWith(key),
    )
  )
    return key === '' ? nothing : undecided;
  return inexact(
    anyOf([
      peopleByName('family_key', value, modifier, conditions),
      peopleByName('given_key', value, modifier, conditions),
    ]),
  );
}

/** What a file that is small enough to read says: mailboxes and cards. The value follows a separator. */
function said(
  kind: 'mssante' | 'porteurs',
  alternatives: readonly string[],
  modifier: HowAsked,
  { param }: Conditions,
): Narrowing {
  const patterns = alternatives
    .map((each) => fold('address of a mailbox', stringOf(each)))
    .filter((text) => text !== '')
    .map((text) => (modifier === 'contains' ? `%${literally(text)}%` : `%|${literally(text)}%`));
  if (patterns.length === 0) return nothing;
  return {
    sql: `p.national_id IN (SELECT subject FROM described_${kind} WHERE present AND lower(rows) LIKE ANY(${param(patterns)}::text[]))`,
    exact: false,
  };
}

type Facets = readonly (readonly [TableName, FacetName])[];

const savoirFaireTables = ['S', 'C', 'CEX', 'DNQ', 'CAPA', 'PAC', 'FQ', 'SH', 'DEC', 'OP', 'SST'].flatMap(
  (type) => savoirFaireTableOf(type, '') ?? [],
);
const qualificationFacets: Facets = [
  ['G15', 'profession'],
  ['R95', 'profession'],
  ['R94', 'profession'],
  ['R291', 'profession'],
  ['R09', 'category'],
  ['R04', 'savoir-faire-type'],
  ...savoirFaireTables.map((table) => [table, 'savoir-faire'] as const),
  ['R48', 'diploma'],
  ['R14', 'diploma-type'],
];
const roleFacets: Facets = [
  ['R22', 'genre'],
  ['R23', 'mode'],
  ['R21', 'role'],
  ['R85', 'role'],
  ['R96', 'role'],
  ['R06', 'section'],
  ['G05', 'section'],
];

/** Of which a resource may have a code that the table lacks: any diploma that is said to be of the State. */
const openTable: TableName = 'R48';

/** A code of a table, of any table, or every code of a table. */
function byFacets(alternatives: readonly string[], facets: Facets, { param }: Conditions): Narrowing {
  const wanted = new Set<string>();
  let exact = true;
  for (const { system, code } of alternatives.map(tokenOf)) {
    const tablesAsked = facets.filter(([table]) => !system || tables[table].canonicalUrl === system);
    // A code without system, and one of a table that another one shares the facet with, are for the resources to tell.
    if (system !== undefined) exact = false;
    for (const [table, name] of tablesAsked) {
      if (code !== undefined) for (const each of spellingsOf(code)) wanted.add(facet(name, each));
      else if (table === openTable) return undecided;
      else for (const { code: each } of tables[table].concepts) wanted.add(facet(name, each));
    }
  }
  return wanted.size === 0 ? nothing : { sql: `p.facets && ${param([...wanted])}::text[]`, exact };
}

export function narrowStructures(
  { parameter, modifier, alternatives }: Filter<ResourceOf['Organization']>,
  conditions: Conditions,
  { now }: Moment,
): Narrowing {
  const { param } = conditions;
  const byTokens = (kind: string): Narrowing => {
    const codes = alternatives.map(
      (each) => (modifier === 'of-type' ? typedTokenOf(each) : tokenOf(each))?.code,
    );
    // Every code of a system is for the resources to tell.
    if (codes.some((code) => code === undefined)) return undecided;
    const facets = codes.flatMap((code = '') => spellingsOf(code).map((each) => `${kind}:${each}`));
    return { sql: `s.facets && ${param(facets)}::text[]`, exact: false };
  };
  const byKeys = (column: 'names' | 'address'): Narrowing => {
    const keys = alternatives.map((each) => fold('name', stringOf(each))).filter((key) => key !== '');
    const patterns = keys.map((key) => `%${modifier === 'contains' ? '' : '\n'}${literally(key)}%`);
    return { sql: `s.active AND s.${column} LIKE ANY(${param(patterns)}::text[])`, exact: false };
  };
  switch (parameter.name) {
    case '_id':
      return {
        sql: `s.id = ANY(${param(alternatives.map((each) => tokenOf(each).code ?? ''))}::text[])`,
        exact: false,
      };
    case '_lastUpdated':
      return duringAny('s.updated_at', spansAsked(alternatives, now), conditions);
    case 'active': {
      const asked = alternatives.map((each) => tokenOf(each).code?.toLowerCase());
      return {
        sql: `s.active = ANY(${param(asked.filter((code) => code === 'true' || code === 'false'))}::boolean[])`,
        exact: false,
      };
    }
    case 'identifier':
      return byTokens('identifier');
    case 'type':
      return byTokens('type');
    case 'data-information-system':
      return byTokens('system');
    case 'data-registration-authority':
      return byTokens('authority');
    case 'identifier-type':
      return byTokens('identifier-type');
    case 'name':
      // The name of one that closed is told too.
      return { sql: byKeys('names').sql.replace('s.active AND ', ''), exact: false };
    case 'address':
    case 'address-city':
    case 'address-line':
    case 'address-postalcode':
      return byKeys('address');
    case 'partof':
      return {
        sql: `s.part_of = ANY(${param(alternatives.map((each) => lastPart(stringOf(each))))}::text[])`,
        exact: false,
      };
    case 'mailbox-mss': {
      const patterns = alternatives
        .map((each) => fold('address of a mailbox', stringOf(each)))
        .map((text) => (modifier === 'contains' ? `%${literally(text)}%` : `%|${literally(text)}%`));
      return {
        sql: `s.facets && ARRAY(SELECT 'mailbox-of:' || substr(subject, 11) FROM described_mssante
          WHERE subject LIKE 'structure:%' AND present AND lower(rows) LIKE ANY(${param(patterns)}::text[]))`,
        exact: false,
      };
    }
    case 'pharmacy-licence':
      return nothing;
    default:
      return undecided;
  }
}
