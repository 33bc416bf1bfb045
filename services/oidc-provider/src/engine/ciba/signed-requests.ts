import { hash } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { CibaParameters } from '#src/domain/ciba-request.ts';
import { asOutage } from '../outage.ts';
import { CibaError } from './words.ts';

/** A request that could be sent again for longer would have to be remembered for longer (FAPI-CIBA §5.2.2 has this hour too). */
const LONGEST_LIFE_S = 3600;

/** CIBA Core §7.1.1. */
const required = ['exp', 'iat', 'nbf', 'jti'] as const;

/**
 * Signed CIBA requests (CIBA Core §7.1.1). The library verifies their signature, and would take the same one again and
 * again: each would make the phone ring.
 */
export function createSignedRequests(quotas: Pick<Quotas, 'reserve'>, clock: Clock) {
  const claimsOf = new WeakMap<object, CibaParameters>();

  return {
    /** Called by the library before it verifies the signature, of signed authorization requests as well. */
    checkClaims(ctx: KoaContextWithOIDC, claims: Readonly<Record<string, unknown>>): void {
      if (ctx.oidc.route !== 'backchannel_authentication') return;
      for (const claim of required)
        if (claims[claim] === undefined)
          throw new errors.InvalidRequestObject(`Request Object is missing the '${claim}' claim`);
      // Counted from now, or from `nbf` when it was prepared long before.
      const begins = Math.min(Number(claims.nbf), clock() / 1000);
      if (Number(claims.exp) - begins > LONGEST_LIFE_S) throw new CibaError('request_too_long_lived');
      claimsOf.set(ctx.oidc, claims);
    },

    /** What was asked: the claims of the signed request, or else the form. */
    parametersOf(ctx: KoaContextWithOIDC): CibaParameters {
      return claimsOf.get(ctx.oidc) ?? ctx.oidc.body ?? {};
    },

    /** Once the signature is verified. Of the same request sent twice, at once too, one passes. */
    async refuseReplay(ctx: KoaContextWithOIDC): Promise<void> {
      const claims = claimsOf.get(ctx.oidc);
      if (!claims) return;
      const name = hash('sha256', JSON.stringify([ctx.oidc.client?.clientId, claims.jti]), 'base64url');
      const left = Number(claims.exp) * 1000 - clock() + CLOCK_LATENESS_MS;
      const first = await quotas.reserve(`ciba-request:${name}`, 1, Math.ceil(left)).catch(asOutage);
      if (!first) throw new CibaError('request_replayed');
    },
  };
}

/** The library takes a request until somewhat after its end. */
const CLOCK_LATENESS_MS = 60_000;
