import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyRegister } from '#src/testing/empty-register.ts';
import { extract, lambda, martin, nationalId, run } from '#src/testing/extracts.ts';
import { createPostgresContacts } from './contacts.postgres.ts';
import { createPostgresRegister } from './register.postgres.ts';

const key = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(key);
const { postgres, close } = await openTestDatabase(new URL('../../migrations/', import.meta.url));
afterAll(close);
const contacts = createPostgresContacts({ postgres, seal });
const reachable = { phone: '+33 639980000', mail: 'camille@sante.example' };

beforeEach(async () => {
  await emptyRegister(postgres);
  const file = extract('pro_sante_connect', [run(lambda, reachable), run(martin, { phone: '0639980000' })]);
  expect(await createPostgresRegister({ postgres, seal }).import(file, { operator: 'test' })).toMatchObject({
    ok: true,
  });
});

const recorded = async () =>
  (await postgres.query('SELECT reader, national_id, found FROM contact_reads ORDER BY id')).rows;

describe('the contacts in PostgreSQL', () => {
  it('record who asked for one, found or not', async () => {
    await contacts.read(lambda, 'auth-broker');
    await contacts.read(nationalId('899700000039'), 'auth-broker');
    expect(await recorded()).toEqual([
      { reader: 'auth-broker', national_id: lambda, found: true },
      { reader: 'auth-broker', national_id: '899700000039', found: false },
    ]);
  });

  it('record each person that a number led to, or that it led to nobody', async () => {
    expect(await contacts.reach({ phone: '0639980000', mail: '' }, 'auth-broker')).toEqual([lambda, martin]);
    expect(await contacts.reach({ phone: '0639980009', mail: '' }, 'auth-broker')).toEqual([]);
    expect(await recorded()).toEqual([
      { reader: 'auth-broker', national_id: lambda, found: true },
      { reader: 'auth-broker', national_id: martin, found: true },
      { reader: 'auth-broker', national_id: '', found: false },
    ]);
  });

  it('are found under the key of before too', async () => {
    const next = createSeal(`k2:${randomBytes(32).toString('base64')},${key}`);
    const rotated = createPostgresContacts({ postgres, seal: next });
    expect(await rotated.reach({ phone: '', mail: reachable.mail }, 'auth-broker')).toEqual([lambda]);
    expect(await rotated.read(lambda, 'auth-broker')).toEqual(reachable);
  });

  it('are sealed: one that was moved to another person does not open', async () => {
    const { rows } = await postgres.query('SELECT * FROM described_pro_sante_connect, contact_keys');
    expect(JSON.stringify(rows)).not.toMatch(/camille@|98000/);
    await postgres.query(
      `UPDATE described_pro_sante_connect SET contact = (
         SELECT contact FROM described_pro_sante_connect WHERE subject = $1)`,
      [lambda],
    );
    expect(await contacts.read(lambda, 'auth-broker')).toEqual(reachable);
    await expect(contacts.read(martin, 'auth-broker')).rejects.toThrow(Bug);
  });
});
