/** What docs/reference/psc-checklist.md prints: the lines, in the order of the tests in checklist.test.ts. */
export const checklist: readonly { readonly what: string; readonly whence: string }[] = [
  {
    what: 'A Keycloak realm, `esante-wallet`, below `/auth`, and a front host of its own, the wallet',
    whence: 'observed',
  },
  {
    what: 'Two discovery documents: the standard one, and `wallet-openid-configuration`, which names the wallet’s authorization endpoint',
    whence: 'documented',
  },
  {
    what: 'The authorization endpoint is `/auth` at the wallet; all others are below `protocol/openid-connect`',
    whence: 'documented',
  },
  {
    what: '`acr_values=eidas1` is asked for; `eidas2`, a stray `acr=`, nothing or an unknown level do not fail',
    whence: '`eidas1` documented; the others observed in clients',
  },
  {
    what: '`acr` is `eidas1`',
    whence: 'observed: clients refuse any other; another one by application is our choice',
  },
  {
    what: 'RS256, `typ` is `JWT`, a `kid` of 43 characters that the key set has',
    whence: 'observed; ES256 by application is our choice',
  },
  {
    what: 'Access and ID tokens of 120 s, a refresh token of 30 min that slides, a session of 30 min idle and 4 h at most',
    whence: 'documented',
  },
  { what: '`sub` is `f:<uuid of the store>:<national identifier>`', whence: 'observed' },
  {
    what: 'A national identifier has several forms (RPPS, establishment, PSI…): it is opaque',
    whence: 'documented',
  },
  {
    what: '`SubjectNameID` and `preferred_username` are the national identifier; no e-mail, no `name`',
    whence: 'observed',
  },
  { what: 'UserInfo is plain JSON, by GET and by POST', whence: 'observed' },
  {
    what: 'What the register does not say is `""`, never null or absent; `exercices` and `activities` are lists',
    whence: 'observed; an empty list where there is nothing is our choice',
  },
  { what: 'The means is told by `authMode`: `CARD` or `MOBILE`', whence: 'observed' },
  { what: 'The constants of the VIHF are strings: `"FAUX"`, `"1.0"`, `""`…', whence: 'observed' },
  {
    what: '`SubjectRole` is a list of `<code>^1.2.250.1.213.1.1.5.5`',
    whence: 'observed; one for each profession is our choice',
  },
  { what: '`aud` is a string in the ID token, absent from the access token', whence: 'observed' },
  {
    what: 'All three tokens are JWTs with exp, iat, jti, iss, sub, typ, azp, nonce, session_state and sid',
    whence: 'observed: a client reads them all',
  },
  {
    what: 'The token response has `refresh_expires_in`, `session_state`, `not-before-policy` and `scope`',
    whence: 'observed: a client requires them',
  },
  {
    what: 'The secret in the body or in the header; a client certificate, a signed assertion',
    whence: 'documented',
  },
  { what: 'CORS is not allowed', whence: 'documented; by application, for development, is our choice' },
  {
    what: 'CIBA by poll: `login_hint`, a `binding_message` of two digits, `channel`, 120 s',
    whence: 'documented; the texts of the errors are Keycloak’s',
  },
  { what: 'The login page begins with “Application e-CPS”', whence: 'observed' },
  {
    what: '`kc_idp_hint` is accepted',
    whence: 'documented; going on as usual with an unknown one is our choice',
  },
  {
    what: 'Introspection with the secret in the header; `{"active":false}` for what is dead; `SubjectNameID` of access tokens alone',
    whence: 'documented',
  },
  {
    what: 'Logout by `id_token_hint`, at once: back to the application, or a page that says that the session is closed',
    whence: 'documented; an expired hint is accepted, since an ID token lives 2 min',
  },
];
