import { type NationalIdRefusal, parseNationalId } from '@psc/kernel';
import type { LoginStep } from '#src/domain/login-step.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import type { ChallengePhone, Notified } from './challenge-phone.ts';
import type { FindLoginStep } from './find-login-step.ts';

/** `moved`: the login is no longer where this form was shown, or has just gone on; its page says where it is. */
export type Identified =
  | { readonly result: 'moved'; readonly notified: Notified }
  | {
      readonly result: 'mistyped';
      readonly refusal: NationalIdRefusal;
      readonly step: Extract<LoginStep, { name: 'identify' }>;
    };

export type IdentifyProfessional = (asked: {
  readonly approvalId: string;
  readonly typed: string;
  readonly browser: string;
}) => Promise<Identified>;

/** A person typed who they are: challenge them, or say what is wrong with what they typed. */
export function createIdentifyProfessional(needs: {
  readonly findLoginStep: FindLoginStep;
  readonly challengePhone: ChallengePhone;
  readonly trace: TraceStep;
}): IdentifyProfessional {
  const { findLoginStep, challengePhone, trace } = needs;

  return async ({ approvalId, typed, browser }) => {
    const step = await findLoginStep({ approvalId, browser });
    if (step.name !== 'identify') return { result: 'moved', notified: 'told' };
    const identifier = parseNationalId(typed);
    if (!identifier.ok) return { result: 'mistyped', refusal: identifier.refusal, step };
    const challenged = await trace(step.approval, 'challenge', () =>
      challengePhone({ approvalId, identifier: identifier.value, browser }),
    );
    return { result: 'moved', notified: challenged.ok ? challenged.value : 'told' };
  };
}
