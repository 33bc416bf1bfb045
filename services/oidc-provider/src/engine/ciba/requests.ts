import { LONGEST_CIBA_REQUEST_S } from '@psc/contracts';
import { type Clock, parseNationalId, Unavailable } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { currentTraceparent } from '@psc/runtime';
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Application } from '#src/domain/application.ts';
import { CIBA_GRACE_MS } from '#src/domain/ciba-poll.ts';
import { type CibaRequest, type CibaRequestRefusal, readCibaRequest } from '#src/domain/ciba-request.ts';
import type { Subjects } from '#src/domain/subject.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { AskByCiba } from '#src/use-cases/ask-by-ciba.ts';
import { asOutage } from '../outage.ts';
import { requesterOf } from '../requester.ts';
import { scopes } from '../scopes.ts';
import { approvalIdOf } from './auth-req-id.ts';
import { createSignedRequests } from './signed-requests.ts';
import { CibaError } from './words.ts';

export interface CibaRequestNeeds {
  readonly directory: Directory;
  readonly subjects: Subjects;
  readonly quotas: Pick<Quotas, 'reserve'>;
  readonly clock: Clock;
  readonly askByCiba: AskByCiba;
  readonly applicationOf: (clientId: string | undefined) => Application;
  /** Seconds between two polls. */
  readonly interval: number;
}

type Ciba = Extract<NonNullable<Configuration['features']>['ciba'], { enabled: boolean }>;

/** `…/ext/ciba/auth`: what is checked of a request, and how the professional is asked. */
export function createCibaRequests(needs: CibaRequestNeeds) {
  const { subjects, applicationOf } = needs;
  const signed = createSignedRequests(needs.quotas, needs.clock);

  /** As Keycloak finds fault with it; the library finds some of these faults too, in its own words. */
  function read(ctx: KoaContextWithOIDC) {
    const application = applicationOf(ctx.oidc.client?.clientId);
    const rules = { scopes, longestSeconds: LONGEST_CIBA_REQUEST_S };
    return readCibaRequest(signed.parametersOf(ctx), application, rules);
  }

  function check(ctx: KoaContextWithOIDC): CibaRequest {
    const request = read(ctx);
    if (!request.ok) throw errorOf(ctx, request.refusal);
    return request.value;
  }

  function errorOf(ctx: KoaContextWithOIDC, refusal: CibaRequestRefusal): CibaError {
    return new CibaError(refusal, refusal === 'scope_unknown' ? String(signed.parametersOf(ctx).scope) : '');
  }

  /**
   * An identifier as the register has it, and nothing near it: what is forgiven to a person who types would here make an
   * application that PSC refuses. The register is public: that somebody is not in it is no secret.
   */
  async function findSubject(hint: string): Promise<string> {
    const identifier = parseNationalId(hint);
    const known = identifier.ok && identifier.value === hint;
    const professional = known ? await needs.directory.find(hint).catch(asOutage) : undefined;
    if (professional?.status !== 'active') throw new CibaError('user_unknown');
    return subjects.subjectOf(professional.nationalId);
  }

  const feature: Ciba = {
    enabled: true,
    deliveryModes: ['poll', 'ping'],

    async validateRequestContext(ctx) {
      check(ctx);
      await signed.refuseReplay(ctx);
    },
    // Checked with the rest.
    validateBindingMessage: () => undefined,
    verifyUserCode: () => undefined,
    processLoginHint: (_ctx, hint = '') => findSubject(hint),
    processLoginHintToken() {
      throw new CibaError('login_hint_token_unsupported');
    },

    async triggerAuthenticationDevice(ctx, { jti: authReqId, accountId = '', scope = '' }, _account, client) {
      const request = check(ctx);
      await needs
        .askByCiba({
          id: approvalIdOf(authReqId),
          authReqId,
          application: applicationOf(client.clientId),
          scope,
          nationalId: subjects.nationalIdOf(accountId) ?? '',
          request,
          requester: requesterOf(ctx.req),
          traceparent: currentTraceparent(),
        })
        .catch((error: unknown) => {
          throw error instanceof Unavailable ? new CibaError('not_sent', '', { cause: error }) : error;
        });
      ctx.body = { auth_req_id: authReqId, expires_in: request.seconds, interval: needs.interval };
    },
  };

  return {
    feature,
    checkSignedClaims: signed.checkClaims,

    /** The library's record outlives the time given to answer: an answer in the last second can still be fetched. */
    recordLifetime: (
      _ctx: unknown,
      { params = {} }: { params?: Readonly<Record<string, unknown>> | undefined },
    ) => {
      const asked = Number(params.requested_expiry) || LONGEST_CIBA_REQUEST_S;
      return Math.min(asked, LONGEST_CIBA_REQUEST_S) + CIBA_GRACE_MS / 1000;
    },

    isAuthenticated,

    /** What Keycloak would have answered in the place of the library; undefined when the library's words will do. */
    sayAsKeycloak(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): CibaError | undefined {
      if (error instanceof CibaError || !isAuthenticated(ctx, error)) return undefined;
      if (error instanceof errors.AccessDenied || error instanceof errors.UnknownUserId)
        return new CibaError('user_unknown');
      const request = read(ctx);
      return request.ok ? undefined : errorOf(ctx, request.refusal);
    },
  };
}

/** Whether it is the application that it says: the library knows which one before it knows that. */
function isAuthenticated({ oidc }: KoaContextWithOIDC, error: errors.OIDCProviderError): boolean {
  return oidc.client !== undefined && !(error instanceof errors.InvalidClientAuth);
}
