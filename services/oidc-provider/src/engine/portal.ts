import { PORTAL_CLIENT_ID } from '#src/domain/portal.ts';
import { endpoints } from './endpoints.ts';

/** Where a person sees their own sessions. Keycloak has its account pages there. */
export function portalUrlOf(issuer: string): string {
  return `${issuer}/account`;
}

/** Logs somebody in, if nobody is, and comes back. */
export function portalLoginUrlOf(issuer: string): string {
  const request = {
    response_type: 'none',
    client_id: PORTAL_CLIENT_ID,
    redirect_uri: portalUrlOf(issuer),
    scope: 'openid',
  };
  return `${issuer}${endpoints.authorization}?${new URLSearchParams(request)}`;
}
