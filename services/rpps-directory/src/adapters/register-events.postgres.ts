import { MOST_EVENTS_IN_A_JOB, type RegisterEvent, registerEventTypes } from '@psc/contracts';
import type { Postgres, Seal } from '@psc/datastores';
import { z } from 'zod';
import { changedParts } from '#src/domain/contact-keys.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import { openContact } from './sealed-contact.ts';

const eventRow = z.object({
  id: z.coerce.number(),
  type: z.enum(registerEventTypes),
  subject: z.string(),
  previous_id: z.string().nullable(),
  at: z.coerce.number(),
});
const runRow = z.object({ first: z.coerce.number().nullable(), last: z.coerce.number().nullable() });
const previousRow = z.object({
  subject: z.string(),
  contact: z.string().nullable(),
  current: z.string().nullable(),
});

/** Deleted by one statement, so that no lock lasts. */
const MOST_FORGOTTEN = 10_000;

export function createPostgresRegisterEvents({
  postgres,
  seal,
}: {
  readonly postgres: Postgres;
  readonly seal: Seal;
}): RegisterEvents {
  return {
    async read({ first, last }) {
      const { rows } = await postgres.query(
        `SELECT id, type, subject, previous_id, floor(extract(epoch FROM at)) AS at FROM register_events
         WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT ${MOST_EVENTS_IN_A_JOB + 1}`,
        [first, last],
        'read register events',
      );
      if (rows.length > MOST_EVENTS_IN_A_JOB) return 'too_many';
      return rows.map((row): RegisterEvent => {
        const { id, type, subject, previous_id, at } = eventRow.parse(row);
        return { id, type, nationalId: subject, previousId: previous_id ?? '', at };
      });
    },

    relay: (queue) =>
      postgres.transaction(async (tx) => {
        // Held until the end of the transaction, however it ends.
        const { rows: locks } = await tx.query<{ locked: boolean }>(
          `SELECT pg_try_advisory_xact_lock(hashtext('register_events')) AS locked`,
        );
        if (!locks[0]?.locked) return 'idle';
        const { rows } = await tx.query(
          `SELECT min(id) AS first, max(id) AS last FROM
             (SELECT id FROM register_events WHERE queued_at IS NULL ORDER BY id LIMIT ${MOST_EVENTS_IN_A_JOB}) AS next`,
        );
        const { first, last } = runRow.parse(rows[0]);
        if (first === null || last === null) return 'idle';
        await queue({ first, last });
        await tx.query(
          `UPDATE register_events SET queued_at = clock_timestamp()
           WHERE id BETWEEN $1 AND $2 AND queued_at IS NULL`,
          [first, last],
        );
        return 'queued';
      }),

    async readPreviousContact(id, reader) {
      const { rows } = await postgres.query(READ_PREVIOUS, [id, reader], 'read previous contact');
      const { subject, contact, current } = previousRow.parse(
        rows[0] ?? { subject: '', contact: null, current: null },
      );
      const before = contact === null ? undefined : openContact(seal, subject, contact);
      // The key of before is not configured any more: nobody can say whom to tell.
      if (before === undefined) return undefined;
      const now = current === null ? undefined : openContact(seal, subject, current);
      const changed = changedParts(before, now ?? { phone: '', mail: '' });
      return changed.length > 0 ? { ...before, changed } : undefined;
    },

    async forgetContact(id) {
      await postgres.query(
        'UPDATE register_events SET contact = NULL WHERE id = $1 AND contact IS NOT NULL',
        [id],
        'forget previous contact',
      );
    },

    async forgetOld({ contactsBefore, eventsBefore }) {
      await postgres.query(
        `UPDATE register_events SET contact = NULL
         WHERE id IN (SELECT id FROM register_events WHERE contact IS NOT NULL AND at < $1 ORDER BY id LIMIT $2)`,
        [contactsBefore, MOST_FORGOTTEN],
      );
      const { rowCount } = await postgres.query(
        `DELETE FROM register_events WHERE id IN
           (SELECT id FROM register_events WHERE at < $1 AND queued_at IS NOT NULL ORDER BY id LIMIT $2)`,
        [eventsBefore, MOST_FORGOTTEN],
      );
      return rowCount ?? 0;
    },
  };
}

/** Reading and recording that it was read are one statement. */
const READ_PREVIOUS = `
  WITH event AS (
    SELECT subject, contact FROM register_events WHERE id = $1 AND type = 'contact_changed'
  ),
  recorded AS (
    INSERT INTO contact_reads (reader, national_id, found)
    SELECT $2, subject, contact IS NOT NULL FROM event RETURNING id
  )
  SELECT event.subject, event.contact, now.contact AS current
  FROM recorded, event LEFT JOIN described_pro_sante_connect now ON now.subject = event.subject AND now.present`;
