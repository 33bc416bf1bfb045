import { type FileKind, parseRows, storedFields } from './stored-rows.ts';

/**
 * The fields that do not have the same values before and after, in whatever rows. When they all have, the rows combine them
 * otherwise, or are in another order: `rows`.
 */
export function differingFields<Kind extends FileKind>(kind: Kind, before: string, after: string): string[] {
  if (before === after) return [];
  const [was, is] = [parseRows(kind, before), parseRows(kind, after)];
  const fields: readonly (keyof (typeof was)[number] & string)[] = storedFields[kind];
  const differing = fields.filter((field) => {
    const values = (rows: typeof was) =>
      JSON.stringify([...new Set(rows.map((row) => row[field]))].toSorted());
    return values(was) !== values(is);
  });
  return differing.length > 0 ? differing : ['rows'];
}
