import type { Approvals } from '@psc/approvals';
import { decideNextStep, type LoginStep } from '#src/domain/login-step.ts';

export type FindLoginStep = (asked: {
  readonly approvalId: string;
  /** The binding of the browser that asks. */
  readonly browser: string;
}) => Promise<LoginStep>;

/** Where a login is, for this browser. */
export function createFindLoginStep(needs: { readonly approvals: Pick<Approvals, 'find'> }): FindLoginStep {
  return async ({ approvalId, browser }) => decideNextStep(await needs.approvals.find(approvalId), browser);
}
