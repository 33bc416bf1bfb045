import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FraudReport, FraudReports } from './fraud-reports.ts';

/** What every adapter of `FraudReports` must do. `open` also answers a device that exists. */
export function fraudReportsContract(
  open: () => Promise<{ fraudReports: FraudReports; deviceId: string }>,
): void {
  let fraudReports: FraudReports;
  let report: FraudReport;
  beforeEach(async () => {
    const opened = await open();
    fraudReports = opened.fraudReports;
    report = {
      approvalId: randomUUID(),
      nationalId: '899700000012',
      deviceId: opened.deviceId,
      clientId: 'app',
      requester: { ip: '192.0.2.1', userAgent: 'Firefox' },
      reportedAt: Date.UTC(2026, 10, 21),
    };
  });

  describe('fraud reports', () => {
    it('are found by their approval', async () => {
      await fraudReports.add(report);
      expect(await fraudReports.find(report.approvalId)).toEqual(report);
      expect(await fraudReports.find(randomUUID())).toBeUndefined();
    });

    it('keep the first one, also of ten at once', async () => {
      await fraudReports.add(report);
      const later = { ...report, reportedAt: report.reportedAt + 1000 };
      await Promise.all(Array.from({ length: 10 }, () => fraudReports.add(later)));
      expect(await fraudReports.find(report.approvalId)).toEqual(report);
    });
  });
}
