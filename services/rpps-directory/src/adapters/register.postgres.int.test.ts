import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, describe, expect, it } from 'vitest';
import { type OpenRegister, registerContract } from '#src/ports/register.contract.ts';
import { emptyRegister } from '#src/testing/empty-register.ts';
import { adeli, extract, lambda, martin, run } from '#src/testing/extracts.ts';
import { createPostgresContacts } from './contacts.postgres.ts';
import { createPostgresProfessionals } from './professionals.postgres.ts';
import { createPostgresRegister } from './register.postgres.ts';

const key = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(key);
const { postgres, close } = await openTestDatabase(new URL('../../migrations/', import.meta.url));
afterAll(close);

async function open(): Promise<OpenRegister> {
  await emptyRegister(postgres);
  return {
    ...createPostgresRegister({ postgres, seal }),
    ...createPostgresProfessionals({ postgres }),
    ...createPostgresContacts({ postgres, seal }),
  };
}

registerContract(open);

describe('a merge is told', () => {
  const merges = async () => {
    const { rows } = await postgres.query<{ subject: string; previous_id: string }>(
      "SELECT subject, previous_id FROM register_events WHERE type = 'merged' ORDER BY id",
    );
    return rows.map(({ subject, previous_id }) => [previous_id, subject]);
  };
  const table = extract('adeli_rpps', [{ ...run(lambda, { otherIds: [adeli] }), rows: '' }]);
  const options = { operator: 'test' };

  it('when an identifier leads to another person than before', async () => {
    const register = await open();
    await register.import(extract('personne_activite', [run(adeli), run()]), options);
    expect(await merges()).toEqual([]);
    await register.import(table, options);
    expect(await merges()).toEqual([[adeli, lambda]]);
  });

  it('when who declares it comes into the register, by the first file of a kind or by a later one', async () => {
    for (const kind of ['personne_activite', 'pro_sante_connect'] as const) {
      const register = await open();
      await register.import(extract('personne_activite', [run(adeli)]), options);
      await register.import(table, options);
      expect(await merges()).toEqual([]);
      await register.import(extract(kind, [run(adeli), run(), run(martin)]), options);
      expect(await merges()).toEqual([[adeli, lambda]]);
    }
  });
});
