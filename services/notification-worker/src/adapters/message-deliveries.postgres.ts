import { messageChannelSchema, messageKindSchema } from '@psc/contracts';
import type { Postgres } from '@psc/datastores';
import { z } from 'zod';
import type { MessageDeliveries } from '#src/ports/message-deliveries.ts';

const rowSchema = z.object({
  kind: messageKindSchema,
  channel: messageChannelSchema,
  outcome: z.enum(['delivered', 'failed']),
  reason: z.string(),
  attempts: z.number(),
  at: z.date(),
});

export function createPostgresMessageDeliveries(postgres: Postgres): MessageDeliveries {
  return {
    async record({ messageId, kind, channel, settled, attempts, at }) {
      const reason = settled.outcome === 'delivered' ? '' : settled.reason;
      await postgres.query(
        `INSERT INTO message_deliveries AS known (message_id, kind, channel, outcome, reason, attempts, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (message_id) DO UPDATE
           SET outcome = excluded.outcome, reason = excluded.reason, attempts = excluded.attempts, at = excluded.at
         WHERE known.outcome <> 'delivered'`,
        [messageId, kind, channel, settled.outcome, reason, attempts, new Date(at)],
        'record message delivery',
      );
    },

    async find(messageId) {
      const { rows } = await postgres.query(
        'SELECT kind, channel, outcome, reason, attempts, at FROM message_deliveries WHERE message_id = $1',
        [messageId],
        'find message delivery',
      );
      if (rows.length === 0) return undefined;
      const { kind, channel, outcome, reason, attempts, at } = rowSchema.parse(rows[0]);
      const settled = outcome === 'delivered' ? { outcome } : { outcome, reason };
      return { messageId, kind, channel, settled, attempts, at: at.getTime() };
    },

    async forget(before, limit) {
      const { rowCount } = await postgres.query(
        `DELETE FROM message_deliveries WHERE message_id IN
           (SELECT message_id FROM message_deliveries WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [new Date(before), limit],
        'forget message deliveries',
      );
      return rowCount ?? 0;
    },
  };
}
