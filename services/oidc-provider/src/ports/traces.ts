import type { Approval } from '@psc/approvals';

/** Runs `work` as a step of the trace that the login's approval carries. */
export type TraceStep = <Result>(
  approval: Approval,
  step: string,
  work: () => Promise<Result>,
) => Promise<Result>;
