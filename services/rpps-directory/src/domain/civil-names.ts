import { type Described, type Practised, restrictedRow } from './described.ts';
import { firstGivenName } from './given-name.ts';

export interface Names {
  readonly familyName: string;
  readonly givenName: string;
}

/**
 * Civil names are the restricted file's, even of who left it: the public one does not take them back. Of whom it never
 * described, and where it says nothing, they are the names of practice.
 */
export function civilNames(described: Described, practised: Practised): Names {
  const restricted = restrictedRow(described, practised);
  const { nomDexercice = '', prenomDexercice = '' } = restricted ?? practised.rows[0] ?? {};
  return {
    familyName: restricted?.familyName || nomDexercice,
    givenName: firstGivenName(restricted?.givenName ?? '', prenomDexercice) || prenomDexercice,
  };
}
