import { type Warning, warningReasons } from '#src/domain/row-problems.ts';

const MOST_FIRST_LINES = 5;

/** Of pairs: the index of a reason, and a line. */
export function countWarnings(warned: readonly number[]): Warning[] {
  const counted = warningReasons.map((reason) => ({ reason, count: 0, firstLines: [] as number[] }));
  for (let i = 0; i < warned.length; i += 2) {
    const warning = counted[warned[i] ?? 0];
    if (!warning) continue;
    warning.count++;
    if (warning.firstLines.length < MOST_FIRST_LINES) warning.firstLines.push(warned[i + 1] ?? 0);
  }
  return counted.filter(({ count }) => count > 0);
}
