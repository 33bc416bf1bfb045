/** The part of a statement after WHERE, put together from constants of the program; values only travel as parameters. */
export interface Conditions {
  /** `$1`, for a value. */
  param(value: unknown): string;
  readonly values: readonly unknown[];
}

export function createConditions(): Conditions {
  const values: unknown[] = [];
  return { param: (value) => `$${values.push(value)}`, values };
}

/** What the database is asked for one filter. When it is not `exact` it may find more, and the resources decide. */
export interface Narrowing {
  readonly sql: string;
  readonly exact: boolean;
}

export const everything: Narrowing = { sql: 'true', exact: true };
export const nothing: Narrowing = { sql: 'false', exact: true };
export const undecided: Narrowing = { sql: 'true', exact: false };

export function anyOf(narrowings: readonly Narrowing[]): Narrowing {
  if (narrowings.length === 0) return nothing;
  return {
    sql: `(${narrowings.map(({ sql }) => sql).join(' OR ')})`,
    exact: narrowings.every(({ exact }) => exact),
  };
}

export function allOf(narrowings: readonly Narrowing[]): Narrowing {
  if (narrowings.length === 0) return everything;
  return {
    sql: narrowings.map(({ sql }) => `(${sql})`).join(' AND '),
    exact: narrowings.every(({ exact }) => exact),
  };
}

/** A text as it is, inside a pattern of LIKE. */
export function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, (each) => `\\${each}`);
}

/** What is written with a year of four digits. */
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59Z');

/** `updated_at` inside spans of milliseconds. The database has microseconds, which a resource does not show. */
export function duringAny(
  column: string,
  spans: readonly (readonly [number, number])[],
  { param }: Conditions,
): Narrowing {
  const time = (milliseconds: number) => {
    if (milliseconds < FIRST) return '-infinity';
    return milliseconds > LAST ? 'infinity' : new Date(milliseconds).toISOString();
  };
  return anyOf(
    spans.map(([first, last]) => ({
      sql: `(${column} >= ${param(time(first))}::timestamptz AND ${column} < ${param(time(last + 1))}::timestamptz)`,
      exact: true,
    })),
  );
}
