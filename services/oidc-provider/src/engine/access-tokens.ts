import type { AdapterPayload, Provider } from 'oidc-provider';
import type { TokenSigner } from './token-signer.ts';

const values = new WeakMap<object, string>();

/** The access token as the application receives it; undefined before it is issued. */
export function accessTokenValue(token: object | undefined): string | undefined {
  return token && values.get(token);
}

/**
 * Access tokens of Pro Santé Connect are JWTs that also work at UserInfo, introspection and revocation. The library's JWTs
 * are stateless and work at none of them: so ours are its opaque tokens, stored, whose value is a JWT that carries their
 * identifier as `jti`. The bare identifier opens nothing: only what our keys signed is looked up.
 */
export function issueJwtAccessTokens(provider: Provider, signer: TokenSigner): void {
  // The library's types leave out the methods that we replace.
  const AccessToken = provider.AccessToken as unknown as AccessTokenModel;
  const { getValueAndPayload } = AccessToken.prototype;
  AccessToken.prototype.getValueAndPayload = async function () {
    const { payload } = await getValueAndPayload.call(this);
    const { extra, iat, exp, jti, scope, sid, accountId: sub } = payload;
    const { username, ...claims } = extra ?? {};
    const alg = this.client?.idTokenSignedResponseAlg === 'ES256' ? 'ES256' : 'RS256';
    const value = await signer.sign(alg, { exp, iat, jti, iss: provider.issuer, sub, ...claims, scope, sid });
    values.set(this, value);
    return { payload, value };
  };

  const { find } = AccessToken;
  AccessToken.find = async (value, options) => {
    const id = await signer.readTokenId(value.replaceAll(DISGUISE, '.'));
    return id === undefined ? undefined : find.call(AccessToken, id, options);
  };

  // Introspection and revocation refuse whatever looks like a JWT before looking it up: it must not look like one.
  const params = new WeakMap<object, { token?: unknown }>();
  Object.defineProperty(provider.OIDCContext.prototype, 'params', {
    get(this: object) {
      return params.get(this);
    },
    set(this: object, given: { token?: unknown }) {
      if (typeof given.token === 'string') given.token = given.token.replaceAll('.', DISGUISE);
      params.set(this, given);
    },
  });
}

interface AccessTokenModel {
  prototype: {
    client?: { idTokenSignedResponseAlg?: string | undefined };
    getValueAndPayload(): Promise<{ payload: AdapterPayload; value: string }>;
  };
  find(value: string, options?: object): Promise<unknown>;
}

/** In the place of the dots of a JWT; in no alphabet of ours. */
const DISGUISE = '~';
