import type { Approvals, ChallengedApproval, Decision } from '@psc/approvals';
import type { AnswerClaims } from '@psc/contracts';
import { accepted, type Clock, type Outcome, type Refused, refused } from '@psc/kernel';
import {
  type AnswerRefusal,
  checkAnswerable,
  explainLostDecision,
  isSameNumber,
} from '#src/domain/challenge-answer.ts';
import type { Device } from '#src/domain/device.ts';
import type { Devices } from '#src/ports/devices.ts';
import type { FraudReports } from '#src/ports/fraud-reports.ts';
import type { NotificationBudget } from '#src/ports/notification-budget.ts';
import type { PinVerifiers } from '#src/ports/pin-verifiers.ts';
import type { Proofs } from '#src/ports/proofs.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import type { AuthenticateDevice, DeviceRefusal } from './authenticate-device.ts';
import type { DecideChallenge } from './decide-challenge.ts';

export interface AnswerChallengeNeeds {
  readonly approvals: Pick<Approvals, 'find'>;
  readonly decideChallenge: DecideChallenge;
  readonly authenticate: AuthenticateDevice;
  readonly devices: Pick<Devices, 'tryPin'>;
  readonly pins: PinVerifiers;
  readonly proofs: Proofs;
  readonly fraudReports: Pick<FraudReports, 'add'>;
  readonly budget: Pick<NotificationBudget, 'reset'>;
  readonly trace: TraceStep;
  /** Wrong PINs that lock a device. */
  readonly pinTries: number;
  readonly clock: Clock;
}

export type Answered = 'approved' | 'denied' | 'reported';

/** `remainingTries` comes with `pin_wrong`. */
export type AnswerOutcome =
  | Outcome<Answered, DeviceRefusal | AnswerRefusal | 'malformed_request' | 'pin_missing' | 'number_wrong'>
  | (Refused<'pin_wrong'> & { readonly remainingTries: number });

export type AnswerChallenge = (asked: {
  readonly approvalId: string;
  readonly answer: string;
  readonly pin: string | undefined;
}) => Promise<AnswerOutcome>;

/**
 * A phone answers. In this order: who signed, whether it may answer this approval, and only to approve, the PIN then the
 * number. A wrong PIN leaves the approval alone until the device locks; a wrong number ends it at once, since nobody may
 * try two of a hundred.
 */
export function createAnswerChallenge(needs: AnswerChallengeNeeds): AnswerChallenge {
  const { approvals, authenticate, devices, clock } = needs;

  return async ({ approvalId, answer, pin }) => {
    const signed = await authenticate.answer(answer);
    if (!signed.ok) return signed;
    const { device, claims } = signed.value;
    const answerable = checkAnswerable(await approvals.find(approvalId), device.nationalId, claims);
    if (!answerable.ok) return answerable;
    const approval = answerable.value;
    return needs.trace(approval, `answer: ${claims.decision}`, () => {
      switch (claims.decision) {
        case 'approve':
          return approve(approval, device, claims, pin);
        case 'refuse':
          return refuse(approval);
        case 'report':
          return report(approval, device);
      }
    });
  };

  async function approve(
    approval: ChallengedApproval,
    device: Device,
    claims: AnswerClaims,
    pin: string | undefined,
  ): Promise<AnswerOutcome> {
    if (claims.number === '') return refused('malformed_request');
    if (pin === undefined) return refused('pin_missing');
    const tried = await devices.tryPin(device.id, needs.pins.of(device.id, pin), needs.pinTries);
    switch (tried.verdict) {
      case 'wrong':
        return { ...refused('pin_wrong'), remainingTries: tried.remainingTries };
      case 'locked':
        await decide(approval, { state: 'denied', reason: 'device_locked' });
        return refused('device_locked');
      case 'right':
    }
    if (!isSameNumber(approval.challenge.number, claims.number)) {
      const denied = await decide(approval, { state: 'denied', reason: 'wrong_number' });
      return denied.ok ? refused('number_wrong') : denied;
    }
    const proof = await prove(approval, device);
    const approved = await decide(approval, { state: 'approved', proof });
    if (!approved.ok) return approved;
    await needs.budget.reset(device.nationalId);
    return accepted('approved');
  }

  async function refuse(approval: ChallengedApproval): Promise<AnswerOutcome> {
    const denied = await decide(approval, { state: 'denied', reason: 'refused' });
    if (!denied.ok) return denied;
    await needs.budget.reset(approval.challenge.nationalId);
    return accepted('denied');
  }

  /** The budget of notifications stays used: a fraud that was reported must not ring again. */
  async function report(approval: ChallengedApproval, device: Device): Promise<AnswerOutcome> {
    // Before the decision, which may be lost to another phone: a report is never lost.
    await needs.fraudReports.add({
      approvalId: approval.id,
      nationalId: device.nationalId,
      deviceId: device.id,
      clientId: approval.request.clientId,
      requester: approval.request.requester,
      reportedAt: clock(),
    });
    const reported = await decide(approval, { state: 'reported' });
    return reported.ok ? accepted('reported') : reported;
  }

  async function decide(approval: ChallengedApproval, decision: Decision) {
    const decided = await needs.decideChallenge(approval, decision);
    return decided.ok ? decided : refused(explainLostDecision(decided.refusal));
  }

  function prove({ id, request, challenge }: ChallengedApproval, device: Device): Promise<string> {
    return needs.proofs.sign({
      sub: challenge.nationalId,
      approval: id,
      client: request.clientId,
      means: 'ecps',
      acr: request.acr,
      instrument: device.id,
      auth_time: Math.floor(clock() / 1000),
      ...(challenge.browser === '' ? {} : { browser: challenge.browser }),
    });
  }
}
