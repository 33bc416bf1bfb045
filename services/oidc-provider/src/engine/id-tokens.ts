import type { Provider } from 'oidc-provider';
import { typOf } from './token-claims.ts';
import type { TokenSigner } from './token-signer.ts';

/**
 * ID tokens and signed UserInfo leave with the JOSE header of Keycloak, which names their type: the library's has no `typ`.
 * And only an ID token is read as one: the library takes any JWT of ours with the right audience for a hint of who logs out.
 */
export function issueIdTokens(provider: Provider, signer: TokenSigner, idTokenSeconds: number): void {
  const { IdToken, issuer } = provider;
  const { issue } = IdToken.prototype;

  IdToken.prototype.issue = async function (context) {
    const { clientId: aud, idTokenSignedResponseAlg, userinfoSignedResponseAlg } = this.client;
    switch (context.use) {
      case 'idtoken': {
        const iat = Math.floor(Date.now() / 1000);
        const claims = await this.payload();
        return signer.sign(alg(idTokenSignedResponseAlg), {
          exp: iat + idTokenSeconds,
          iat,
          iss: issuer,
          aud,
          ...claims,
        });
      }
      case 'userinfo':
        // As Keycloak does, without `exp` and `iat`: nobody who verifies an ID token takes it for one.
        return signer.sign(alg(userinfoSignedResponseAlg), { ...(await this.payload()), iss: issuer, aud });
      default:
        return issue.call(this, context);
    }
  };

  const { validate } = IdToken;
  IdToken.validate = async (jwt, client) => {
    const validated = await validate.call(IdToken, jwt, client);
    if (validated.payload.typ !== typOf.id) throw new TypeError('not an ID token');
    return validated;
  };
}

function alg(chosen: string | undefined) {
  return chosen === 'ES256' ? 'ES256' : 'RS256';
}
