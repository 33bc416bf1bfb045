import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';

/** Issue types of FHIR (issue-type) that this server uses: a closed list. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'not-supported'
  | 'not-found'
  | 'deleted'
  | 'login'
  | 'throttled'
  | 'too-costly'
  | 'incomplete'
  | 'transient'
  | 'exception';

export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: IssueCode;
  /** For a developer; never the value that was sent. */
  readonly diagnostics: string;
  /** The name of the parameter at fault, as FHIR writes it: `http.family`. */
  readonly parameter?: string;
}

export function outcomeOf(issues: readonly Issue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(
      ({ severity, code, diagnostics, parameter }): OperationOutcomeIssue => ({
        severity,
        code,
        diagnostics,
        ...(parameter === undefined ? {} : { expression: [`http.${parameter}`] }),
      }),
    ),
  };
}
