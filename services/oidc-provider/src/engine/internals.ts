import type { Provider } from 'oidc-provider';
import { type Application, mayRedirectTo } from '#src/domain/application.ts';
import { nameSessionsAfterTheirUid } from './session-ids.ts';

/**
 * Everything that we change in the library beyond its documented configuration. Read it before raising the library's
 * version; provider.int.test.ts proves each line.
 */
export function adaptLibrary(provider: Provider, applicationOf: (clientId: string) => Application): void {
  nameSessionsAfterTheirUid(provider);

  const { Client, OIDCContext } = provider;
  Client.prototype.redirectUriAllowed = function (uri) {
    const application = applicationOf(this.clientId);
    return mayRedirectTo(application, application.redirectUris, uri);
  };
  Client.prototype.postLogoutRedirectUriAllowed = function (uri) {
    const application = applicationOf(this.clientId);
    return mayRedirectTo(application, application.postLogoutRedirectUris, uri);
  };
  // The issuer alone says where we are: the library would say https to who comes by the listener for certificates.
  OIDCContext.prototype.urlFor = (name, options) => provider.urlFor(name, options);

  // Every token of PSC names its session, whether or not the application has a back-channel logout.
  Client.prototype.includeSid = () => true;

  // The level is the application's: the session only knows the one of its first application.
  Object.defineProperty(OIDCContext.prototype, 'acr', {
    get(this: InstanceType<typeof OIDCContext>) {
      return this.client ? applicationOf(this.client.clientId).acr : this.session?.acr;
    },
  });

  // Keycloak names the session in the callback, and some applications read it there.
  provider.on('authorization.success', (ctx, response) => {
    if (response) response.session_state = ctx.oidc.session?.uid;
  });
}
