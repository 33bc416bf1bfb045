/** Why a row of a file is set aside. The others are imported; whom it is about is not struck off by it. */
const rejectReasons = [
  'column_count',
  'not_text',
  'value_too_long',
  'line_too_long',
  'national_id_malformed',
  'other_identifiers_malformed',
  // The row is about nobody and no structure.
  'subject_missing',
  // Not the row but one of its other identifiers: nobody gets it.
  'identifier_claimed_twice',
  'identifier_of_another',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** One bad row. Whom it is about, when that much can be read; never what it held. */
export interface RejectedRow {
  /** Line of the file, the header being 1. */
  readonly line: number;
  readonly reason: RejectReason;
  readonly subject?: string;
}

/**
 * What is odd in a row that is imported all the same: a number whose check digit is wrong (documentation and test numbers
 * of the ANS fail it), or three columns of identifier that contradict each other.
 */
export const warningReasons = [
  'rpps_key',
  'adeli_key',
  'finess_key',
  'siren_key',
  'siret_key',
  'rpps_rang_key',
  'identifier_parts_differ',
] as const;
export type WarningReason = (typeof warningReasons)[number];

/** How often, and where first. */
export interface Warning {
  readonly reason: WarningReason;
  readonly count: number;
  readonly firstLines: readonly number[];
}

const MOST_FIRST_LINES = 5;

/** What was counted before, and what one more batch counted. */
export function addWarnings(before: readonly Warning[], more: readonly Warning[]): Warning[] {
  return warningReasons.flatMap((reason) => {
    const both = [...before, ...more].filter((warning) => warning.reason === reason);
    if (both.length === 0) return [];
    return {
      reason,
      count: both.reduce((sum, { count }) => sum + count, 0),
      firstLines: both.flatMap(({ firstLines }) => firstLines).slice(0, MOST_FIRST_LINES),
    };
  });
}
