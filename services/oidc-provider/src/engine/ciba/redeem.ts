import { randomBytes } from 'node:crypto';
import type { Approvals, ApprovedApproval } from '@psc/approvals';
import type { Clock } from '@psc/kernel';
import type { Logger } from '@psc/runtime';
import { Provider } from 'oidc-provider';
import type { Application } from '#src/domain/application.ts';
import type { FinishedLogin, FinishRefusal } from '#src/domain/finished-login.ts';
import type { Subjects } from '#src/domain/subject.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import type { JudgePoll } from '#src/use-cases/judge-poll.ts';
import type { VerifyLogin } from '#src/use-cases/verify-login.ts';
import { asOutage } from '../outage.ts';
import { approvalIdOf } from './auth-req-id.ts';
import { CibaError, type CibaRefusal } from './words.ts';

export interface RedeemNeeds {
  readonly approvals: Pick<Approvals, 'take'>;
  readonly judgePoll: JudgePoll;
  readonly verifyLogin: VerifyLogin;
  readonly subjects: Subjects;
  readonly applicationOf: (clientId: string | undefined) => Application;
  /** In seconds since the epoch. */
  readonly sessionEnd: (loginTs: number | undefined) => number;
  readonly trace: TraceStep;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;

/**
 * The library asks for the record of a CIBA request, checks the application's certificate, consumes the record and issues
 * the tokens. So the approval is judged and verified where it asks, and taken where it consumes: of many polls at once, on
 * any replicas, one takes it. Only then are there a grant and a session, like those of a browser that logs in: its tokens
 * name it, end with it, and it is listed and closed with the others.
 */
export function redeemApprovals(provider: Provider, needs: RedeemNeeds): void {
  const { BackchannelAuthenticationRequest: Model } = provider;
  const { approvals, subjects, logger } = needs;
  const find = Model.find.bind(Model) as (
    authReqId: string,
    options?: object,
  ) => Promise<Request | undefined>;

  Object.assign(Model, {
    async find(authReqId: string, options?: object): Promise<Request | undefined> {
      const clientId = Provider.ctx?.oidc.client?.clientId;
      if (clientId === undefined) return find(authReqId, options);
      const approvalId = approvalIdOf(authReqId);
      const judged = await needs.judgePoll({ approvalId, clientId }).catch(asOutage);
      if (!judged.ok) throw new CibaError(judged.refusal);
      return needs.trace(judged.value, 'finish CIBA request', async () => {
        const request = await find(authReqId, options);
        if (!request) throw new CibaError('unknown');
        const login = await verify(judged.value, clientId, request);
        return redeemable(request, judged.value, clientId, login);
      });
    },
  });

  async function verify(
    approval: ApprovedApproval,
    clientId: string,
    request: Request,
  ): Promise<FinishedLogin> {
    const { id, challenge } = approval;
    const expected = { channel: 'ciba', id, clientId, means: challenge.means } as const;
    const login = await needs.verifyLogin(approval, expected).catch(asOutage);
    if (!login.ok) throw new CibaError(refusalFor(approval, login.refusal));
    if (subjects.subjectOf(login.value.nationalId) === request.accountId) return login.value;
    throw new CibaError(refusalFor(approval, 'proof_invalid'));
  }

  function refusalFor(approval: ApprovedApproval, refusal: FinishRefusal): CibaRefusal {
    if (refusal === 'professional_inactive') return 'user_disabled';
    // As for a request that was not answered yet, which the register's event ends: it is to be asked anew.
    if (refusal === 'identifier_replaced') return 'expired';
    // A proof ends by itself, never before the time given to answer: what is not read then is over.
    if (needs.clock() >= approval.expiresAt) return 'expired';
    const { clientId: client } = approval.request;
    logger.error({ approval: approval.id, client }, 'an approval carries a proof that does not hold');
    return 'denied';
  }

  function redeemable(
    request: Request,
    { id }: ApprovedApproval,
    clientId: string,
    { means, authTime }: FinishedLogin,
  ): Request {
    const { accountId = '', claims } = request;
    const { acr } = needs.applicationOf(clientId);
    const end = needs.sessionEnd(authTime);

    const grant = new provider.Grant({ accountId, clientId });
    grant.jti = randomBytes(32).toString('base64url');
    grant.addOIDCScope(request.scope ?? '');
    grant.addOIDCClaims(Object.keys({ ...claims?.id_token, ...claims?.userinfo }));
    grant.exp = end;

    const session = newSession(provider);
    session.loginAccount({ accountId, loginTs: authTime, amr: [means], acr });
    session.ensureClientContainer(clientId);
    session.grantIdFor(clientId, grant.jti);

    const { uid } = session;
    const tokens = { grantId: grant.jti, sid: uid, sessionUid: uid, expiresWithSession: true };
    return Object.assign(request, tokens, {
      acr,
      amr: [means],
      authTime,
      async consume() {
        const taken = await approvals.take(id).catch(asOutage);
        if (!taken.ok) throw new CibaError(taken.refusal === 'already_taken' ? 'used' : 'unknown');
        await Promise.all([grant.save(), session.save(end - Math.floor(needs.clock() / 1000))]);
      },
    });
  }
}

/** As the library makes one for a browser that has none; this one's cookie is given to nobody. */
function newSession(provider: Provider): InstanceType<Provider['Session']> {
  // The library's types leave it out.
  const { Session } = provider as unknown as {
    Session: { instantiate(): InstanceType<Provider['Session']> };
  };
  return Session.instantiate();
}
