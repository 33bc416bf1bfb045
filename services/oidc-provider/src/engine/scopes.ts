/** Scopes that Pro Santé Connect advertises. They are accepted; only `openid` and `scope_all` give claims. */
export const scopes = [
  'openid',
  'scope_all',
  'profile',
  'email',
  'phone',
  'address',
  'identity',
  'rpps',
  'referentiel',
  'interop',
  'roles',
  'acr',
  'basic',
  'web-origins',
  'microprofile-jwt',
  'scope_1',
  'scope_2',
  'eidas1',
  'eidas2',
] as const;

const known: ReadonlySet<string> = new Set(scopes);

/** Those that exist, of what an application asked for. Keycloak would refuse the others: applications of PSC send some. */
export function knownScopes(asked: string | undefined): string {
  return (asked ?? '')
    .split(' ')
    .filter((scope) => known.has(scope))
    .join(' ');
}

/** Which claims each scope lets through; which of them exist for the ID token or for UserInfo, accounts.ts says. */
export const claimsOfScopes = {
  // A scope by the name of a claim: without this line the library takes one for the other.
  acr: ['acr'],
  openid: [
    'sub',
    'acr',
    'auth_time',
    'at_hash',
    'jti',
    'typ',
    'azp',
    'session_state',
    'authMode',
    'SubjectNameID',
    'preferred_username',
    'given_name',
    'family_name',
    'email_verified',
  ],
  scope_all: [
    'codeCivilite',
    'codeGenreActivite',
    'otherIds',
    'SubjectRole',
    'Secteur_Activite',
    'SubjectOrganization',
    'SubjectOrganizationID',
    'Mode_Acces_Raison',
    'Acces_Regulation_Medicale',
    'UITVersion',
    'Palier_Authentification',
    'PSI_Locale',
    'SubjectRefPro',
  ],
};
