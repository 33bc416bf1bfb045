import { createHash } from 'node:crypto';
import { devicePublicKeySchema, pushSubscriptionSchema } from '@psc/contracts';
import type { Postgres, Queryable, Seal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { z } from 'zod';
import type { Devices } from '#src/ports/devices.ts';

const deviceRow = z.object({
  national_id: z.string(),
  state: z.enum(['active', 'locked', 'silent']),
  public_key: devicePublicKeySchema,
});
const pinRow = z.object({ right: z.boolean(), failures: z.number(), state: z.enum(['active', 'locked']) });

/** Of a row of `devices`. */
const SILENT =
  'EXISTS (SELECT FROM silences WHERE silences.national_id = devices.national_id AND silences.silent)';

/** `seal` closes push subscriptions (`DEVICE_SEAL_KEYS`). */
export function createPostgresDevices(postgres: Postgres, seal: Seal): Devices {
  return {
    async addTicket({ ticket, nationalId, expiresAt }) {
      await postgres.query(
        `INSERT INTO activation_tickets (national_id, digest, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (national_id) DO UPDATE
           SET digest = excluded.digest, expires_at = excluded.expires_at, used_at = NULL`,
        [nationalId, digest(ticket), new Date(expiresAt)],
        'add ticket',
      );
    },

    async activate(ticket, { id, name, publicKey, pinVerifier, push, activatedAt }) {
      const sealedPush = push ? seal.seal(pushName(id), JSON.stringify(push)) : null;
      // One statement: the ticket is used if and only if the device exists, and the row lock lets one caller through.
      const { rowCount } = await postgres.query(
        `WITH ticket AS (
           UPDATE activation_tickets SET used_at = $2
           WHERE digest = $1 AND used_at IS NULL AND expires_at > $2
           RETURNING national_id
         )
         INSERT INTO devices (id, national_id, name, public_key, pin_verifier, push_subscription, activated_at)
         SELECT $3, national_id, $4, $5, $6, $7, $2 FROM ticket`,
        [digest(ticket), new Date(activatedAt), id, name, publicKey, pinVerifier, sealedPush],
        'activate device',
      );
      return rowCount === 1;
    },

    async find(id) {
      const { rows } = await postgres.query(
        `SELECT national_id, public_key,
           CASE WHEN state = 'active' AND ${SILENT} THEN 'silent' ELSE state END AS state
         FROM devices WHERE id = $1`,
        [id],
        'find device',
      );
      if (rows.length === 0) return undefined;
      const row = deviceRow.parse(rows[0]);
      return { id, nationalId: row.national_id, state: row.state, publicKey: row.public_key };
    },

    async listActive(nationalId, limit) {
      const { rows } = await postgres.query<{ id: string }>(
        `SELECT id FROM devices WHERE national_id = $1 AND state = 'active' AND NOT ${SILENT}
         ORDER BY activated_at DESC LIMIT $2`,
        [nationalId, limit],
        'list active devices',
      );
      return rows.map(({ id }) => id);
    },

    async findPushSubscription(id) {
      const { rows } = await postgres.query<{ push_subscription: string | null }>(
        `SELECT push_subscription FROM devices WHERE id = $1 AND state = 'active' AND NOT ${SILENT}`,
        [id],
        'find push subscription',
      );
      const sealed = rows[0]?.push_subscription;
      if (!sealed) return undefined;
      const opened = seal.open(pushName(id), sealed);
      if (opened === undefined)
        throw new Bug('push_subscription_unreadable', 'no key of DEVICE_SEAL_KEYS opens a push subscription');
      return pushSubscriptionSchema.parse(JSON.parse(opened));
    },

    async tryPin(id, verifiers, tries) {
      // Tries that come together wait here for each other's row lock: none is judged on an old count.
      const { rows } = await postgres.query(
        `UPDATE devices SET
           pin_failures = CASE WHEN pin_verifier = ANY($2) THEN 0 ELSE pin_failures + 1 END,
           state = CASE WHEN pin_verifier = ANY($2) OR pin_failures + 1 < $4 THEN state ELSE 'locked' END,
           pin_verifier = CASE WHEN pin_verifier = ANY($2) THEN $3 ELSE pin_verifier END
         WHERE id = $1 AND state = 'active'
         RETURNING pin_verifier = $3 AS right, pin_failures AS failures, state`,
        [id, verifiers, verifiers[0], tries],
        'try pin',
      );
      if (rows.length === 0) return { verdict: 'locked' };
      const { right, failures, state } = pinRow.parse(rows[0]);
      if (right) return { verdict: 'right' };
      return state === 'locked'
        ? { verdict: 'locked' }
        : { verdict: 'wrong', remainingTries: tries - failures };
    },

    async setSilence(nationalId, { event, silent, at }) {
      await postgres.query(
        `INSERT INTO silences AS known (national_id, event_id, silent, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (national_id) DO UPDATE
           SET event_id = excluded.event_id, silent = excluded.silent, at = excluded.at
         WHERE known.event_id < excluded.event_id`,
        [nationalId, event, silent, new Date(at)],
        'set silence',
      );
    },

    async findSilence(nationalId) {
      const { rows } = await postgres.query<{ event_id: string }>(
        'SELECT event_id FROM silences WHERE national_id = $1 AND silent',
        [nationalId],
        'find silence',
      );
      return rows[0] && Number(rows[0].event_id);
    },

    async endSilence(nationalId, event) {
      await postgres.query(
        'UPDATE silences SET silent = false WHERE national_id = $1 AND event_id = $2',
        [nationalId, event],
        'end silence',
      );
    },

    merge: ({ event, previousId, nationalId, at }) =>
      postgres.transaction(async (tx) => {
        if (!(await isNext(tx, previousId, event))) return;
        // The tickets first: an activation in flight holds its ticket's row. Either we wait until its phone is there, or
        // it waits, and its ticket is of the other identifier by then. Of two tickets the one given last counts.
        const ids = [previousId, nationalId];
        await tx.query(
          `DELETE FROM activation_tickets AS older USING activation_tickets AS newer
           WHERE older.national_id = $2 AND newer.national_id = $1 AND older.expires_at <= newer.expires_at`,
          ids,
        );
        await tx.query(
          `UPDATE activation_tickets SET national_id = $2 WHERE national_id = $1
             AND NOT EXISTS (SELECT FROM activation_tickets WHERE national_id = $2)`,
          ids,
        );
        await tx.query('DELETE FROM activation_tickets WHERE national_id = $1', [previousId]);
        const { rows } = await tx.query<{ id: string }>(
          `UPDATE devices SET national_id = $2
           WHERE id IN (SELECT id FROM devices WHERE national_id = $1 UNION ${MOVED}) AND national_id <> $2 RETURNING id`,
          ids,
        );
        if (rows.length === 0) return;
        await moveFraudReports(tx, nationalId, rows);
        await tx.query(
          `INSERT INTO merges AS known (event_id, previous_id, national_id, device_ids, at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (event_id) DO UPDATE SET device_ids = known.device_ids || excluded.device_ids`,
          [event, ...ids, rows.map(({ id }) => id), new Date(at)],
        );
      }),

    separate: ({ event, nationalId, previousId, at }) =>
      postgres.transaction(async (tx) => {
        if (!(await isNext(tx, nationalId, event))) return;
        await tx.query('DELETE FROM activation_tickets WHERE national_id = $1', [previousId]);
        const { rows } = await tx.query<{ id: string }>(
          `UPDATE devices SET national_id = $1 WHERE id IN (${MOVED}) AND national_id <> $1 RETURNING id`,
          [nationalId],
        );
        const back = rows.map(({ id }) => id);
        if (back.length > 0) {
          await moveFraudReports(tx, nationalId, rows);
          // They came to others by way of it: what those lose later is not theirs.
          await tx.query(
            `UPDATE merges SET device_ids = ARRAY(SELECT unnest(device_ids) EXCEPT SELECT unnest($2::text[]))
             WHERE device_ids && $2 AND previous_id <> $1`,
            [nationalId, back],
          );
        }
        await tx.query(
          `INSERT INTO merges (event_id, previous_id, national_id, device_ids, at) VALUES ($1, $2, $2, $3, $4)
           ON CONFLICT (event_id) DO NOTHING`,
          [event, nationalId, back, new Date(at)],
        );
      }),
  };
}

/** The phones that merges took from identifier $1, and that did not come back. */
const MOVED = `
  SELECT unnest(device_ids) FROM merges
  WHERE previous_id = $1 AND event_id > coalesce(
    (SELECT max(event_id) FROM merges WHERE previous_id = $1 AND national_id = $1), 0)`;

/** Has nothing later been done of this identifier? Held until the end of the transaction, so that nothing is meanwhile. */
async function isNext(tx: Queryable, identifier: string, event: number): Promise<boolean> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('merges ' || $1))", [identifier]);
  const { rowCount } = await tx.query('SELECT FROM merges WHERE previous_id = $1 AND event_id > $2 LIMIT 1', [
    identifier,
    event,
  ]);
  return rowCount === 0;
}

async function moveFraudReports(
  tx: Queryable,
  nationalId: string,
  moved: readonly { readonly id: string }[],
): Promise<void> {
  await tx.query('UPDATE fraud_reports SET national_id = $1 WHERE device_id = ANY ($2)', [
    nationalId,
    moved.map(({ id }) => id),
  ]);
}

/** A ticket has 256 random bits: its digest needs no salt. */
function digest(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}

function pushName(deviceId: string): string {
  return `push-subscription:${deviceId}`;
}
