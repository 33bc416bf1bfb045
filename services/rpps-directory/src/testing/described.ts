import type { Described } from '#src/domain/described.ts';
import { type FileKind, formatRows, type StoredRow, storedFields } from '#src/domain/stored-rows.ts';

/** Rows of a file where all but the fields given are empty, as the register stores them. */
export function stored<Kind extends FileKind>(
  kind: Kind,
  ...rows: readonly Partial<StoredRow<Kind>>[]
): string {
  const empty = Object.fromEntries(storedFields[kind].map((field) => [field, '']));
  return formatRows(
    kind,
    rows.map((row) => ({ ...(empty as StoredRow<Kind>), ...row })),
  );
}

export const cardiologist = {
  codeCivilite: 'MME',
  codeProfession: '10',
  codeCategorieProfessionnelle: 'C',
  codeCiviliteDexercice: 'DR',
  nomDexercice: 'LAMBDA',
  prenomDexercice: 'CAMILLE',
  codeTypeSavoirFaire: 'S',
  codeSavoirFaire: 'SM04',
  codeModeExercice: 'L',
  raisonSocialeSite: 'CABINET DR LAMBDA',
  codePostal: '75009',
} as const;

/** Somebody whom the restricted file shows, unless said otherwise. */
export function described(change: Partial<Described> = {}): Described {
  return {
    nationalId: '899700000013',
    said: {
      pro_sante_connect: {
        present: true,
        rows: stored('pro_sante_connect', { ...cardiologist, familyName: 'LAMBDA', givenName: "CAMILLE''" }),
      },
    },
    others: [],
    lastImported: 'pro_sante_connect',
    ...change,
  };
}
