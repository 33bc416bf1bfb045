import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * There is no consent page: whoever is authenticated grants what the application asks. One grant per session and
 * application, as long as the session may last: deleting it, at logout or when a code is replayed, ends every token of
 * that application in that session.
 */
export function createLoadExistingGrant(sessionEnd: (loginTs: number | undefined) => number) {
  return async (ctx: KoaContextWithOIDC) => {
    const { session, client, provider, requestParamOIDCScopes } = ctx.oidc;
    if (!session?.accountId || !client) return undefined;
    const { accountId, loginTs } = session;
    const { clientId } = client;

    const known = session.grantIdFor(clientId);
    const found = known === undefined ? undefined : await provider.Grant.find(known);
    const grant = found?.accountId === accountId ? found : new provider.Grant({ accountId, clientId });

    const end = sessionEnd(loginTs);
    const granted = new Set(grant.getOIDCScope().split(' '));
    const covers = [...requestParamOIDCScopes].every((scope) => granted.has(scope));
    if (covers && grant.exp !== undefined && grant.exp >= end) return grant;

    grant.addOIDCScope([...requestParamOIDCScopes]);
    grant.exp = end;
    await grant.save();
    return grant;
  };
}
