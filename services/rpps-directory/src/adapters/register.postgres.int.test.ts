import { randomBytes } from 'node:crypto';
import { createSeal, openPostgres } from '@psc/datastores';
import { Bug } from '@psc/kernel';
import { openTestDatabase } from '@psc/testing/database';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { withoutOwn } from '#src/domain/identifier.ts';
import {
  type ExtractKind,
  extractKinds,
  type RegisterRow,
  type RejectedRow,
} from '#src/domain/register-row.ts';
import {
  extract,
  nationalId,
  type OpenRegister,
  practice,
  registerContract,
  row,
} from '#src/ports/register.contract.ts';
import { createPostgresContacts } from './contacts.postgres.ts';
import { createPostgresProfessionals } from './professionals.postgres.ts';
import { createMemoryRegister } from './register.memory.ts';
import { createPostgresRegister } from './register.postgres.ts';

const key = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(key);
const { postgres, url, close } = await openTestDatabase(new URL('../../migrations/', import.meta.url));
afterAll(close);

async function open(): Promise<OpenRegister> {
  await postgres.query('TRUNCATE people, imports, contact_reads RESTART IDENTITY CASCADE');
  return {
    ...createPostgresRegister({ postgres, seal }),
    ...createPostgresProfessionals({ postgres }),
    ...createPostgresContacts({ postgres, seal }),
  };
}

registerContract(open);

describe('whatever is imported', () => {
  const ids = ['899700000013', '899700000021', '0759999998', '0019999994', '30B0270001/CPET00001'].map(
    nationalId,
  );
  const rows = fc.array(
    fc.record({
      nationalId: fc.constantFrom(...ids),
      codeCivilite: fc.constantFrom('M', 'MME'),
      familyName: fc.constantFrom('LAMBDA', "D'ALMEIDA"),
      otherIds: fc.subarray(ids, { maxLength: 2 }),
      phone: fc.constantFrom('', '0601010101'),
      practice: fc
        .record({
          codeProfession: fc.constantFrom('', '10', '60'),
          codeSavoirFaire: fc.constantFrom('', 'SM26'),
          nomDexercice: fc.constantFrom('LAMBDA', 'MU'),
          codeModeExercice: fc.constantFrom('', 'L'),
          raisonSocialeSite: fc.constantFrom('', 'CABINET'),
        })
        .map(practice),
      bad: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
    }),
    { minLength: 1, maxLength: 7 },
  );
  const imports = fc.array(fc.record({ kind: fc.constantFrom(...extractKinds), rows }), {
    minLength: 2,
    maxLength: 5,
  });
  const asRow = (
    kind: ExtractKind,
    { bad, otherIds, phone, ...drawn }: RowDrawn,
  ): RegisterRow | RejectedRow => {
    if (bad) return { line: 0, reason: 'column_count', nationalId: drawn.nationalId };
    if (kind === 'personne_activite') return row(drawn);
    return row({ ...drawn, phone, otherIds: withoutOwn(drawn.nationalId, otherIds) });
  };
  type RowDrawn = typeof rows extends fc.Arbitrary<(infer Drawn)[]> ? Drawn : never;

  it('PostgreSQL does as the model does', async () => {
    await fc.assert(
      fc.asyncProperty(imports, async (sequence) => {
        const [model, register] = [createMemoryRegister(), await open()];
        for (const { kind, rows } of sequence) {
          const file = () =>
            extract(
              kind,
              rows.map((drawn) => asRow(kind, drawn)),
            );
          const expected = await model.apply(file(), { force: 'any sequence' });
          expect(await register.apply(file(), { force: 'any sequence' })).toEqual(expected);
          for (const id of ids) {
            expect(await register.find(id)).toEqual(await model.find(id));
            expect(await register.read(id, 'test')).toEqual(await model.read(id, 'test'));
          }
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});

describe('the register in PostgreSQL', () => {
  const lambda = nationalId('899700000013');
  const reachable = { phone: '+33 639980000', mail: 'camille@sante.example' };

  it('records each import, its hash and its bad rows, and keeps the rejects of the last one of each kind', async () => {
    const register = await open();
    const bad = (line: number): RejectedRow => ({ line, reason: 'column_count', nationalId: lambda });
    await register.apply(extract('personne_activite', [row(), bad(3), bad(4)]));
    await register.apply(extract('pro_sante_connect', [row(), bad(3)]));
    await register.apply(extract('personne_activite', [row(), bad(3)]), { force: 'not needed' });

    const imports = await postgres.query(
      'SELECT kind, sha256, forced_because, counts FROM imports ORDER BY id',
    );
    expect(imports.rows).toHaveLength(3);
    expect(imports.rows[0]).toEqual({
      kind: 'personne_activite',
      sha256: '0'.repeat(64),
      forced_because: null,
      counts: { rows: 3, rejected: 2, people: 1, created: 1, changed: 0, lost: 0, returned: 0 },
    });
    expect(imports.rows[2]).toMatchObject({ forced_because: null });
    const rejects = await postgres.query(
      'SELECT import_id::int, line, reason, national_id FROM rejects ORDER BY import_id, line',
    );
    expect(rejects.rows).toEqual([
      { import_id: 2, line: 3, reason: 'column_count', national_id: '899700000013' },
      { import_id: 3, line: 3, reason: 'column_count', national_id: '899700000013' },
    ]);
  });

  it('records why a great loss was accepted', async () => {
    const register = await open();
    await register.apply(
      extract('personne_activite', [row(), row({ nationalId: nationalId('899700000021') })]),
    );
    await register.apply(extract('personne_activite', [row()]), { force: 'test of the guard' });
    const { rows } = await postgres.query('SELECT forced_because FROM imports ORDER BY id');
    expect(rows).toEqual([{ forced_because: null }, { forced_because: 'test of the guard' }]);
  });

  it('writes nothing again when nothing changed', async () => {
    const register = await open();
    const rows = [row(reachable), row({ nationalId: nationalId('899700000021') })];
    const versions = async () => {
      const { rows } = await postgres.query<{ version: string }>(
        `SELECT xmin::text AS version FROM people UNION ALL SELECT xmin::text FROM exercices
         UNION ALL SELECT xmin::text FROM activities UNION ALL SELECT xmin::text FROM contacts`,
      );
      return rows.map(({ version }) => version);
    };
    await register.apply(extract('pro_sante_connect', rows));
    const before = await versions();
    await register.apply(extract('pro_sante_connect', rows));
    expect(await versions()).toEqual(before);
    expect(new Set(before).size).toBe(1);
  });

  it('keeps contacts sealed under the name of their person', async () => {
    const register = await open();
    const martin = nationalId('899700000021');
    await register.apply(
      extract('pro_sante_connect', [row(reachable), row({ ...reachable, nationalId: martin })]),
    );
    const stored = await postgres.query('SELECT * FROM contacts ORDER BY person_id');
    expect(JSON.stringify(stored.rows)).not.toMatch(/camille|98000/);
    expect(stored.rows[0]?.sealed).not.toBe(stored.rows[1]?.sealed);

    await postgres.query(
      `UPDATE contacts SET sealed = (SELECT sealed FROM contacts ORDER BY person_id LIMIT 1)`,
    );
    expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
    await expect(register.read(martin, 'auth-broker')).rejects.toThrow(Bug);
  });

  it('records who asked for a contact, found or not', async () => {
    const register = await open();
    await register.apply(extract('pro_sante_connect', [row(reachable)]));
    await register.read(lambda, 'auth-broker');
    await register.read(nationalId('899700000021'), 'auth-broker');
    const { rows } = await postgres.query('SELECT reader, national_id, found FROM contact_reads ORDER BY id');
    expect(rows).toEqual([
      { reader: 'auth-broker', national_id: '899700000013', found: true },
      { reader: 'auth-broker', national_id: '899700000021', found: false },
    ]);
  });

  it('rotates the key of the contacts: the next import seals them again', async () => {
    const old = await open();
    await old.apply(extract('pro_sante_connect', [row(reachable)]));
    const next = `k2:${randomBytes(32).toString('base64')}`;
    const register = createPostgresRegister({ postgres, seal: createSeal(`${next},${key}`) });
    await register.apply(extract('pro_sante_connect', [row(reachable)]));
    const contacts = createPostgresContacts({ postgres, seal: createSeal(next) });
    expect(await contacts.read(lambda, 'auth-broker')).toEqual(reachable);
  });

  it('finds a professional with one prepared statement', async () => {
    await open();
    const single = openPostgres({ url, poolSize: 1, onError: () => undefined });
    const professionals = createPostgresProfessionals({ postgres: single });
    for (let i = 0; i < 10; i++) await professionals.find(lambda);
    const { rows } = await single.query(
      'SELECT name, (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements',
    );
    await single.close();
    expect(rows).toEqual([{ name: 'find-professional', runs: 10 }]);
  });

  it('answers the register of before until an import is over', async () => {
    const register = await open();
    await register.apply(extract('personne_activite', [row()]));
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: goOn, resolve: finish } = Promise.withResolvers<void>();
    const running = register.apply(
      extract('personne_activite', [row({ codeCivilite: 'M' })], () => {
        reach();
        return goOn;
      }),
    );
    await reached;
    expect(await register.find(lambda)).toMatchObject({ codeCivilite: 'MME' });
    finish();
    await running;
    expect(await register.find(lambda)).toMatchObject({ codeCivilite: 'M' });
  });
});
