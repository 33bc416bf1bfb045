/** Where Keycloak, hence Pro Santé Connect, has its endpoints, below the issuer. */
export const endpoints = {
  authorization: '/protocol/openid-connect/auth',
  token: '/protocol/openid-connect/token',
  userinfo: '/protocol/openid-connect/userinfo',
  jwks: '/protocol/openid-connect/certs',
  end_session: '/protocol/openid-connect/logout',
  introspection: '/protocol/openid-connect/token/introspect',
  revocation: '/protocol/openid-connect/revoke',
  pushed_authorization_request: '/protocol/openid-connect/ext/par/request',
  backchannel_authentication: '/protocol/openid-connect/ext/ciba/auth',
  device_authorization: '/protocol/openid-connect/auth/device',
  /** Where a person types the code that a device shows. */
  code_verification: '/device',
  registration: '/clients-registrations/openid-connect',
} as const;

/** The path of the issuer: the library is mounted below it. */
export function mountPathOf(issuer: string): string {
  return new URL(issuer).pathname.replace(/\/$/, '');
}
