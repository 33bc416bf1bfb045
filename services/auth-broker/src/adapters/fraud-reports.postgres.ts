import type { Postgres } from '@psc/datastores';
import { z } from 'zod';
import type { FraudReports } from '#src/ports/fraud-reports.ts';

const rowSchema = z.object({
  national_id: z.string(),
  device_id: z.string(),
  client_id: z.string(),
  requester_ip: z.string(),
  requester_user_agent: z.string(),
  reported_at: z.date(),
});

export function createPostgresFraudReports(postgres: Postgres): FraudReports {
  return {
    async add({ approvalId, nationalId, deviceId, clientId, requester, reportedAt }) {
      await postgres.query(
        `INSERT INTO fraud_reports
           (approval_id, national_id, device_id, client_id, requester_ip, requester_user_agent, reported_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (approval_id) DO NOTHING`,
        [approvalId, nationalId, deviceId, clientId, requester.ip, requester.userAgent, new Date(reportedAt)],
        'add fraud report',
      );
    },

    async find(approvalId) {
      const { rows } = await postgres.query(
        `SELECT national_id, device_id, client_id, requester_ip, requester_user_agent, reported_at
         FROM fraud_reports WHERE approval_id = $1`,
        [approvalId],
        'find fraud report',
      );
      if (rows.length === 0) return undefined;
      const row = rowSchema.parse(rows[0]);
      return {
        approvalId,
        nationalId: row.national_id,
        deviceId: row.device_id,
        clientId: row.client_id,
        requester: { ip: row.requester_ip, userAgent: row.requester_user_agent },
        reportedAt: row.reported_at.getTime(),
      };
    },
  };
}
