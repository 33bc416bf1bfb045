import { grantTypes } from '@psc/contracts';
import { approvalIdOf } from '#src/engine/ciba/auth-req-id.ts';
import { endpoints } from '#src/engine/endpoints.ts';
import { camilleLambda } from './camille-lambda.ts';
import type { Answer, Replica } from './replica.ts';
import type { World } from './world.ts';

/** Parameters; one is left out when it is undefined. */
export type Form = Readonly<Record<string, string | undefined>>;

/** An application of CIBA, as its server calls us. */
export interface CibaClient {
  /** As PSC documents a request, about Camille, except for what the test is about. */
  ask(change?: Form): Promise<Answer>;
  /** … and its auth_req_id. */
  askFor(change?: Form): Promise<string>;
  poll(authReqId: string, replica?: Pick<Replica, 'call'>): Promise<Answer>;
}

export function createCibaClient(world: World, clientId: string): CibaClient {
  const client: CibaClient = {
    ask: (change = {}) => world.call(endpoints.backchannel_authentication, formOf(change), { clientId }),
    async askFor(change) {
      const { status, json, text } = await client.ask(change);
      if (status !== 200) throw new Error(`refused: ${status} ${text}`);
      return json.auth_req_id;
    },
    poll: (authReqId, replica = world) =>
      replica.call(endpoints.token, { grant_type: grantTypes.ciba, auth_req_id: authReqId }, { clientId }),
  };
  return client;
}

export function formOf(change: Form): Record<string, string> {
  const asked: Form = {
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    login_hint: camilleLambda.nationalId,
    binding_message: '07',
    channel: 'MOBILE',
    ...change,
  };
  const given = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(given);
}

export function findApproval(world: World, authReqId: string) {
  return world.approvals.find(approvalIdOf(authReqId));
}

/** What an application is told while nobody answered, as Keycloak says it. */
export const pending = {
  error: 'authorization_pending',
  error_description:
    "The authorization request is still pending as the end-user hasn't yet been authenticated.",
};
