import type { FraudReport, FraudReports } from '#src/ports/fraud-reports.ts';

/** The fake of the use cases' tests; it passes the same suite as PostgreSQL. */
export function createMemoryFraudReports(): FraudReports {
  const rows = new Map<string, FraudReport>();
  return {
    async add(report) {
      if (!rows.has(report.approvalId)) rows.set(report.approvalId, report);
    },
    async find(approvalId) {
      return rows.get(approvalId);
    },
  };
}
