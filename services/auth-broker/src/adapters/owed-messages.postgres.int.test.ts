import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase, type TestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { owedMessagesContract } from '#src/ports/owed-messages.contract.ts';
import { createPostgresOwedMessages } from './owed-messages.postgres.ts';

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
});
afterAll(() => database?.close());

const open = async () => {
  await database.postgres.query('TRUNCATE messages');
  return createPostgresOwedMessages(database.postgres, seal);
};

owedMessagesContract(open);

it('the database holds no recipient in clear, and nothing of one once the message was sent', async () => {
  const messages = await open();
  const content = { kind: 'contact-changed', contact: 'email', changedAt: 0 } as const;
  const owed = { id: 'm1', channel: 'email', to: 'camille@cabinet.example', content } as const;
  await messages.add({ ...owed, createdAt: 0, expiresAt: 1 }, 0);
  const dump = async () => (await database.postgres.query('SELECT messages::text AS row FROM messages')).rows;
  expect(JSON.stringify(await dump())).not.toContain('camille');
  await messages.settle('m1', 'sent');
  const { rows } = await database.postgres.query('SELECT sealed FROM messages');
  expect(rows).toEqual([{ sealed: null }]);
});

it('a message that was copied under another name is not sent', async () => {
  const messages = await open();
  const content = { kind: 'contact-changed', contact: 'email', changedAt: 0 } as const;
  const owed = { id: 'm1', channel: 'email', to: 'camille@cabinet.example', content } as const;
  await messages.add({ ...owed, createdAt: 0, expiresAt: 1_000 }, 0);
  await database.postgres.query(`UPDATE messages SET id = 'm2'`);
  await expect(messages.find('m2', 0)).rejects.toThrow('no key of DEVICE_SEAL_KEYS opens a message');
});
