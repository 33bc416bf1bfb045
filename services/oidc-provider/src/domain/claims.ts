import { type ActivityField, activityFields, exerciceFields } from '@psc/kernel';
import type { Activity, Exercice, Professional } from './professional.ts';

/**
 * The year whose shape of UserInfo an application expects. Pro Santé Connect changed it twice; what was seen of real answers:
 *
 *                                        2021      2023      2024 (from November 2023 on)
 *   email_verified                       false     false     –
 *   authMode, otherIds                   –         there     there
 *   codeCivilite at the top level        –         –         there
 *   codeGenreActivite, top and activity  –         –         there
 *   keys of an activity                  29        29        30
 *
 * `SubjectRefPro.codeCivilite` was seen until 2023; it stays in 2024 beside the other, since who reads it there finds it.
 * Nothing else differs, and tokens are the same for all. (psc-protocol §3, "Drift".)
 */
export type ClaimsGeneration = '2021' | '2023' | '2024';

/** How the professional proved who they are, as PSC names it. */
export type AuthMode = 'CARD' | 'MOBILE';

/** The claims that the ID token and UserInfo share. No e-mail and no `name`: PSC gives neither. */
export interface IdentityClaims {
  readonly SubjectNameID: string;
  readonly preferred_username: string;
  readonly given_name: string;
  readonly family_name: string;
}

/** What UserInfo said at all times. */
interface LastingClaims extends IdentityClaims {
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
}

export interface UserInfo2021 extends LastingClaims {
  readonly email_verified: false;
  readonly SubjectRefPro: RefPro<EarlierActivity>;
}

export interface UserInfo2023 extends UserInfo2021 {
  readonly authMode: AuthMode;
  readonly otherIds: Professional['otherIds'];
}

export interface UserInfo2024 extends LastingClaims {
  readonly authMode: AuthMode;
  readonly otherIds: Professional['otherIds'];
  readonly codeCivilite: string;
  readonly codeGenreActivite: string;
  readonly SubjectRefPro: RefPro<Activity>;
}

interface RefPro<Place> {
  readonly codeCivilite: string;
  readonly exercices: readonly (Omit<Exercice, 'activities'> & { readonly activities: readonly Place[] })[];
}

type EarlierActivity = Omit<Activity, 'codeGenreActivite'>;

const SUBJECT_ROLE = '1.2.250.1.213.1.1.5.5';
const SECTEUR_ACTIVITE = '1.2.250.1.71.4.2.4';

const earlierActivityFields = activityFields.filter((field) => field !== 'codeGenreActivite');

/** Of the ID token, whatever the generation. */
export function idTokenClaims(professional: Professional, authMode: AuthMode) {
  return { ...identityClaims(professional), authMode };
}

/**
 * UserInfo, from the register's record. What concerns one place of work at the top level (`Secteur_Activite`,
 * `SubjectOrganization`…) is that of the first activity. A value the register does not have is '', never null or absent;
 * lists may be empty. Only the named columns leave, whatever else the record holds.
 */
export function userInfoClaims(
  professional: Professional,
  authMode: AuthMode,
  generation: '2021',
): UserInfo2021;
export function userInfoClaims(
  professional: Professional,
  authMode: AuthMode,
  generation: '2023',
): UserInfo2023;
export function userInfoClaims(
  professional: Professional,
  authMode: AuthMode,
  generation: '2024',
): UserInfo2024;
export function userInfoClaims(
  professional: Professional,
  authMode: AuthMode,
  generation: ClaimsGeneration,
): UserInfo2021 | UserInfo2023 | UserInfo2024;
export function userInfoClaims(
  professional: Professional,
  authMode: AuthMode,
  generation: ClaimsGeneration,
): UserInfo2021 | UserInfo2023 | UserInfo2024 {
  const lasting = lastingClaims(professional);
  switch (generation) {
    case '2021':
      return {
        ...lasting,
        email_verified: false,
        SubjectRefPro: refPro(professional, earlierActivityFields),
      };
    case '2023':
      return {
        ...lasting,
        email_verified: false,
        authMode,
        otherIds: otherIds(professional),
        SubjectRefPro: refPro(professional, earlierActivityFields),
      };
    case '2024':
      return {
        ...lasting,
        authMode,
        otherIds: otherIds(professional),
        codeCivilite: professional.codeCivilite,
        codeGenreActivite: firstActivity(professional)?.codeGenreActivite ?? '',
        SubjectRefPro: refPro(professional, activityFields),
      };
  }
}

function identityClaims(professional: Professional): IdentityClaims {
  return {
    SubjectNameID: professional.nationalId,
    preferred_username: professional.nationalId,
    given_name: professional.givenName,
    family_name: professional.familyName,
  };
}

function lastingClaims(professional: Professional): LastingClaims {
  const first = firstActivity(professional);
  return {
    ...identityClaims(professional),
    SubjectRole: subjectRoles(professional),
    Secteur_Activite: coded(first?.codeSecteurDactivite ?? '', SECTEUR_ACTIVITE),
    SubjectOrganization: first?.raisonSocialeSite || first?.enseigneCommercialeSite || '',
    SubjectOrganizationID: first?.identifiantTechniqueDeLaStructure ?? '',
    Mode_Acces_Raison: '',
    Acces_Regulation_Medicale: 'FAUX',
    UITVersion: '1.0',
    Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
    PSI_Locale: '1.2.250.1.213.1.3.1.1',
  };
}

function firstActivity(professional: Professional): Activity | undefined {
  return professional.exercices.flatMap((exercice) => exercice.activities)[0];
}

/** Every identifier that is known for the person, as the access token tells them too. */
export function otherIds(professional: Professional): Professional['otherIds'] {
  return professional.otherIds.map(({ identifiant, origine, qualite }) => ({
    identifiant,
    origine,
    qualite,
  }));
}

function subjectRoles(professional: Professional): string[] {
  const professions = professional.exercices.map((exercice) => exercice.codeProfession);
  return [...new Set(professions)].filter(Boolean).map((code) => coded(code, SUBJECT_ROLE));
}

function refPro<Field extends ActivityField>(
  professional: Professional,
  fields: readonly Field[],
): RefPro<Readonly<Record<Field, string>>> {
  return {
    codeCivilite: professional.codeCivilite,
    exercices: professional.exercices.map((exercice) => ({
      ...pick(exercice, exerciceFields),
      activities: exercice.activities.map((activity) => pick(activity, fields)),
    })),
  };
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
