const MOST_OTHER_IDS = 19;

/** A run while it is read. */
export interface Run {
  readonly subject: string;
  readonly line: number;
  readonly start: number;
  rejectedBefore: number;
  warnedBefore: number;
  keyLength: number;
  count: number;
  rows: string;
  high: number;
  low: number;
  otherIds: readonly string[];
  otherIdsColumn: string;
  phone: string;
  mail: string;
}

const NOBODY_ELSE: readonly string[] = [];

export function newRun(subject: string, line: number, start: number): Run {
  return {
    subject,
    line,
    start,
    rejectedBefore: 0,
    warnedBefore: 0,
    keyLength: 0,
    count: 0,
    rows: '',
    high: 0,
    low: 0,
    otherIds: NOBODY_ELSE,
    otherIdsColumn: '',
    phone: '',
    mail: '',
  };
}

/** What the run declared, and more; undefined when that is too many to be true. */
export function withOthers(
  { subject, otherIds }: Run,
  more: readonly string[],
): readonly string[] | undefined {
  const others = [...new Set([...otherIds, ...more])].filter((identifier) => identifier !== subject);
  return others.length > MOST_OTHER_IDS ? undefined : others;
}

/** Four of the bytes of a digest that was got as characters. */
export function wordAt(sum: string, i: number): number {
  return (
    (sum.charCodeAt(i) << 24) |
    (sum.charCodeAt(i + 1) << 16) |
    (sum.charCodeAt(i + 2) << 8) |
    sum.charCodeAt(i + 3)
  );
}
