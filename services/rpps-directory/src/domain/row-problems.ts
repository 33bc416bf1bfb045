/**
 * Why a row of a file is set aside. The others are imported; whom it is about is not struck off by it.
 * docs/reference/register-files.md prints it.
 */
export const rejectReasons = {
  column_count: 'It has more or fewer columns than the header, or was cut.',
  not_text: 'It holds bytes that are not text in the encoding of the file, or that a database cannot hold.',
  value_too_long: 'A value has more than 512 characters.',
  line_too_long: 'It is longer than 64 KiB.',
  national_id_malformed: 'It has no national identifier, or what is there is none.',
  other_identifiers_malformed: 'The other identifiers are not understood, or are more than 19.',
  subject_missing: 'It is about nobody and no structure.',
  identifier_claimed_twice:
    'Not the row but one of its other identifiers: two people declare it, so nobody gets it.',
  identifier_of_another: 'Likewise: it is an RPPS number, which is for life.',
  identifier_of_other_names:
    'Likewise: it has a record of its own, and neither a family name nor a given name of the two is the same. It stays its record’s. If they are one person, `--force "<reason>"`.',
} as const;
export type RejectReason = keyof typeof rejectReasons;

/** One bad row. Whom it is about, when that much can be read; never what it held. */
export interface RejectedRow {
  /** Line of the file, the header being 1. */
  readonly line: number;
  readonly reason: RejectReason;
  readonly subject?: string;
}

/**
 * What is odd in a row that is imported all the same: documentation and test numbers of the ANS have wrong keys too.
 * docs/reference/register-files.md prints it.
 */
export const warnings = {
  rpps_key: 'The Luhn key of an RPPS number is wrong.',
  adeli_key: 'That of an ADELI number of nine digits is.',
  finess_key: 'That of a FINESS number of nine digits is.',
  siren_key: 'That of a SIREN number is.',
  siret_key: 'That of a SIRET number is; those of La Poste have their own.',
  rpps_rang_key: 'That of an RPPS-rang, the identifier of a practice, is.',
  identifier_parts_differ: 'The type and the identifier are not, together, the national identifier.',
  other_names_forced:
    'Another identifier has a record of its own, of somebody of other names. An operator said by `--force` that they are one person.',
} as const;
export type WarningReason = keyof typeof warnings;
// The keys are exactly the reasons, which Object.keys cannot express.
export const warningReasons = Object.keys(warnings) as readonly WarningReason[];

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
