import type { Postgres } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Settled } from '#src/domain/attempt.ts';
import type { DropReason } from '#src/domain/delivery.ts';
import type { Deliveries } from '#src/ports/deliveries.ts';

const rowSchema = z.object({
  outcome: z.enum(['delivered', 'dropped', 'failed']),
  reason: z.string(),
  attempts: z.number(),
  at: z.date(),
});

const dropReasonSchema = z.enum(['approval_over', 'no_subscription', 'subscription_gone']);

export function createPostgresDeliveries(postgres: Postgres): Deliveries {
  return {
    async record({ approvalId, deviceId, settled, attempts, at }) {
      const reason = settled.outcome === 'delivered' ? '' : settled.reason;
      await postgres.query(
        `INSERT INTO deliveries AS known (approval_id, device_id, outcome, reason, attempts, at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (approval_id, device_id) DO UPDATE
           SET outcome = excluded.outcome, reason = excluded.reason, attempts = excluded.attempts, at = excluded.at
         WHERE known.outcome <> 'delivered'`,
        [approvalId, deviceId, settled.outcome, reason, attempts, new Date(at)],
        'record delivery',
      );
    },

    async find(approvalId, deviceId) {
      const { rows } = await postgres.query(
        'SELECT outcome, reason, attempts, at FROM deliveries WHERE approval_id = $1 AND device_id = $2',
        [approvalId, deviceId],
        'find delivery',
      );
      if (rows.length === 0) return undefined;
      const { outcome, reason, attempts, at } = rowSchema.parse(rows[0]);
      return { approvalId, deviceId, settled: readSettled(outcome, reason), attempts, at: at.getTime() };
    },

    async forget(before, limit) {
      const { rowCount } = await postgres.query(
        `DELETE FROM deliveries WHERE (approval_id, device_id) IN
           (SELECT approval_id, device_id FROM deliveries WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [new Date(before), limit],
        'forget deliveries',
      );
      return rowCount ?? 0;
    },
  };
}

function readSettled(outcome: z.infer<typeof rowSchema>['outcome'], reason: string): Settled<DropReason> {
  switch (outcome) {
    case 'delivered':
      return { outcome };
    case 'failed':
      return { outcome, reason };
    case 'dropped': {
      const known = dropReasonSchema.safeParse(reason);
      if (!known.success)
        throw new Bug('delivery_unreadable', 'a delivery was dropped for an unknown reason');
      return { outcome, reason: known.data };
    }
  }
}
