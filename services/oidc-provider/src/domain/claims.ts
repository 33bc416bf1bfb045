import { activityFields, exerciceFields } from '@psc/kernel';
import type { Activity, Exercice, Professional } from './professional.ts';

/** The year whose shape of UserInfo an application expects. */
export type ClaimsGeneration = '2021' | '2023' | '2024';

/** How the professional proved who they are, as PSC names it. */
export type AuthMode = 'CARD' | 'MOBILE';

/** The claims that the ID token and UserInfo share. No e-mail and no `name`: PSC gives neither. */
export interface IdentityClaims {
  readonly SubjectNameID: string;
  readonly preferred_username: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly authMode: AuthMode;
}

export interface UserInfoClaims extends IdentityClaims {
  readonly codeCivilite: string;
  readonly codeGenreActivite: string;
  readonly otherIds: Professional['otherIds'];
  /** One per profession: the code in the value set JDV_J65-SubjectRole-DMP. */
  readonly SubjectRole: readonly string[];
  readonly Secteur_Activite: string;
  readonly SubjectOrganization: string;
  readonly SubjectOrganizationID: string;
  readonly Mode_Acces_Raison: string;
  readonly Acces_Regulation_Medicale: string;
  readonly UITVersion: string;
  readonly Palier_Authentification: string;
  readonly PSI_Locale: string;
  readonly SubjectRefPro: { readonly codeCivilite: string; readonly exercices: readonly Exercice[] };
}

const SUBJECT_ROLE = '1.2.250.1.213.1.1.5.5';
const SECTEUR_ACTIVITE = '1.2.250.1.71.4.2.4';

export function identityClaims(professional: Professional, authMode: AuthMode): IdentityClaims {
  return {
    SubjectNameID: professional.nationalId,
    preferred_username: professional.nationalId,
    given_name: professional.givenName,
    family_name: professional.familyName,
    authMode,
  };
}

/**
 * UserInfo as Pro Santé Connect gives it since November 2023. What concerns one place of work at the top level
 * (`Secteur_Activite`, `SubjectOrganization`…) is that of the first activity. A value the register does not have is '',
 * never null or absent; lists may be empty. Only the named columns leave, whatever else the record holds.
 */
export function userInfoClaims(
  professional: Professional,
  authMode: AuthMode,
  generation: ClaimsGeneration,
): UserInfoClaims {
  switch (generation) {
    case '2021':
    case '2023':
    case '2024': {
      const [first] = professional.exercices.flatMap((exercice) => exercice.activities);
      return {
        ...identityClaims(professional, authMode),
        codeCivilite: professional.codeCivilite,
        codeGenreActivite: first?.codeGenreActivite ?? '',
        otherIds: professional.otherIds.map(({ identifiant, origine, qualite }) => ({
          identifiant,
          origine,
          qualite,
        })),
        SubjectRole: subjectRoles(professional),
        Secteur_Activite: coded(first?.codeSecteurDactivite ?? '', SECTEUR_ACTIVITE),
        SubjectOrganization: first?.raisonSocialeSite || first?.enseigneCommercialeSite || '',
        SubjectOrganizationID: first?.identifiantTechniqueDeLaStructure ?? '',
        Mode_Acces_Raison: '',
        Acces_Regulation_Medicale: 'FAUX',
        UITVersion: '1.0',
        Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
        PSI_Locale: '1.2.250.1.213.1.3.1.1',
        SubjectRefPro: {
          codeCivilite: professional.codeCivilite,
          exercices: professional.exercices.map((exercice) => ({
            ...pick(exercice, exerciceFields),
            activities: exercice.activities.map((activity): Activity => pick(activity, activityFields)),
          })),
        },
      };
    }
  }
}

function subjectRoles(professional: Professional): string[] {
  const professions = professional.exercices.map((exercice) => exercice.codeProfession);
  return [...new Set(professions)].filter(Boolean).map((code) => coded(code, SUBJECT_ROLE));
}

/** `code^OID`, or '' without a code. */
function coded(code: string, oid: string): string {
  return code === '' ? '' : `${code}^${oid}`;
}

function pick<Column extends string>(
  record: Readonly<Record<Column, string>>,
  columns: readonly Column[],
): Record<Column, string> {
  // Object.fromEntries loses the keys' type: they are `columns`, all of them.
  return Object.fromEntries(columns.map((column) => [column, record[column]])) as Record<Column, string>;
}
