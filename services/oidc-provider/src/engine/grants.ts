import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * There is no consent page: whoever is authenticated grants what the application asks. One grant per session and
 * application, as long as the session may last: deleting it, at logout or when a code is replayed, ends every token of
 * that application in that session.
 */
export function createLoadExistingGrant(sessionEnd: (loginTs: number | undefined) => number) {
  return async (ctx: KoaContextWithOIDC) => {
    const { session, client, provider, requestParamOIDCScopes, requestParamClaims } = ctx.oidc;
    if (!session?.accountId || !client) return undefined;
    const { accountId, loginTs } = session;
    const { clientId } = client;

    const grantId = session.grantIdFor(clientId);
    const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const grant = found?.accountId === accountId ? found : new provider.Grant({ accountId, clientId });

    const end = sessionEnd(loginTs);
    const granted = new Set(grant.getOIDCScope().split(' '));
    const known = new Set(grant.getOIDCClaims());
    const covers =
      [...requestParamOIDCScopes].every((scope) => granted.has(scope)) &&
      [...requestParamClaims].every((claim) => known.has(claim));
    if (covers && grant.exp !== undefined && grant.exp >= end) return grant;

    grant.addOIDCScope([...requestParamOIDCScopes]);
    grant.addOIDCClaims([...requestParamClaims]);
    grant.exp = end;
    await grant.save();
    return grant;
  };
}
