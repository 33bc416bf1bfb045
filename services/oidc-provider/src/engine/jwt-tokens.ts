import { randomUUID } from 'node:crypto';
import type { AdapterPayload, Provider } from 'oidc-provider';
import type { SigningAlg } from '#src/domain/application.ts';
import { knownScopes } from './scopes.ts';
import {
  accessTokenClaims,
  algOf,
  refreshTokenClaims,
  type StoredToken,
  serviceTokenClaims,
  type TokenKind,
} from './token-claims.ts';
import type { TokenSigner } from './token-signer.ts';

const values = new WeakMap<object, string>();

/** The access token as the application receives it; undefined before it is issued. */
export function accessTokenValue(token: object | undefined): string | undefined {
  return token && values.get(token);
}

/**
 * The tokens of Pro Santé Connect are JWTs that also work at UserInfo, introspection, revocation and refresh. The library's
 * JWTs are stateless and work at none of them: so ours are its opaque tokens, stored, whose value is a JWT that carries
 * their identifier as `jti`. The bare identifier opens nothing: only what our keys signed, as a token of that kind, is
 * looked up.
 */
export function issueJwtTokens(provider: Provider, signer: TokenSigner): void {
  const { issuer } = provider;

  /** How the library makes and finds the tokens that are of this kind to us. */
  function replace(model: object, kind: TokenKind, issue: (token: Issued) => Promise<string>): void {
    // The library's types leave out the methods that we replace.
    const Model = model as TokenModel;
    Model.prototype.generateTokenId = function () {
      this.format = 'opaque';
      return randomUUID();
    };
    const { getValueAndPayload } = Model.prototype;
    Model.prototype.getValueAndPayload = async function () {
      // A professional grants scopes that we know. An application that speaks for itself has what it asked for: no more.
      if (kind === 'service') this.scope = knownScopes(this.scope) || undefined;
      const { payload } = await getValueAndPayload.call(this);
      const value = await issue({ stored: payload, alg: algOf(this.client?.idTokenSignedResponseAlg) });
      values.set(this, value);
      return { payload, value };
    };
    const { find } = Model;
    Model.find = async (value, options) => {
      const id = signer.readId(kind, value.replaceAll(DISGUISE, '.'));
      return id === undefined ? undefined : find.call(Model, id, options);
    };
  }

  const { AccessToken, ClientCredentials, RefreshToken } = provider;
  replace(AccessToken, 'access', ({ alg, stored }) => signer.sign(alg, accessTokenClaims(issuer, stored)));
  replace(ClientCredentials, 'service', ({ alg, stored }) =>
    signer.sign(alg, serviceTokenClaims(issuer, stored)),
  );
  replace(RefreshToken, 'refresh', ({ stored }) => signer.signForUs(refreshTokenClaims(issuer, stored)));

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

interface Issued {
  readonly stored: StoredToken;
  /** The one that the application chose for what we sign for it. */
  readonly alg: SigningAlg;
}

interface TokenInstance {
  client?: { idTokenSignedResponseAlg?: string | undefined };
  format?: string;
  scope?: string | undefined;
}

interface TokenModel {
  prototype: {
    generateTokenId(this: TokenInstance): string;
    getValueAndPayload(this: TokenInstance): Promise<{ payload: AdapterPayload; value: string }>;
  };
  find(value: string, options?: object): Promise<unknown>;
}

/** In the place of the dots of a JWT; in no alphabet of ours. */
const DISGUISE = '~';
