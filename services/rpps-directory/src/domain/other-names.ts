import type { PracticeRow } from './described.ts';
import { nameKey, wordsOf } from './name-key.ts';

export type NamedRow = Pick<PracticeRow, 'familyName' | 'givenName' | 'nomDexercice' | 'prenomDexercice'>;

/** How a person is called, by all rows of both files on practice. */
export interface KnownNames {
  /** Keys of whole names: of birth, of practice. */
  readonly familyNames: ReadonlySet<string>;
  /** Each word of each given name; initials tell nothing. */
  readonly givenWords: ReadonlySet<string>;
}

export function knownNames(rows: readonly NamedRow[]): KnownNames {
  return {
    familyNames: keysOf(rows.flatMap(({ familyName, nomDexercice }) => [familyName, nomDexercice])),
    givenWords: new Set(
      rows
        .flatMap(({ givenName, prenomDexercice }) => [givenName, prenomDexercice])
        .flatMap((name) => wordsOf(nameKey(name)))
        .filter((word) => word.length > 1),
    ),
  };
}

function keysOf(names: readonly string[]): Set<string> {
  return new Set(names.map(nameKey).filter((key) => key !== ''));
}

/**
 * Can these not be one person? Only when no family name of one is one of the other, and no given name has a word in common:
 * people marry, and use one of their given names. What a record does not say is no difference.
 */
export function areOtherNames(one: KnownNames, other: KnownNames): boolean {
  return differ(one.familyNames, other.familyNames) && differ(one.givenWords, other.givenWords);
}

function differ(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size > 0 && other.size > 0 && ![...one].some((name) => other.has(name));
}
