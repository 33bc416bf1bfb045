/** How many tests passed, failed, and did not run. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A gate is one test: it holds or it does not. */
export function tallyGate(holds: boolean): Tally {
  return holds ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The part of vitest's JSON report (Jest's format) that is counted. */
interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts the tests of a report. A file that could not be loaded is one failure; so is a run that failed without naming
 * a test (a setup that threw, an error nobody caught, no test at all): a failure is never counted as nothing.
 */
export function tallyReport(report: string | undefined, succeeded: boolean): Tally {
  if (report === undefined) return tallyGate(false);
  // Written by vitest a moment ago.
  const { testResults } = JSON.parse(report) as Report;
  const tally = testResults.map(tallyFile).reduce(addTallies, { passed: 0, failed: 0, skipped: 0 });
  return succeeded || tally.failed > 0 ? tally : addTallies(tally, tallyGate(false));
}

function tallyFile({ status, assertionResults }: Report['testResults'][number]): Tally {
  const count = (wanted: (status: string) => boolean) =>
    assertionResults.filter((result) => wanted(result.status)).length;
  const passed = count((result) => result === 'passed');
  const failed = count((result) => result === 'failed');
  const skipped = assertionResults.length - passed - failed;
  return { passed, failed: failed === 0 && status === 'failed' ? 1 : failed, skipped };
}
