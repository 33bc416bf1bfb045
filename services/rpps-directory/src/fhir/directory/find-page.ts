import type { Queryable } from '@psc/datastores';
import type { ResourceType } from '../resources/canonicals.ts';
import { matches } from '../search/matches.ts';
import type { ResourceOf } from '../search/parameters.ts';
import { isTotalAsked, type Search } from '../search/parse-search.ts';
import { allOf, type Conditions, createConditions, type Narrowing } from './conditions.ts';
import type { Page, Position } from './directory.ts';
import { type Kind, kinds, listRows } from './kinds.ts';
import type { Moment } from './narrow.ts';

/**
 * Rows read at once at most, and for one page: what the database finds may not match, and an answer must come. A page may then
 * hold less than was asked for, and lead on.
 */
const ROWS_AT_ONCE = 250;
const MOST_ROWS = 2_000;
/** Counted without being asked for, and at most. */
const CHEAP_TOTAL = 1_000;
const LARGEST_TOTAL = 100_000;
/** Behind every id. */
const END = '\u{10ffff}';

export async function findPage<Type extends ResourceType>(
  postgres: Queryable,
  search: Search<Type>,
  from: Position | undefined,
  moment: Moment,
): Promise<Page<Type>> {
  const { found, next } = await find(postgres, search, from, moment);
  // Of a page further on nothing is counted: the first one said it.
  if (from !== undefined || search.total === 'none') return { found, next, total: undefined };
  const isAll = next === undefined && search.count > 0;
  return { found, next, total: isAll ? found.length : await countAll(postgres, search, moment) };
}

async function find<Type extends ResourceType>(
  postgres: Queryable,
  search: Search<Type>,
  from: Position | undefined,
  moment: Moment,
): Promise<{ readonly found: readonly ResourceOf[Type][]; readonly next: Position | undefined }> {
  const kind: Kind<Type> = kinds[search.type];
  // The row that we come from, those of the page, and one after them; more when they turn out not to match.
  let limit = Math.min(search.count + 2, ROWS_AT_ONCE);
  const found: ResourceOf[Type][] = [];
  let position = from;
  if (search.count === 0) return { found, next: undefined };
  let read = 0;
  while (read < MOST_ROWS) {
    const rows = await listRows(postgres, kind, narrowing(search, moment), { from: position?.row, limit });
    const resources = await kind.resources(postgres, rows, moment.now);
    for (const [at, { id: row }] of rows.entries()) {
      for (const resource of resources[at] ?? []) {
        const id = resource.id ?? '';
        if (position?.row === row && id <= position.after) continue;
        if (search.filters.every((filter) => matches<Type>(resource, filter, moment))) {
          if (found.length === search.count) return { found, next: position };
          found.push(resource);
        }
        position = { row, after: id };
      }
      position = { row, after: END };
    }
    if (rows.length < limit) return { found, next: undefined };
    read += limit;
    limit = Math.min(limit * 4, ROWS_AT_ONCE);
  }
  return { found, next: position };
}

function narrowing<Type extends ResourceType>(search: Search<Type>, moment: Moment) {
  const kind: Kind<Type> = kinds[search.type];
  return (conditions: Conditions): Narrowing =>
    allOf([
      kind.tellable(conditions, moment.now),
      ...search.filters.map((filter) => kind.narrow(filter, conditions, moment)),
    ]);
}

/** Undefined when it would be long to count. */
async function countAll<Type extends ResourceType>(
  postgres: Queryable,
  search: Search<Type>,
  moment: Moment,
): Promise<number | undefined> {
  const conditions = createConditions();
  const { sql, exact } = narrowing(search, moment)(conditions);
  const where = `SELECT FROM ${kinds[search.type].table} WHERE ${sql}`;
  if (search.total === 'estimate') {
    const { rows } = await postgres.query<Plan>(`EXPLAIN (FORMAT JSON) ${where}`, conditions.values);
    return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'];
  }
  const most = search.total === 'accurate' ? LARGEST_TOTAL : CHEAP_TOTAL;
  const count = async (limit: number) => {
    const { rows } = await postgres.query<{ total: string }>(
      `SELECT count(*) AS total FROM (${where} LIMIT ${limit}) AS found`,
      conditions.values,
    );
    return Number(rows[0]?.total ?? 0);
  };
  // A person has any number of roles.
  if (exact && search.type !== 'PractitionerRole') {
    const total = await count(most + 1);
    return total > most ? undefined : total;
  }
  // Only reading them tells, which is done for whoever asks, when they are not many.
  if (!isTotalAsked(search) || (await count(MOST_ROWS)) === MOST_ROWS) return undefined;
  const all = await find(postgres, { ...search, count: Number.POSITIVE_INFINITY }, undefined, moment);
  return all.next === undefined ? all.found.length : undefined;
}

interface Plan {
  readonly 'QUERY PLAN': readonly { readonly Plan: { readonly 'Plan Rows': number } }[];
}
