import { randomUUID } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import type { IdTokenHint } from '#src/use-cases/log-out.ts';
import type { SignLogoutToken } from '#src/use-cases/prepare-logout-call.ts';
import type { TokenSigner } from './token-signer.ts';

/** Seconds, as Back-Channel Logout §2.4 recommends at most two minutes: one that was kept says nothing later. */
const LOGOUT_TOKEN_SECONDS = 120;

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** The logout token of OpenID Connect Back-Channel Logout §2.4, with Keycloak's `typ` besides. */
export function createSignLogoutToken(
  signer: () => TokenSigner,
  issuer: string,
  clock: Clock,
): SignLogoutToken {
  return ({ clientId, idTokenAlg }, { subject, sid }) => {
    const iat = Math.floor(clock() / 1000);
    const claims = {
      iss: issuer,
      sub: subject,
      aud: clientId,
      iat,
      exp: iat + LOGOUT_TOKEN_SECONDS,
      jti: randomUUID(),
      typ: 'Logout',
      events: { [LOGOUT_EVENT]: {} },
      sid,
    };
    return signer().sign(idTokenAlg, claims, 'logout+jwt');
  };
}

/**
 * Reads an `id_token_hint`: one of our keys signed it, retired ones included, and it is an ID token. It lives two minutes
 * and comes back hours later: its expiry does not matter.
 */
export function createReadIdToken(
  signer: () => TokenSigner,
  issuer: string,
): (jwt: string) => Promise<IdTokenHint | undefined> {
  return async (jwt) => {
    const { iss, typ, aud, sid } = signer().read(jwt) ?? {};
    if (iss !== issuer || typ !== 'ID' || typeof aud !== 'string' || typeof sid !== 'string')
      return undefined;
    return { clientId: aud, sid };
  };
}
