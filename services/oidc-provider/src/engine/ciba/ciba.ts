import { grantTypes } from '@psc/contracts';
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type RedeemNeeds, redeemApprovals } from './redeem.ts';
import { type CibaRequestNeeds, createCibaRequests } from './requests.ts';
import { CibaError, type CibaRefusal } from './words.ts';

export interface CibaNeeds extends CibaRequestNeeds, RedeemNeeds {
  /** Hears how each poll ended. */
  readonly onPoll: (outcome: 'accepted' | CibaRefusal) => void;
}

/**
 * CIBA (psc-protocol §4) on the library's own feature: what it lacks is `interval` and `slow_down`, PSC's parameters and
 * Keycloak's words, and that a signed request serves once. It never calls an application: notification-worker does.
 */
export function createCiba(needs: CibaNeeds) {
  const requests = createCibaRequests(needs);

  return {
    feature: requests.feature,
    /** For signed requests to this endpoint. */
    checkSignedClaims: requests.checkSignedClaims,
    recordLifetime: requests.recordLifetime,

    install(provider: Provider): void {
      redeemApprovals(provider, needs);

      // The answer is there already, in the library's words: these are heard before it leaves.
      provider.on('backchannel_authentication.error', (ctx, error) => {
        if (isNotAllowed(ctx, error)) return say(ctx, new CibaError('grant_not_allowed'), 401);
        const said = requests.sayAsKeycloak(ctx, error);
        if (said) say(ctx, said);
      });
      provider.on('grant.error', (ctx, error) => {
        if (ctx.oidc.params?.grant_type !== grantTypes.ciba) return;
        if (error instanceof CibaError) return needs.onPoll(error.refusal);
        if (isNotAllowed(ctx, error)) return say(ctx, new CibaError('grant_not_allowed'));
        if (requests.isAuthenticated(ctx, error) && ctx.oidc.params.auth_req_id === undefined)
          say(ctx, new CibaError('auth_req_id_missing'));
      });
      provider.on('grant.success', (ctx) => {
        if (ctx.oidc.params?.grant_type === grantTypes.ciba) needs.onPoll('accepted');
      });
    },
  };

  /** An application that is who it says, and may not use CIBA at all. */
  function isNotAllowed(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): boolean {
    return requests.isAuthenticated(ctx, error) && !ctx.oidc.client?.grantTypeAllowed(grantTypes.ciba);
  }
}

function say(ctx: KoaContextWithOIDC, { error, error_description, status }: CibaError, as = status): void {
  ctx.status = as;
  ctx.body = { error, error_description };
  ctx.type = 'json';
}
