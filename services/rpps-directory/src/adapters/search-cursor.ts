import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Criteria } from '#src/ports/people-search.ts';

/**
 * How a search goes on, and after whom:
 * `word` reads the people who have a word beginning by that one of the criteria (`driver`), in their order; `within` those who
 * have it within a word; `codes` those of a profession, a savoir-faire or a department.
 */
// Of names that PostgreSQL holds: it refuses the character 0.
const key = z.string().regex(/^[^\0]*$/);

const placeSchema = z.strictObject({
  way: z.enum(['word', 'within', 'codes']),
  driver: z.int().min(0).max(9),
  word: key.max(1024),
  name: key.max(4096),
  /** Of the last one seen: PostgreSQL's bigint. */
  id: z.string().regex(/^\d{1,18}$/),
});
export type Place = z.infer<typeof placeSchema>;

const cursorSchema = z.strictObject({ of: z.string(), at: placeSchema });

/** A cursor says which search it belongs to: with other criteria it would skip people. */
export function formatCursor(criteria: Criteria, at: Place): string {
  return Buffer.from(JSON.stringify({ of: digest(criteria), at })).toString('base64url');
}

export function parseCursor(criteria: Criteria, cursor: string): Place | undefined {
  try {
    const read = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return read.of === digest(criteria) && read.at.driver < Math.max(1, criteria.words.length)
      ? read.at
      : undefined;
  } catch {
    return undefined;
  }
}

function digest({ words, profession, savoirFaire, department, inactive }: Criteria): string {
  const text = JSON.stringify([words, profession ?? '', savoirFaire ?? '', department ?? '', inactive]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 11);
}
