import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Application } from '#src/domain/application.ts';

/** Characters: it travels in addresses, and is kept with the code and the tokens. */
const LONGEST = 4096;

/**
 * Refuses a `claims` parameter (OpenID Connect Core §5.5) that the library would stumble over, and a level that this
 * application never has: the library would ask the professional again and again.
 */
export function createAssertClaims(applicationOf: (clientId: string) => Application) {
  return ({ oidc }: KoaContextWithOIDC, claims: object, client: { clientId: string }): void => {
    if (String(oidc.params?.claims ?? '').length > LONGEST)
      throw new errors.InvalidRequest('the claims parameter is too long');
    // The library has checked that each of them, if any, is an object.
    const { id_token: idToken = {}, userinfo = {} } = claims as Requested;
    for (const [name, asked] of [...Object.entries(idToken), ...Object.entries(userinfo)]) {
      if (asked !== null && (typeof asked !== 'object' || Array.isArray(asked)))
        throw new errors.InvalidRequest(`the claims parameter asks ${name} by neither null nor an object`);
    }
    // Checked above.
    const acr = idToken.acr as { essential?: unknown; value?: unknown; values?: unknown } | null | undefined;
    if (acr?.essential !== true) return;
    const { acr: level } = applicationOf(client.clientId);
    const others =
      (acr.value !== undefined && acr.value !== level) ||
      (Array.isArray(acr.values) && !acr.values.includes(level));
    if (others) throw new errors.UnmetAuthenticationRequirements(`this application has the level ${level}`);
  };
}

interface Requested {
  readonly id_token?: Readonly<Record<string, unknown>>;
  readonly userinfo?: Readonly<Record<string, unknown>>;
}
