import type { Approval, Approvals } from '@psc/approvals';
import { approvalProofType, type CibaChallengeBody } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { ServiceIdentity } from '@psc/runtime';
import { approvalIdOf } from '#src/engine/ciba/auth-req-id.ts';
import type { Challenges } from '#src/ports/challenges.ts';

export interface Approving {
  readonly nationalId?: string;
  readonly means?: 'ecps' | 'cps';
  readonly authTime?: number;
  /** Replaces claims of the proof. */
  readonly claims?: object;
  readonly forged?: boolean;
}

/** auth-broker as far as this service sees it: it challenges whom a CIBA request names, and signs who approved. */
export interface AuthBroker extends Challenges {
  /** What it was asked to challenge. */
  readonly challenged: CibaChallengeBody[];
  down: boolean;
  /** The professional says yes by CIBA. */
  approve(authReqId: string, approving?: Approving): Promise<void>;
  /** … or something else. */
  refuse(authReqId: string): Promise<void>;
  report(authReqId: string): Promise<void>;
  /** The proof of an approval, for this browser; '' for none. */
  prove(approval: Approval, browser: string, approving?: Approving): Promise<string>;
}

export function createAuthBroker(
  approvals: () => Approvals,
  identities: Readonly<Record<'authBroker' | 'impostor', ServiceIdentity>>,
): AuthBroker {
  async function decide(authReqId: string, decision: Parameters<Approvals['decide']>[1]): Promise<void> {
    const decided = await approvals().decide(approvalIdOf(authReqId), decision);
    if (!decided.ok) throw new Error(decided.refusal);
  }

  const broker: AuthBroker = {
    challenged: [],
    down: false,

    async challenge(body) {
      if (broker.down) throw new Unavailable('service_unavailable', 'down');
      const { approvalId, nationalId, means, number, seconds } = body;
      broker.challenged.push(body);
      const challenge = { nationalId, means, number, browser: '', challengedAt: Date.now() };
      const challenged = await approvals().challenge(approvalId, challenge, seconds * 1000);
      if (!challenged.ok) throw new Error(challenged.refusal);
    },

    async approve(authReqId, approving) {
      const approval = await approvals().find(approvalIdOf(authReqId));
      if (approval?.state !== 'challenged') throw new Error(`not challenged, but ${approval?.state}`);
      const { nationalId, means } = approval.challenge;
      const proof = await broker.prove(approval, '', { nationalId, means, ...approving });
      await decide(authReqId, { state: 'approved', proof });
    },
    refuse: (authReqId) => decide(authReqId, { state: 'denied', reason: 'refused' }),
    report: (authReqId) => decide(authReqId, { state: 'reported' }),

    prove({ id, request }, browser, { nationalId = '', means = 'ecps', ...approving } = {}) {
      const signer = approving.forged ? identities.impostor : identities.authBroker;
      const claims = {
        sub: nationalId,
        approval: id,
        client: request.clientId,
        means,
        acr: request.acr,
        instrument: 'device-1',
        auth_time: approving.authTime ?? Math.floor(Date.now() / 1000),
        ...(browser === '' ? {} : { browser }),
        ...approving.claims,
      };
      return signer.sign(approvalProofType, 'oidc-provider', claims, 120);
    },
  };
  return broker;
}
