import { activitySchema, professionalSchema } from '@psc/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { refuseImport } from '#src/domain/import-refusal.ts';
import type { RejectedRow } from '#src/domain/row-problems.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';
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
import type { Contacts } from './contacts.ts';
import type { DescribedRun } from './extract.ts';
import type { Professionals } from './professionals.ts';
import type { Register } from './register.ts';

export type OpenRegister = Register & Professionals & Contacts;

type Item = DescribedRun | RejectedRow;

/** What every adapter of the register must do. `open` answers an empty one. */
export function registerContract(open: () => Promise<OpenRegister>): void {
  let register: OpenRegister;
  beforeEach(async () => {
    register = await open();
  });

  const apply = (kind: FileKind, items: readonly Item[], force?: string) =>
    register.import(extract(kind, items), { operator: 'test', force });
  const counts = async (kind: FileKind, items: readonly Item[], force?: string) => {
    const applied = await apply(kind, items, force);
    if (!applied.ok) throw new Error(applied.sentence);
    return applied.value.counts;
  };
  const rollBack = (kind: FileKind) => register.rollBack(kind, { operator: 'test', reason: 'a test' });
  const crowd = (size: number) =>
    Array.from({ length: size }, (_, i) => run(nationalId(`300000000${i}/CPET`)));
  /** Of many, so that what happens to a few is ordinary. */
  const many = crowd(60);

  describe('a professional in the register', () => {
    it('is found with all that the register says, in the shape that other services read', async () => {
      await apply('personne_activite', [run()]);
      const found = await register.find(lambda);
      expect(professionalSchema.parse(found)).toEqual(found);
      expect(found).toMatchObject({
        nationalId: '899700000013',
        status: 'active',
        familyName: 'LAMBDA',
        givenName: 'CAMILLE',
        codeCivilite: 'MME',
        otherIds: [{ identifiant: '899700000013', origine: 'RPPS', qualite: 1 }],
        exercices: [
          { codeProfession: '10', nomDexercice: 'LAMBDA', activities: [{ codeModeExercice: 'L' }] },
        ],
      });
      expect(Object.keys(found?.exercices[0]?.activities[0] ?? {}).toSorted()).toEqual(
        Object.keys(activitySchema.shape).toSorted(),
      );
      expect(await register.find(martin)).toBeUndefined();
    });

    it('has all their rows in the file’s order, wherever the file has them, each once', async () => {
      const at = (codePostal: string) => practice({ codePostal });
      await apply('personne_activite', [
        run(lambda, { rows: [at('3'), at('1')] }),
        run(martin),
        run(lambda, { rows: [at('2'), at('1')] }),
        ...many,
        run(lambda, { rows: [at('3')] }),
      ]);
      const found = await register.find(lambda);
      expect(found?.exercices[0]?.activities.map((each) => each.codePostal)).toEqual(['3', '1', '2']);
      expect(await register.find(martin)).toMatchObject({ status: 'active' });
      const inOne = run(lambda, { rows: [at('2'), at('3'), at('1')] });
      expect(await counts('personne_activite', [run(martin), inOne, ...many])).toMatchObject({ changed: 0 });
    });

    it('keeps every character of a name', async () => {
      const names = [
        "N'GOLO",
        'O"BRIEN',
        'D’ARC',
        'Łukasz-Zoë',
        '\\N',
        'a\\tb',
        'tab\there',
        '{x,"y"}',
        'NULL',
        '東',
      ];
      for (const name of names) {
        const rows = [practice({ raisonSocialeSite: name, nomDexercice: name })];
        await apply('personne_activite', [run(lambda, { rows })], 'another name');
        expect(await register.find(lambda)).toMatchObject({
          exercices: [{ nomDexercice: name, activities: [{ raisonSocialeSite: name }] }],
        });
      }
    });
  });

  describe('an import', () => {
    it('counts rows, people and what became of them', async () => {
      const twice = run(lambda, { rows: [practice(), practice({ codePostal: '75009' })] });
      expect(await counts('personne_activite', [twice, run(martin)])).toEqual({
        rows: 3,
        rejected: 0,
        refusedClaims: 0,
        people: 2,
        created: 2,
        changed: 0,
        lost: 0,
        returned: 0,
        warnings: [],
      });
    });

    it('changes nothing the second time, nor when only the order of the rows differs', async () => {
      const rows = [practice(), practice({ codePostal: '75009' })];
      await apply('personne_activite', [run(lambda, { rows }), run(martin)]);
      const before = await register.find(lambda);
      const again = [run(martin), run(lambda, { rows: rows.toReversed() })];
      expect(await counts('personne_activite', again)).toMatchObject({ created: 0, changed: 0 });
      expect(await register.find(lambda)).toEqual(before);
    });

    it('replaces what a person did, and leaves the others alone', async () => {
      await apply('personne_activite', [run(), ...many]);
      const moved = run(lambda, { rows: [practice({ raisonSocialeSite: 'AILLEURS' })] });
      expect(await counts('personne_activite', [moved, ...many])).toMatchObject({ changed: 1 });
      const activities = (await register.find(lambda))?.exercices.flatMap((each) => each.activities);
      expect(activities?.map((each) => each.raisonSocialeSite)).toEqual(['AILLEURS']);
    });

    it('is refused when it holds nobody', async () => {
      await apply('personne_activite', [run()]);
      const bad: RejectedRow = { line: 2, reason: 'column_count' };
      expect(await apply('personne_activite', [])).toMatchObject({ refusal: 'nobody_in_file' });
      expect(await apply('personne_activite', [bad])).toMatchObject({ refusal: 'nobody_in_file' });
      expect(await register.find(lambda)).toMatchObject({ status: 'active' });
    });

    it('is refused when the file turns out to be bad at its end', async () => {
      await apply('personne_activite', [run()]);
      const refused = refuseImport('file_truncated', 'the last line stops in column 5');
      const changed = run(lambda, { rows: [practice({ codeCivilite: 'M' })] });
      const bad = extract('personne_activite', [changed, run(martin)], { refused });
      expect(await register.import(bad, { operator: 'test', force: 'yes' })).toEqual(refused);
      expect(await register.find(lambda)).toMatchObject({ codeCivilite: 'MME' });
      expect(await register.find(martin)).toBeUndefined();
    });

    it('is refused while another one runs, then accepted', async () => {
      const { promise: started, resolve: start } = Promise.withResolvers<void>();
      const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
      const between = () => {
        start();
        return finished;
      };
      const slow = register.import(extract('personne_activite', [run()], { between }), { operator: 'test' });
      await started;
      expect(await apply('pro_sante_connect', [run()])).toMatchObject({ refusal: 'import_running' });
      expect(await rollBack('pro_sante_connect')).toMatchObject({ refusal: 'import_running' });
      finish();
      expect(await slow).toMatchObject({ ok: true });
      expect(await apply('pro_sante_connect', [run()])).toMatchObject({ ok: true });
    });

    it('that fails half-way leaves the register as it was, and the next one does not mind', async () => {
      await apply('personne_activite', [run()]);
      const changed = run(lambda, { rows: [practice({ codeCivilite: 'M' })] });
      const failing = extract('personne_activite', [changed, run(martin), ...many], {
        between: (at) => (at > 2 ? Promise.reject(new Error('the disk is gone')) : Promise.resolve()),
      });
      await expect(register.import(failing, { operator: 'test' })).rejects.toThrow('the disk is gone');
      expect(await register.find(lambda)).toMatchObject({ codeCivilite: 'MME' });
      expect(await register.find(martin)).toBeUndefined();
      expect(await counts('personne_activite', [run()])).toMatchObject({ people: 1, changed: 0 });
    });
  });

  describe('a person who vanishes', () => {
    it('becomes inactive, and comes back', async () => {
      await apply('personne_activite', [run(), ...many]);
      expect(await counts('personne_activite', many)).toMatchObject({ lost: 1 });
      expect(await register.find(lambda)).toMatchObject({ status: 'inactive', familyName: 'LAMBDA' });
      expect(await counts('personne_activite', many)).toMatchObject({ lost: 0 });
      expect(await counts('personne_activite', [run(), ...many])).toMatchObject({ returned: 1, created: 0 });
      expect(await register.find(lambda)).toMatchObject({ status: 'active' });
    });

    it('stays active under an ADELI number, which may have moved to RPPS', async () => {
      await apply('personne_activite', [run(adeli), ...many]);
      expect(await counts('personne_activite', many)).toMatchObject({ lost: 0 });
      expect(await register.find(adeli)).toMatchObject({ status: 'active' });
    });

    it('stays active while the other kind of extract still shows them', async () => {
      await apply('personne_activite', [run(), ...many]);
      await apply('pro_sante_connect', [run(), ...many]);
      await apply('personne_activite', many);
      expect(await register.find(lambda)).toMatchObject({ status: 'active' });
      await apply('pro_sante_connect', many);
      expect(await register.find(lambda)).toMatchObject({ status: 'inactive' });
    });

    it('does not vanish for a bad row of theirs', async () => {
      await apply('personne_activite', [run(), ...many]);
      const bad: RejectedRow = { line: 2, reason: 'column_count', subject: lambda };
      expect(await counts('personne_activite', [bad, ...many])).toMatchObject({ rejected: 1, lost: 0 });
      expect(await register.find(lambda)).toMatchObject({ status: 'active', familyName: 'LAMBDA' });
    });

    it('from the good rows with more than 5 % of the others has the import refused too', async () => {
      await apply('personne_activite', crowd(40));
      const bad = crowd(40).map(({ subject }): RejectedRow => ({ line: 2, reason: 'column_count', subject }));
      const moved = (from: number) =>
        crowd(40)
          .slice(from, from + 1)
          .map(({ subject }) => run(subject, { rows: [practice({ codePostal: '75009' })] }));
      const file = (spoilt: number) => [
        ...bad.slice(0, spoilt),
        ...moved(spoilt),
        ...crowd(40).slice(spoilt + 1),
        // Who has a good row beside the bad one is described by it.
        ...bad.slice(30),
      ];
      expect(await apply('personne_activite', file(3))).toMatchObject({ refusal: 'too_many_unreadable' });
      const postcode = async () =>
        (await register.find(nationalId('3000000003/CPET')))?.exercices[0]?.activities[0]?.codePostal;
      expect(await postcode()).toBe('');
      expect(await counts('personne_activite', file(2))).toMatchObject({ changed: 1, lost: 0 });
      expect(await counts('personne_activite', file(3), 'a column too many')).toMatchObject({ lost: 0 });
      expect(await postcode()).toBe('75009');
    });

    it('with more than 5 % of the others has the import refused, unless an operator says why', async () => {
      await apply('personne_activite', crowd(40));
      expect(await counts('personne_activite', crowd(38))).toMatchObject({ lost: 2 });
      expect(await apply('personne_activite', crowd(36))).toMatchObject({ refusal: 'too_many_lost' });
      expect(await register.find(nationalId('30000000037/CPET'))).toMatchObject({ status: 'active' });
      const closed = await counts('personne_activite', crowd(1), 'the hospital closed');
      expect(closed).toMatchObject({ lost: 37 });
    });
  });

  it('changes of more than 5 % have the import refused, unless an operator says why; new people do not count', async () => {
    await apply('personne_activite', crowd(40));
    const changed = (size: number) => [
      ...crowd(40)
        .slice(0, size)
        .map(({ subject }) => run(subject, { rows: [practice({ codePostal: '75009' })] })),
      ...crowd(40).slice(size),
    ];
    expect(await apply('personne_activite', changed(3))).toMatchObject({ refusal: 'too_many_changed' });
    expect(
      (await register.find(nationalId('3000000000/CPET')))?.exercices[0]?.activities[0]?.codePostal,
    ).toBe('');
    expect(await counts('personne_activite', [...changed(2), run(), run(martin), run(adeli)])).toMatchObject({
      changed: 2,
      created: 3,
    });
    expect(await counts('personne_activite', changed(40), 'new postal codes')).toMatchObject({ changed: 38 });
  });

  describe('the two kinds of extract', () => {
    const civil = practice({ familyName: 'DE LA MARTINIÈRE', givenName: 'Camille' });

    it('the restricted one owns the civil names: the public one does not take them back', async () => {
      await apply('personne_activite', [run()]);
      await apply('pro_sante_connect', [run(lambda, { rows: [civil] })]);
      const names = { familyName: 'DE LA MARTINIÈRE', givenName: 'Camille' };
      expect(await register.find(lambda)).toMatchObject(names);
      expect(await counts('personne_activite', [run()])).toMatchObject({ changed: 0 });
      expect(await register.find(lambda)).toMatchObject(names);
    });

    it('the last one of either kind owns the practice', async () => {
      const at = (codePostal: string) => run(lambda, { rows: [practice({ codePostal })] });
      const found = async () => (await register.find(lambda))?.exercices[0]?.activities[0]?.codePostal;
      await apply('pro_sante_connect', [at('1')]);
      await apply('personne_activite', [at('2')]);
      expect(await found()).toBe('2');
      await apply('pro_sante_connect', [at('1')]);
      expect(await found()).toBe('1');
    });

    it('the restricted one owns the other identifiers', async () => {
      await apply('pro_sante_connect', [run(lambda, { otherIds: [adeli] })]);
      await apply('personne_activite', [run()]);
      expect((await register.find(lambda))?.otherIds).toEqual([
        { identifiant: '899700000013', origine: 'RPPS', qualite: 1 },
        { identifiant: '0759999998', origine: 'ADELI', qualite: 1 },
      ]);
      await apply('pro_sante_connect', [run()], 'one of one');
      expect((await register.find(lambda))?.otherIds).toHaveLength(1);
      expect(await register.find(adeli)).toBeUndefined();
    });
  });

  describe('another identifier', () => {
    it('of the ADELI era leads to the RPPS record, even while the ADELI record is still there', async () => {
      await apply('pro_sante_connect', [run(adeli), ...many]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '0759999998' });
      await apply('pro_sante_connect', [run(lambda, { otherIds: [adeli] }), ...many]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013', status: 'active' });
    });

    it('of the table of ADELI numbers leads to the RPPS record too', async () => {
      await apply('personne_activite', [run(adeli), run()]);
      const moved = { ...run(lambda, { otherIds: [adeli] }), rows: '' };
      expect(await counts('adeli_rpps', [moved])).toMatchObject({ people: 1, created: 1 });
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013' });
    });

    it('leads to nobody whom the register does not know yet, and shuts nobody out', async () => {
      await apply('personne_activite', [run(adeli), ...many]);
      await apply('adeli_rpps', [{ ...run(lambda, { otherIds: [adeli] }), rows: '' }]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '0759999998', status: 'active' });
      await apply('personne_activite', [run(adeli), run(), ...many]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013' });
    });

    it('of a card leads to its holder, as long as the file of cards says so', async () => {
      const other = nationalId('899700000047');
      const card = (otherIds: readonly string[]) => ({ ...run(lambda, { otherIds }), rows: 'CPS|1||||' });
      await apply('personne_activite', [run(adeli), run()]);
      await apply('adeli_rpps', [{ ...run(lambda, { otherIds: [nationalId('0759999981')] }), rows: '' }]);
      await apply('porteurs', [card([adeli])]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013' });
      await apply('porteurs', [{ ...run(other), rows: 'CPS|2||||' }], 'another card');
      expect(await register.find(adeli)).toMatchObject({ nationalId: '0759999998' });
    });

    it('of someone struck off does not let them in', async () => {
      await apply('pro_sante_connect', [run(adeli), run(lambda, { otherIds: [adeli] }), ...many]);
      await apply('pro_sante_connect', many);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013', status: 'inactive' });
    });

    it('moves with the person who declares it', async () => {
      await apply('pro_sante_connect', [run(lambda, { otherIds: [adeli] }), run(martin), ...many]);
      await apply('pro_sante_connect', [run(), run(martin, { otherIds: [adeli] }), ...many]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000021' });
      expect((await register.find(lambda))?.otherIds).toHaveLength(1);
    });

    it('declared by two people is nobody’s, and is counted', async () => {
      const items = [run(lambda, { otherIds: [adeli] }), run(martin, { otherIds: [adeli] })];
      expect(await counts('pro_sante_connect', items)).toMatchObject({ rejected: 2, people: 2 });
      expect(await register.find(adeli)).toBeUndefined();
    });

    it('never takes over somebody’s RPPS number', async () => {
      const items = [run(), run(martin, { otherIds: [lambda] })];
      expect(await counts('pro_sante_connect', items)).toMatchObject({ rejected: 1, people: 2 });
      expect(await register.find(lambda)).toMatchObject({ nationalId: '899700000013' });
      expect((await register.find(martin))?.otherIds).toHaveLength(1);
    });

    it('that is an RPPS number is nobody else’s before its owner is known either', async () => {
      const items = [run(martin, { otherIds: [lambda] })];
      expect(await counts('pro_sante_connect', items)).toMatchObject({ rejected: 1, people: 1 });
      expect(await register.find(lambda)).toBeUndefined();
      expect((await register.find(martin))?.otherIds).toHaveLength(1);
      await apply('personne_activite', [run()]);
      expect(await register.find(lambda)).toMatchObject({ nationalId: '899700000013' });
    });
  });

  describe('an identifier of somebody whose own number became another one', () => {
    const employer = nationalId('3000000999/CPET');
    const files = {
      personne_activite: [run(adeli), run(), ...many],
      pro_sante_connect: [run(adeli, { otherIds: [employer] }), ...many],
      adeli_rpps: [line(adeli, lambda)],
    };
    it.each([
      [['personne_activite', 'pro_sante_connect', 'adeli_rpps']],
      [['personne_activite', 'adeli_rpps', 'pro_sante_connect']],
      [['adeli_rpps', 'pro_sante_connect', 'personne_activite']],
    ] as const)('leads to the last one, whatever comes first: %j', async (order) => {
      for (const kind of order) await apply(kind, files[kind]);
      for (const identifier of [employer, adeli, lambda])
        expect(await register.find(identifier)).toMatchObject({
          nationalId: lambda,
          status: 'active',
          otherIds: [lambda, adeli, employer].map((identifiant) => ({ identifiant })),
        });
    });

    it('that go round lead to nobody: each number is its record’s', async () => {
      const other = nationalId('0759999981');
      const people = [run(adeli), run(other), run(), ...many];
      await apply('personne_activite', people);
      await apply('adeli_rpps', [line(adeli, other), line(other, adeli), line(employer, adeli)]);
      for (const identifier of [adeli, other])
        expect(await register.find(identifier)).toMatchObject({ nationalId: identifier, status: 'active' });
      expect(await register.find(employer)).toBeUndefined();
    });
  });

  describe('another identifier that has a record of other names', () => {
    const stranger = run(adeli, { rows: [luc] });
    /** Lines of nobody whom the register knows: a bad one is one of many. */
    const lines = Array.from({ length: 30 }, (_, i) => line(`07599900${10 + i}`, `8997000001${10 + i}`));
    const owner = async () => (await register.find(adeli))?.nationalId;

    it('stays its record’s, by whatever file it is declared', async () => {
      await apply('personne_activite', [stranger, run(), ...many]);
      expect(await counts('adeli_rpps', [line(adeli, lambda), ...lines])).toMatchObject({
        people: 31,
        rejected: 1,
        refusedClaims: 1,
      });
      expect(await owner()).toBe(adeli);
      expect(await register.find(adeli)).toMatchObject({ familyName: 'OMICRON', status: 'active' });
      const card = { ...run(lambda, { otherIds: [adeli] }), rows: 'CPS|1||||' };
      const cards = lines.map(({ subject }) => ({ ...run(subject), rows: 'CPS|2||||' }));
      expect(await counts('porteurs', [card, ...cards])).toMatchObject({ refusedClaims: 1 });
      const restricted = [run(lambda, { otherIds: [adeli] }), ...many];
      expect(await counts('pro_sante_connect', restricted)).toMatchObject({ refusedClaims: 1 });
      expect(await owner()).toBe(adeli);
      expect((await register.find(lambda))?.otherIds).toHaveLength(1);
    });

    it('is not moved by the file of the day after either, nor by the same one again', async () => {
      await apply('personne_activite', [stranger, run(), ...many]);
      await apply('pro_sante_connect', [run(), ...many]);
      for (const refusedClaims of [1, 0]) {
        const declaring = [run(lambda, { otherIds: [adeli] }), ...many];
        expect(await counts('pro_sante_connect', declaring)).toMatchObject({ rejected: 1, refusedClaims });
        expect(await owner()).toBe(adeli);
      }
    });

    it.each([
      ['all at once', [[stranger, run(), ...many]]],
      [
        'its record first',
        [
          [stranger, ...many],
          [stranger, run(), ...many],
        ],
      ],
      [
        'its record last',
        [
          [run(), ...many],
          [stranger, run(), ...many],
        ],
      ],
    ])('stays its record’s when the people come after the table: %s', async (_, files) => {
      for (const kind of ['personne_activite', 'pro_sante_connect'] as const) {
        register = await open();
        await apply('adeli_rpps', [line(adeli, lambda), ...lines]);
        for (const [day, file] of files.entries())
          expect(await counts(kind, file)).toMatchObject({
            refusedClaims: day === files.length - 1 ? 1 : 0,
            rejected: 0,
          });
        expect(await owner()).toBe(adeli);
      }
    });

    it('has the file refused whole when there are many, the first one of its kind too', async () => {
      await apply('personne_activite', [stranger, run(), ...many]);
      const few = lines.slice(0, 10);
      expect(await apply('adeli_rpps', [line(adeli, lambda), ...few])).toMatchObject({
        refusal: 'too_many_of_other_names',
        sentence: expect.stringMatching(/^1 of the 11 rows .*--force/),
      });
      await apply('adeli_rpps', few);
      expect(await apply('adeli_rpps', [line(adeli, lambda), ...few])).toMatchObject({
        refusal: 'too_many_of_other_names',
      });
      expect(await owner()).toBe(adeli);
    });

    it('is the other’s once an operator says why, although the file has not changed, and until that is undone', async () => {
      await apply('personne_activite', [stranger, run(), ...many]);
      await apply('adeli_rpps', lines);
      const table = [line(adeli, lambda), ...lines];
      await apply('adeli_rpps', table);
      expect(await counts('adeli_rpps', table, 'she changed all her names')).toMatchObject({
        rejected: 0,
        changed: 0,
        warnings: [{ reason: 'other_names_forced', count: 1, firstLines: [2] }],
      });
      expect(await owner()).toBe(lambda);
      // Nobody has to say it again.
      expect(await counts('adeli_rpps', table)).toMatchObject({
        rejected: 0,
        refusedClaims: 0,
        warnings: [],
      });
      expect(await owner()).toBe(lambda);
      await rollBack('adeli_rpps');
      expect(await owner()).toBe(lambda);
      expect(await rollBack('adeli_rpps')).toMatchObject({ value: { counts: { refusedClaims: 1 } } });
      expect(await owner()).toBe(adeli);
    });

    it('is not the other’s because the file of the people was forced', async () => {
      await apply('adeli_rpps', [line(adeli, lambda), ...lines]);
      await apply('personne_activite', many);
      await apply('personne_activite', [stranger, run()], 'all the others left');
      expect(await owner()).toBe(adeli);
    });

    it('is the other’s once one name is the same, and stays so when names change', async () => {
      const file = (...rows: Parameters<typeof run>[1][]) => [
        run(adeli, rows[0]),
        run(lambda, rows[1]),
        ...many,
      ];
      await apply('adeli_rpps', [line(adeli, lambda), ...lines]);
      await apply('personne_activite', file({ rows: [luc] }));
      expect(await owner()).toBe(adeli);
      const married = { rows: [practice({ nomDexercice: 'OMICRON' })] };
      await apply('personne_activite', file({ rows: [luc] }, married));
      expect(await owner()).toBe(lambda);
      await apply('personne_activite', file({ rows: [luc] }));
      expect(await owner()).toBe(lambda);
      await apply('adeli_rpps', [line(adeli, lambda), ...lines]);
      expect(await owner()).toBe(lambda);
    });

    it('leaves it to who declares it rightly', async () => {
      await apply('personne_activite', [stranger, run(), run(martin, { rows: [luc] }), ...many]);
      expect(await counts('adeli_rpps', [line(adeli, lambda), line(adeli, martin), ...lines])).toMatchObject({
        rejected: 1,
      });
      expect(await owner()).toBe(martin);
    });

    it('by names that only the restricted file tells may be the same person', async () => {
      const civil = practice({ familyName: 'OMICRON', givenName: "LUC'CAMILLE'" });
      await apply('personne_activite', [stranger, run(), ...many]);
      await apply('adeli_rpps', [line(adeli, lambda), ...lines]);
      await apply('pro_sante_connect', [run(lambda, { rows: [civil] }), ...many]);
      expect(await owner()).toBe(lambda);
    });

    it('is open again when a rollback takes a record back', async () => {
      await apply('adeli_rpps', [line(adeli, lambda), ...lines]);
      await apply('personne_activite', [run(), ...many]);
      expect(await owner()).toBe(lambda);
      await apply('personne_activite', [stranger, run(), ...many]);
      expect(await owner()).toBe(adeli);
      await rollBack('personne_activite');
      expect(await owner()).toBe(lambda);
    });
  });

  describe('a contact', () => {
    const reachable = { phone: '+33 639980001', mail: 'camille@sante.example' };

    it('comes from the restricted extract, is replaced by it, and survives the public one', async () => {
      await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
      await apply('personne_activite', [run()]);
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
      const moved = { ...reachable, phone: '0639980002' };
      const changed = [run(lambda, moved), ...many];
      expect(await counts('pro_sante_connect', changed)).toMatchObject({ changed: 1 });
      expect(await counts('pro_sante_connect', changed)).toMatchObject({ changed: 0 });
      expect(await register.read(lambda, 'auth-broker')).toEqual(moved);
      await apply('pro_sante_connect', [run(), ...many]);
      expect(await register.read(lambda, 'auth-broker')).toBeUndefined();
    });

    it('is forgotten when the person leaves the restricted extract, and known again when they come back', async () => {
      await apply('personne_activite', [run()]);
      await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
      await apply('pro_sante_connect', many);
      expect(await register.read(lambda, 'auth-broker')).toBeUndefined();
      await apply('pro_sante_connect', [run(lambda, reachable), ...many]);
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
    });

    it('is found by another identifier too, and nobody has that of a stranger', async () => {
      await apply('pro_sante_connect', [run(lambda, { ...reachable, otherIds: [adeli] })]);
      expect(await register.read(adeli, 'auth-broker')).toEqual(reachable);
      expect(await register.read(martin, 'auth-broker')).toBeUndefined();
    });

    it('leads to who can be reached by it, however it is written', async () => {
      await apply('pro_sante_connect', [run(lambda, reachable), run(martin, { phone: '0639980001' })]);
      const reach = (phone: string, mail = '') => register.reach({ phone, mail }, 'auth-broker');
      expect(await reach('06.39.98.00.01')).toEqual([lambda, martin]);
      expect(await reach('', 'CAMILLE@Sante.example')).toEqual([lambda]);
      expect(await reach('0639980009')).toEqual([]);
      expect(await reach('12')).toEqual([]);
      await apply('pro_sante_connect', [run(lambda), run(martin, { phone: '0639980001' })], 'a small file');
      expect(await reach('06.39.98.00.01')).toEqual([martin]);
      expect(await reach('', 'camille@sante.example')).toEqual([]);
    });
  });

  describe('a rollback', () => {
    const reachable = { phone: '+33 639980001', mail: 'camille@sante.example' };
    const first = [run(lambda, { ...reachable, otherIds: [adeli] }), run(martin), ...many];
    const at = (codePostal: string, subject = lambda) =>
      run(subject, { ...reachable, rows: [practice({ codePostal })] });
    const postcode = async () => (await register.find(lambda))?.exercices[0]?.activities[0]?.codePostal;

    it('brings back who was changed, who left and who was not there', async () => {
      const anna = nationalId('899700000047');
      await apply('pro_sante_connect', first);
      const before = [await register.find(lambda), await register.find(martin)];
      await apply('pro_sante_connect', [at('75009'), run(anna), ...many]);
      expect(await register.find(anna)).toBeDefined();
      expect(await rollBack('pro_sante_connect')).toMatchObject({
        value: { undone: 2, counts: { people: 62, changed: 1, lost: 1, returned: 1, created: 0 } },
      });
      expect([await register.find(lambda), await register.find(martin)]).toEqual(before);
      expect(await register.find(adeli)).toMatchObject({ nationalId: lambda });
      expect(await register.find(anna)).toBeUndefined();
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
      expect(await counts('pro_sante_connect', first)).toMatchObject({
        changed: 0,
        created: 0,
        lost: 0,
        returned: 0,
      });
    });

    it('of two versions goes back by two', async () => {
      for (const codePostal of ['1', '2', '3']) await apply('pro_sante_connect', [at(codePostal), ...many]);
      expect(await rollBack('pro_sante_connect')).toMatchObject({ value: { undone: 3 } });
      expect(await postcode()).toBe('2');
      expect(await rollBack('pro_sante_connect')).toMatchObject({ value: { undone: 2 } });
      expect(await postcode()).toBe('1');
      expect(await rollBack('pro_sante_connect')).toMatchObject({ refusal: 'nothing_to_undo' });
      expect(await postcode()).toBe('1');
    });

    it('goes over a version that was undone already', async () => {
      for (const codePostal of ['1', '2', '3']) await apply('pro_sante_connect', [at(codePostal), ...many]);
      await rollBack('pro_sante_connect');
      await apply('pro_sante_connect', [at('4'), ...many]);
      expect(await rollBack('pro_sante_connect')).toMatchObject({ value: { undone: 5 } });
      expect(await postcode()).toBe('2');
    });

    it('is refused for the first version of a kind, and for one that is forgotten', async () => {
      expect(await rollBack('pro_sante_connect')).toMatchObject({ refusal: 'nothing_to_undo' });
      await apply('pro_sante_connect', [at('1'), ...many]);
      await apply('personne_activite', [at('1'), ...many]);
      expect(await rollBack('pro_sante_connect')).toMatchObject({ refusal: 'nothing_to_undo' });
      for (const codePostal of ['2', '3', '4']) await apply('pro_sante_connect', [at(codePostal), ...many]);
      await rollBack('pro_sante_connect');
      await rollBack('pro_sante_connect');
      expect(await postcode()).toBe('2');
      expect(await rollBack('pro_sante_connect')).toMatchObject({ refusal: 'version_forgotten' });
      expect(await postcode()).toBe('2');
    });
  });
}
