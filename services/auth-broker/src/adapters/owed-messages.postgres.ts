import { messageChannelSchema } from '@psc/contracts';
import type { Postgres, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { OwedMessage } from '#src/domain/message.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';

const rowSchema = z.object({
  channel: messageChannelSchema,
  sealed: z.string(),
  created_at: z.date(),
  expires_at: z.date(),
});

const sealedSchema = z.object({
  to: z.string(),
  content: z.object({
    kind: z.literal('contact-changed'),
    contact: z.enum(['phone', 'email']),
    changedAt: z.number(),
  }),
});

/** `seal` closes recipients and contents (`DEVICE_SEAL_KEYS`). */
export function createPostgresOwedMessages(postgres: Postgres, seal: Seal): OwedMessages {
  return {
    async add({ id, channel, to, content, createdAt, expiresAt }, queueAt) {
      const { rowCount } = await postgres.query(
        `INSERT INTO messages (id, kind, channel, sealed, created_at, expires_at, queue_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO NOTHING`,
        [
          id,
          content.kind,
          channel,
          seal.seal(sealName(id), JSON.stringify({ to, content })),
          new Date(createdAt),
          new Date(expiresAt),
          new Date(queueAt),
        ],
        'add message',
      );
      return rowCount === 1;
    },

    async find(id, now) {
      const { rows } = await postgres.query(
        `SELECT channel, sealed, created_at, expires_at FROM messages
         WHERE id = $1 AND expires_at > $2 AND sealed IS NOT NULL`,
        [id, new Date(now)],
        'find message',
      );
      return rows.length === 0 ? undefined : readMessage(id, rows[0]);
    },

    async takeDue(now, again, limit) {
      // Rows that another replica is taking are skipped: each goes to one.
      const { rows } = await postgres.query<{ id: string }>(
        `WITH due AS (
           SELECT id, queue_at AS since FROM messages
           WHERE queue_at <= $1 AND expires_at > $1
           ORDER BY queue_at LIMIT $3 FOR UPDATE SKIP LOCKED
         ), taken AS (
           UPDATE messages SET queue_at = $2 FROM due WHERE messages.id = due.id RETURNING messages.id, since
         )
         SELECT id FROM taken ORDER BY since`,
        [new Date(now), new Date(again), limit],
        'take due messages',
      );
      return rows.map(({ id }) => id);
    },

    async markQueued(ids, again) {
      await postgres.query(
        'UPDATE messages SET queue_at = $2 WHERE id = ANY($1) AND queue_at IS NOT NULL',
        [ids, new Date(again)],
        'mark messages queued',
      );
    },

    async settle(id, outcome) {
      await postgres.query(
        'UPDATE messages SET queue_at = NULL, sealed = CASE WHEN $2 THEN NULL ELSE sealed END WHERE id = $1',
        [id, outcome === 'sent'],
        'settle message',
      );
    },

    async forget(now, limit) {
      const { rowCount } = await postgres.query(
        `DELETE FROM messages WHERE id IN
           (SELECT id FROM messages WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
        [new Date(now), limit],
        'forget messages',
      );
      return rowCount ?? 0;
    },
  };

  function readMessage(id: string, found: unknown): OwedMessage {
    const row = rowSchema.parse(found);
    const opened = seal.open(sealName(id), row.sealed);
    if (opened === undefined)
      throw new Bug('message_unreadable', 'no key of DEVICE_SEAL_KEYS opens a message');
    const { to, content } = sealedSchema.parse(JSON.parse(opened));
    const [createdAt, expiresAt] = [row.created_at.getTime(), row.expires_at.getTime()];
    return { id, channel: row.channel, to, content, createdAt, expiresAt };
  }
}

function sealName(id: string): string {
  return `message:${id}`;
}
