import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RejectedRow } from '#src/domain/row-problems.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
import { type OpenRegister, registerContract } from '#src/ports/register.contract.ts';
import { emptyRegister } from '#src/testing/empty-register.ts';
import {
  adeli,
  extract,
  lambda,
  line,
  luc,
  martin,
  nationalId,
  practice,
  run,
} from '#src/testing/extracts.ts';
import { createPostgresContacts } from './contacts.postgres.ts';
import { createPostgresProfessionals, openLookups } from './professionals.postgres.ts';
import { createPostgresRegister } from './register.postgres.ts';
import { contactName } from './sealed-contact.ts';

const key = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(key);
const { postgres, url, close } = await openTestDatabase(new URL('../../migrations/', import.meta.url));
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
  const crowd = Array.from({ length: 60 }, (_, i) => run(nationalId(`300000000${i}/CPET`)));
  const crowdOfLines = crowd.slice(0, 30).map((_, i) => line(`07599900${10 + i}`, `8997000001${10 + i}`));

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

  it('for all of a chain, whichever link comes first, and again once a link is gone', async () => {
    const employer = nationalId('3000000999/CPET');
    const linked = extract('pro_sante_connect', [run(adeli, { otherIds: [employer] }), run(), ...crowd]);
    const people = extract('personne_activite', [run(adeli), run(employer), run(), ...crowd]);
    const others = extract('adeli_rpps', [line('0759999981', martin)]);
    for (const [links, told] of [
      [[linked, table], [[employer, adeli]]],
      [[table, linked], []],
    ] as const) {
      const register = await open();
      for (const each of [people, ...links]) await register.import(each, options);
      const whole = await merges();
      expect(whole.slice(0, told.length)).toEqual(told);
      expect(whole.slice(told.length).toSorted()).toEqual([
        [adeli, lambda],
        [employer, lambda],
      ]);
      await register.import(others, { ...options, force: 'a wrong table' });
      expect((await merges()).slice(whole.length)).toEqual([[employer, adeli]]);
    }
  });

  it('not by a wrong line, whenever the people come; but once an operator says that it is right', async () => {
    const stranger = run(adeli, { rows: [luc] });
    const wrong = [line(adeli, lambda), ...crowdOfLines];
    for (const order of [
      ['personne_activite', 'adeli_rpps'],
      ['adeli_rpps', 'personne_activite'],
    ] as const) {
      const register = await open();
      const files = { personne_activite: [stranger, run()], adeli_rpps: wrong };
      for (const kind of order) await register.import(extract(kind, files[kind]), options);
      await register.import(extract('adeli_rpps', wrong), options);
      expect(await merges()).toEqual([]);
      await register.import(extract('adeli_rpps', wrong), { ...options, force: 'it is right' });
      expect(await merges()).toEqual([[adeli, lambda]]);
    }
  });

  it('when the names of the two records turn out to have one in common', async () => {
    const register = await open();
    const married = practice({ nomDexercice: 'OMICRON' });
    const people = (rows = practice()) =>
      extract('personne_activite', [run(adeli, { rows: [luc] }), run(lambda, { rows: [rows] }), ...crowd]);
    await register.import(people(), options);
    await register.import(extract('adeli_rpps', [line(adeli, lambda), ...crowdOfLines]), options);
    await register.import(people(married), options);
    await register.import(people(), options);
    expect(await merges()).toEqual([[adeli, lambda]]);
  });
});

describe('the register in PostgreSQL', () => {
  const reachable = { phone: '+33 639980001', mail: 'camille@sante.example' };
  const many = Array.from({ length: 60 }, (_, i) => run(nationalId(`300000000${i}/CPET`)));
  const register = createPostgresRegister({ postgres, seal });
  const apply = async (kind: FileKind, items: Parameters<typeof extract>[1], force = 'a test') => {
    const applied = await register.import(extract(kind, items), { operator: 'test', force });
    if (!applied.ok) throw new Error(applied.sentence);
    return applied.value;
  };
  const query = async (text: string) => (await postgres.query(text)).rows;
  const events = () => query('SELECT type, subject, previous_id FROM register_events ORDER BY id');

  beforeEach(() => emptyRegister(postgres));

  it('records each import, its hash, its operator and its bad rows, and keeps the rejects of the last one of each kind', async () => {
    const bad = (line: number): RejectedRow => ({ line, reason: 'column_count', subject: lambda });
    const { sha256 } = await apply('personne_activite', [run(), bad(3), bad(4)]);
    await apply('pro_sante_connect', [run(), bad(3)]);
    await apply('personne_activite', [run(), bad(3)]);
    const versions = await query('SELECT kind, sha256, operator, reason, counts FROM versions ORDER BY id');
    expect(versions).toHaveLength(3);
    expect(versions[0]).toMatchObject({
      kind: 'personne_activite',
      sha256,
      operator: 'test',
      // The guards had nothing to say.
      reason: null,
      counts: { rows: 3, rejected: 2, people: 1, created: 1, changed: 0, lost: 0, returned: 0 },
    });
    expect(
      await query('SELECT version_id::int, line, reason, subject FROM rejected_rows ORDER BY 1, 2'),
    ).toEqual([
      { version_id: 2, line: 3, reason: 'column_count', subject: lambda },
      { version_id: 3, line: 3, reason: 'column_count', subject: lambda },
    ]);
  });

  it('tells which claims of a file were refused, although it was another one that showed that they are wrong', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => line(`07599900${10 + i}`, `8997000001${10 + i}`));
    const import_ = (kind: FileKind, items: Parameters<typeof extract>[1]) =>
      register.import(extract(kind, items), { operator: 'test' });
    await import_('adeli_rpps', [...lines, line(adeli, lambda)]);
    await import_('personne_activite', [run(adeli, { rows: [luc] }), run(), ...many]);
    const rejects = () => query('SELECT version_id::int, line, reason, subject FROM rejected_rows');
    const refused = { reason: 'identifier_of_other_names', subject: lambda };
    expect(await rejects()).toEqual([{ version_id: 1, line: null, ...refused }]);
    expect(await query("SELECT counts->'rejected' AS rejected FROM versions ORDER BY id")).toEqual([
      { rejected: 1 },
      { rejected: 0 },
    ]);
    const renamed = practice({ nomDexercice: 'AUTRE', prenomDexercice: 'ANNE' });
    await import_('personne_activite', [run(adeli, { rows: [renamed] }), run(), ...many]);
    expect(await rejects()).toHaveLength(1);
    await import_('adeli_rpps', [...lines, line(adeli, lambda)]);
    expect(await rejects()).toEqual([{ version_id: 4, line: 32, ...refused }]);
  });

  it('has everybody of a file, in however many chunks it is staged', async () => {
    const crowd = Array.from({ length: 3_000 }, (_, i) =>
      run(nationalId(`30${10_000 + i}/CPET${'0'.repeat(i % 40)}`)),
    );
    const inChunks = createPostgresRegister({ postgres, seal, chunkBytes: 200 });
    for (const kind of ['personne_activite', 'pro_sante_connect'] as const) {
      const imported = await inChunks.import(extract(kind, crowd), { operator: 'test' });
      expect(imported).toMatchObject({ value: { counts: { people: 3_000, created: 3_000 } } });
      expect(await query(`SELECT count(*)::int FROM described_${kind}`)).toEqual([{ count: 3_000 }]);
    }
    const again = await inChunks.import(extract('personne_activite', crowd), { operator: 'test' });
    expect(again).toMatchObject({ value: { counts: { people: 3_000, created: 0, changed: 0, lost: 0 } } });
  });

  it('is looked up by its indexes, although a lookup was planned when it was empty', async () => {
    const crowd = Array.from({ length: 3_000 }, (_, i) => run(nationalId(`30${10_000 + i}/CPET`)));
    const lookups = openLookups(url, () => undefined);
    onTestFinished(() => lookups.close());
    const { find } = createPostgresProfessionals({ postgres: lookups });
    expect(await find(lambda)).toBeUndefined();
    const planned = async () => {
      const { rows } = await lookups.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN EXECUTE "described-01" ('{${lambda}}')`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    await apply('personne_activite', [run(lambda, { otherIds: [adeli] }), ...crowd]);
    await apply('pro_sante_connect', [run(lambda, { otherIds: [adeli] }), ...crowd]);
    expect(await find(lambda)).toMatchObject({ nationalId: lambda });
    expect(await planned()).toContain('Index Scan using described_personne_activite_pkey');
    expect(await planned()).not.toMatch(/Seq Scan on described_/);
    expect(await planned()).toContain('ANY ($1)');
  });

  it('records why a great loss was accepted', async () => {
    await apply('personne_activite', [run(), run(martin)]);
    await apply('personne_activite', [run()], 'the other one was a test');
    expect(await query('SELECT reason FROM versions ORDER BY id')).toEqual([
      { reason: null },
      { reason: 'the other one was a test' },
    ]);
  });

  it('writes nothing again when nothing changed, and one row when one changed', async () => {
    const rows = () => query('SELECT subject, xmin::text FROM described_pro_sante_connect ORDER BY subject');
    await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
    const before = await rows();
    await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
    expect(await rows()).toEqual(before);
    await apply('pro_sante_connect', [run(lambda, { ...reachable, mail: 'autre@sante.example' }), ...many]);
    const after = await rows();
    expect(after.filter((row, i) => row.xmin !== before[i]?.xmin)).toEqual([
      { subject: lambda, xmin: expect.any(String) },
    ]);
    expect(await query('SELECT subject, change FROM changes')).toEqual([
      { subject: lambda, change: 'changed' },
    ]);
  });

  it('keeps contacts sealed, and finds them by keyed digests of their usual spelling', async () => {
    await apply('pro_sante_connect', [run(lambda, reachable), run(martin, { phone: '06 39 98 00 01' })]);
    const stored = await query('SELECT * FROM described_pro_sante_connect, contact_keys');
    expect(JSON.stringify(stored)).not.toMatch(/camille@|98000/i);
    const key = seal.pseudonyms('phone:0639980001')[0] ?? '';
    const { rows } = await postgres.query(
      'SELECT subject FROM contact_keys WHERE key = $1 ORDER BY subject',
      [key],
    );
    expect(rows).toEqual([{ subject: lambda }, { subject: martin }]);
    await apply('pro_sante_connect', [run(martin, { phone: '06 39 98 00 01' })]);
    expect(await query('SELECT DISTINCT subject FROM contact_keys')).toEqual([{ subject: martin }]);
  });

  it('seals contacts again under a new key: no change of anybody, and no event', async () => {
    await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
    const next = `k2:${randomBytes(32).toString('base64')}`;
    const rotated = createPostgresRegister({ postgres, seal: createSeal(`${next},${key}`) });
    const again = extract('pro_sante_connect', [run(lambda, reachable), ...many]);
    expect(await rotated.import(again, { operator: 'test' })).toMatchObject({
      value: { counts: { changed: 0 } },
    });
    const contacts = createPostgresContacts({ postgres, seal: createSeal(next) });
    expect(await contacts.read(lambda, 'auth-broker')).toEqual(reachable);
    expect(await events()).toEqual([]);
    const [newKey] = createSeal(next).pseudonyms('phone:0639980001');
    expect(await query('SELECT key FROM contact_keys')).toContainEqual({ key: newKey });
  });

  it('answers the register of before until an import is over', async () => {
    await apply('personne_activite', [run()]);
    const professionals = createPostgresProfessionals({ postgres });
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: goOn, resolve: finish } = Promise.withResolvers<void>();
    const between = () => {
      reach();
      return goOn;
    };
    const man = run(lambda, { rows: [practice({ codeCivilite: 'M' })] });
    const running = register.import(extract('personne_activite', [man], { between }), {
      operator: 'test',
      force: 'one of one',
    });
    await reached;
    expect(await professionals.find(lambda)).toMatchObject({ codeCivilite: 'MME' });
    finish();
    await running;
    expect(await professionals.find(lambda)).toMatchObject({ codeCivilite: 'M' });
  });

  it('forgets what more than three versions of a kind replaced', async () => {
    for (const codePostal of ['1', '2', '3', '4', '5'])
      await apply('personne_activite', [run(lambda, { rows: [practice({ codePostal })] }), ...many]);
    expect(await query('SELECT version_id::int FROM changes ORDER BY 1')).toEqual(
      [3, 4, 5].map((version_id) => ({ version_id })),
    );
  });

  describe('an import that was stopped', () => {
    const file = (between: (at: number) => Promise<void> = () => Promise.resolve()) =>
      extract('personne_activite', [run(), run(martin), ...many], { between });
    const stopped = () =>
      expect(
        register.import(
          file((at) => (at > 40 ? Promise.reject(new Error('killed')) : Promise.resolve())),
          { operator: 'test' },
        ),
      ).rejects.toThrow('killed');

    it('starts over with another file', async () => {
      await stopped();
      await apply('personne_activite', many);
      expect(await createPostgresProfessionals({ postgres }).find(lambda)).toBeUndefined();
      expect(await query('SELECT count(*)::int FROM described_personne_activite')).toEqual([{ count: 60 }]);
    });
  });

  describe('events', () => {
    it('say who was struck off and who is back, once no file on practice or one of them shows them', async () => {
      await apply('personne_activite', [run(), ...many]);
      await apply('pro_sante_connect', [run(), ...many]);
      await apply('personne_activite', many);
      expect(await events()).toEqual([]);
      await apply('pro_sante_connect', many);
      const struckOff = { type: 'struck_off', subject: lambda, previous_id: null };
      expect(await events()).toEqual([struckOff]);
      await apply('personne_activite', [run(), ...many]);
      const reappeared = { ...struckOff, type: 'reappeared' };
      expect(await events()).toEqual([struckOff, reappeared]);
      await apply('pro_sante_connect', [run(), ...many]);
      expect(await events()).toEqual([struckOff, reappeared]);
    });

    it('say who is back with the first file of the other kind', async () => {
      await apply('pro_sante_connect', [run(), ...many]);
      await apply('pro_sante_connect', many);
      await apply('personne_activite', [run(), run(martin), ...many]);
      expect((await events()).map(({ type, subject }) => [type, subject])).toEqual([
        ['struck_off', lambda],
        ['reappeared', lambda],
      ]);
    });

    it('do not say that an ADELI number vanished, but whom it leads to', async () => {
      await apply('personne_activite', [run(adeli), run(), ...many]);
      await apply('personne_activite', [run(), ...many]);
      expect(await events()).toEqual([]);
      await apply('pro_sante_connect', [run(lambda, { otherIds: [adeli, '0759999997'] }), ...many]);
      const merged = { type: 'merged', subject: lambda, previous_id: adeli };
      expect(await events()).toEqual([merged]);
      // Said once; and to nobody when two people claim it.
      await apply('pro_sante_connect', [run(lambda, { otherIds: [adeli] }), ...many]);
      expect(await events()).toEqual([merged]);
      const two = [run(lambda, { otherIds: [adeli] }), run(martin, { otherIds: [adeli] }), ...many];
      await apply('pro_sante_connect', two);
      const separated = { type: 'separated', subject: adeli, previous_id: lambda };
      expect(await events()).toEqual([merged, separated]);
      await apply('pro_sante_connect', [run(), run(martin, { otherIds: [adeli] }), ...many]);
      expect(await events()).toEqual([merged, separated, { ...merged, subject: martin }]);
    });

    it('say that an identifier is its own again, by a file or by a rollback', async () => {
      await apply('personne_activite', [run(adeli), run(), ...many]);
      const lines = Array.from({ length: 60 }, (_, i) => line(`07599900${10 + i}`, `8997000001${10 + i}`));
      await apply('adeli_rpps', lines);
      const merged = { type: 'merged', subject: lambda, previous_id: adeli };
      const separated = { type: 'separated', subject: adeli, previous_id: lambda };
      await apply('adeli_rpps', [...lines, line(adeli, lambda)]);
      await register.rollBack('adeli_rpps', { operator: 'test', reason: 'the wrong line' });
      expect(await events()).toEqual([merged, separated]);
      await apply('adeli_rpps', [...lines, line(adeli, lambda)]);
      await apply('adeli_rpps', lines);
      expect(await events()).toEqual([merged, separated, merged, separated]);
      // From a wrong one to another: one event.
      await apply('adeli_rpps', [...lines, line(adeli, lambda)]);
      await apply('personne_activite', [run(adeli), run(), run(martin), ...many]);
      await apply('adeli_rpps', [...lines, line(adeli, martin)]);
      expect((await events()).slice(4)).toEqual([merged, { ...merged, subject: martin }]);
    });

    it('say that an identifier is its own again, once what an operator had believed is undone', async () => {
      const lines = Array.from({ length: 60 }, (_, i) => line(`07599900${10 + i}`, `8997000001${10 + i}`));
      const wrong = [...lines, line(adeli, lambda)];
      await apply('personne_activite', [run(adeli, { rows: [luc] }), run(), ...many]);
      await register.import(extract('adeli_rpps', wrong), { operator: 'test' });
      await apply('adeli_rpps', wrong, 'it is right');
      await register.rollBack('adeli_rpps', { operator: 'test', reason: 'it was not' });
      expect(await events()).toEqual([
        { type: 'merged', subject: lambda, previous_id: adeli },
        { type: 'separated', subject: adeli, previous_id: lambda },
      ]);
    });

    it('never say that an RPPS number leads to another person', async () => {
      await apply('pro_sante_connect', [run(), run(martin), ...many]);
      await apply('pro_sante_connect', [run(), run(martin, { otherIds: [lambda] }), ...many]);
      expect(await events()).toEqual([]);
    });

    it('say that a contact is another one, with the one of before sealed; not that it is spelt otherwise', async () => {
      await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
      const spelt = { phone: '06.39.98.00.01', mail: 'Camille@sante.example' };
      await apply('pro_sante_connect', [run(lambda, spelt), ...many]);
      expect(await events()).toEqual([]);
      await apply('pro_sante_connect', [run(lambda, { ...spelt, phone: '0639980002' }), ...many]);
      expect(await events()).toEqual([{ type: 'contact_changed', subject: lambda, previous_id: null }]);
      const [event] = await query('SELECT contact FROM register_events');
      expect(JSON.parse(seal.open(contactName(lambda), event?.contact) ?? '')).toEqual(reachable);
    });

    it('say it too of an ADELI number that was away for a day, and is active all the same', async () => {
      await apply('pro_sante_connect', [run(adeli, reachable), ...many]);
      await apply('pro_sante_connect', many);
      await apply('pro_sante_connect', [run(adeli, { ...reachable, phone: '0639980002' }), ...many]);
      expect(await events()).toEqual([{ type: 'contact_changed', subject: adeli, previous_id: null }]);
    });

    it('follow a rollback too', async () => {
      await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
      await apply('pro_sante_connect', [run(martin), ...many]);
      await register.rollBack('pro_sante_connect', { operator: 'test', reason: 'the wrong file' });
      expect((await events()).map(({ type, subject }) => [type, subject])).toEqual([
        ['struck_off', lambda],
        ['reappeared', lambda],
        ['struck_off', martin],
      ]);
    });

    it('are told to who listens, when they are there to be read', async () => {
      const client = await postgres.connect();
      onTestFinished(() => client.release(true));
      const heard: unknown[] = [];
      client.on('notification', ({ payload }) => heard.push(payload));
      await client.query('LISTEN register');
      const { version } = await apply('pro_sante_connect', [run()]);
      await expect.poll(() => heard).toEqual([String(version)]);
    });
  });
});
