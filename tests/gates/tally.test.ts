import { expect, it } from 'vitest';
import { tallyReport } from '../tally.ts';

const file = (status: string, ...results: string[]) => ({
  status,
  assertionResults: results.map((result) => ({ status: result })),
});
const report = (...testResults: ReturnType<typeof file>[]) => JSON.stringify({ testResults });

it('counts what passed, what failed and what did not run', () => {
  const text = report(
    file('passed', 'passed', 'skipped', 'todo'),
    file('failed', 'passed', 'failed', 'failed'),
  );
  expect(tallyReport(text, false)).toEqual({ passed: 2, failed: 2, skipped: 2 });
});

it.each([
  ['a file that cannot be loaded', report(file('failed'), file('passed', 'passed')), false],
  ['a run that fails without naming a test', report(file('passed', 'passed')), false],
])('counts %s as one failure', (_what, text, succeeded) => {
  expect(tallyReport(text, succeeded)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

it('counts a run without a report as one failure, even when it says that it succeeded', () => {
  expect(tallyReport(undefined, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
