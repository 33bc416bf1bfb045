import type { ApplicationDeclaration } from '@psc/contracts';
import { accepted, type Clock, type Outcome, refused, Unavailable } from '@psc/kernel';
import { hasSecret } from '#src/domain/application.ts';
import type { Applications, RegisteredApplication } from '#src/ports/applications.ts';
import { planApplication } from './planned-application.ts';

/** What an application that registered itself is told once. */
export interface Registered {
  readonly application: RegisteredApplication;
  /** The token by which it reads and changes its request. */
  readonly accessToken: string;
}

/** The use cases of dynamic registration: RFC 7591, and RFC 7592 for as long as the request was not decided. */
export interface Registration {
  /** Adds a requested application. The token is one that an operator gave out. */
  register(token: string, declaration: ApplicationDeclaration): Promise<Outcome<Registered, 'token_invalid'>>;
  read(own: OwnRegistration): Promise<Outcome<RegisteredApplication, 'token_invalid'>>;
  /** Answers the secret when another one had to be invented. */
  replace(
    own: OwnRegistration,
    declaration: ApplicationDeclaration,
  ): Promise<
    Outcome<
      { readonly application: RegisteredApplication; readonly inventedSecret: string | undefined },
      'token_invalid' | 'decided'
    >
  >;
  remove(own: OwnRegistration): Promise<Outcome<undefined, 'token_invalid' | 'decided'>>;
}

export interface OwnRegistration {
  readonly clientId: string;
  readonly accessToken: string;
}

export function createRegistration(needs: {
  readonly applications: Applications;
  /** Also makes tokens. */
  readonly inventSecret: () => string;
  /** Of a token: what is kept of it. */
  readonly digest: (token: string) => string;
  readonly clock: Clock;
}): Registration {
  const { applications, inventSecret, digest, clock } = needs;

  /** Nothing tells an application that does not exist from one whose token is another. */
  async function findOwn(
    from: Pick<Applications, 'find'>,
    { clientId, accessToken }: OwnRegistration,
  ): Promise<RegisteredApplication | undefined> {
    const known = await from.find(clientId);
    return known?.registrationDigest === digest(accessToken) ? known : undefined;
  }
  const ownSignature = (reason: string) => ({ operator: 'its own registration', at: clock(), reason });

  return {
    async register(token, declaration) {
      if (!(await applications.mayRegister(digest(token), clock()))) return refused('token_invalid');
      return applications.change(async (changing) => {
        const name = await changing.spendRegistrationToken(digest(token), clock());
        if (name === undefined) return refused('token_invalid');
        const accessToken = inventSecret();
        const added = {
          declaration,
          status: 'requested' as const,
          secret: hasSecret(declaration.token_endpoint_auth_method) ? inventSecret() : '',
          registrationDigest: digest(accessToken),
        };
        const signature = { operator: `registration token ${name}`, at: clock(), reason: '' };
        const found = (await changing.add(added, signature))
          ? await changing.find(declaration.client_id)
          : undefined;
        // Thrown, so that the token was not used.
        if (!found) throw new Unavailable('registry_full', 'there is no room for another application');
        return accepted({ application: found, accessToken });
      });
    },

    async read(own) {
      const known = await findOwn(applications, own);
      return known ? accepted(known) : refused('token_invalid');
    },

    replace: (own, declaration) =>
      applications.change(async (changing) => {
        const known = await findOwn(changing, own);
        if (!known) return refused('token_invalid');
        if (known.status !== 'requested') return refused('decided');
        const needsSecret = hasSecret(declaration.token_endpoint_auth_method);
        const inventedSecret = needsSecret && known.secret === '' ? inventSecret() : undefined;
        const secret = needsSecret ? (inventedSecret ?? known.secret) : '';
        const planned = planApplication(declaration, known);
        const fields = planned.plan === 'change' ? planned.fields.map(({ field }) => field) : [];
        const entry = { ...ownSignature('changed before it was approved'), fields };
        await changing.replace(own.clientId, { declaration, secret }, entry);
        return accepted({ application: { ...known, declaration, secret }, inventedSecret });
      }),

    remove: (own) =>
      applications.change(async (changing) => {
        if (!(await findOwn(changing, own))) return refused('token_invalid');
        const removed = await changing.remove(own.clientId, ownSignature('withdrawn'));
        return removed ? accepted(undefined) : refused('decided');
      }),
  };
}
