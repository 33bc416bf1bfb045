import type { Clock } from '@psc/kernel';
import type { Provider } from 'oidc-provider';
import { algOf, typOf } from './token-claims.ts';
import type { TokenSigner } from './token-signer.ts';

/**
 * ID tokens and signed UserInfo leave with the JOSE header of Keycloak, which names their type: the library's has no `typ`.
 * And only an ID token is read as one: the library takes any JWT of ours with the right audience for a hint of who it was.
 */
export function issueIdTokens(
  provider: Provider,
  signer: TokenSigner,
  { clock, lifetime }: { readonly clock: Clock /** Seconds. */; readonly lifetime: number },
): void {
  const { IdToken, issuer: iss } = provider;
  const { issue } = IdToken.prototype;

  IdToken.prototype.issue = async function (context) {
    const { clientId: aud, idTokenSignedResponseAlg, userinfoSignedResponseAlg } = this.client;
    switch (context.use) {
      case 'idtoken': {
        const iat = Math.floor(clock() / 1000);
        const claims = { ...(await this.payload()), exp: iat + lifetime, iat, iss, aud };
        return signer.sign(algOf(idTokenSignedResponseAlg), claims);
      }
      case 'userinfo':
        // As Keycloak does, without `exp` and `iat`: nobody who verifies an ID token takes it for one.
        return signer.sign(algOf(userinfoSignedResponseAlg), { ...(await this.payload()), iss, aud });
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
