import { activitySchema, professionalSchema } from '@psc/contracts';
import {
  type ActivityField,
  activityFields,
  type ExerciceField,
  exerciceFields,
  type NationalId,
  parseNationalId,
} from '@psc/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExtractKind, Practice, RegisterRow, RejectedRow } from '#src/domain/register-row.ts';
import type { Contacts } from './contacts.ts';
import type { Professionals } from './professionals.ts';
import type { ApplyOptions, Extract, Register } from './register.ts';

export type OpenRegister = Register & Professionals & Contacts;

export function nationalId(text: string): NationalId {
  const parsed = parseNationalId(text);
  if (!parsed.ok) throw new TypeError(`${text} is not a national identifier`);
  return parsed.value;
}

const lambda = nationalId('899700000013');
const martin = nationalId('899700000021');
const adeli = nationalId('0759999998');

const nothing = Object.fromEntries([...exerciceFields, ...activityFields].map((field) => [field, '']));

export function practice(change: Partial<Record<ExerciceField | ActivityField, string>> = {}): Practice {
  return {
    ...(nothing as Practice),
    codeProfession: '10',
    codeCategorieProfessionnelle: 'C',
    nomDexercice: 'LAMBDA',
    prenomDexercice: 'CAMILLE',
    codeModeExercice: 'L',
    raisonSocialeSite: 'CABINET DR LAMBDA',
    ...change,
  };
}

export function row(change: Partial<RegisterRow> = {}): RegisterRow {
  return {
    line: 2,
    nationalId: lambda,
    codeCivilite: 'MME',
    familyName: 'LAMBDA',
    givenName: 'CAMILLE',
    otherIds: [],
    phone: '',
    mail: '',
    practice: practice(),
    ...change,
  };
}

/** Numbers the rows as a file would, in batches of two. */
export function extract(
  kind: ExtractKind,
  rows: readonly (RegisterRow | RejectedRow)[],
  between: () => Promise<void> = () => Promise.resolve(),
): Extract {
  const numbered = rows.map((each, index) => ({ ...each, line: index + 2 }));
  return {
    kind,
    rows: (async function* () {
      for (let i = 0; i < numbered.length; i += 2) {
        await between();
        yield numbered.slice(i, i + 2);
      }
    })(),
    sha256: () => '0'.repeat(64),
  };
}

/** What every adapter of the register must do. `open` answers an empty one. */
export function registerContract(open: () => Promise<OpenRegister>): void {
  let register: OpenRegister;
  beforeEach(async () => {
    register = await open();
  });

  const apply = (kind: ExtractKind, rows: (RegisterRow | RejectedRow)[], options?: ApplyOptions) =>
    register.apply(extract(kind, rows), options);
  const counts = async (kind: ExtractKind, rows: (RegisterRow | RejectedRow)[], options?: ApplyOptions) => {
    const applied = await apply(kind, rows, options);
    if (!applied.ok) throw new Error(applied.sentence);
    return applied.value;
  };
  const crowd = (size: number, change: Partial<RegisterRow> = {}) =>
    Array.from({ length: size }, (_, i) => row({ nationalId: nationalId(`300000000${i}/CPET`), ...change }));

  describe('a professional in the register', () => {
    it('is found with all that the register says, in the shape that other services read', async () => {
      await apply('personne_activite', [row()]);
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

    it('has one exercice per profession, category and savoir-faire, each with its own activities in order', async () => {
      const specialist = { codeTypeSavoirFaire: 'S', codeSavoirFaire: 'SM26' };
      await apply('personne_activite', [
        row({ practice: practice({ ...specialist, raisonSocialeSite: 'ZED' }) }),
        row({ nationalId: martin }),
        row({ practice: practice({ ...specialist, raisonSocialeSite: 'ALPHA' }) }),
        row({ practice: practice({ codeProfession: '60', raisonSocialeSite: 'ZED' }) }),
        row({ practice: practice({ codeProfession: '60', codeCategorieProfessionnelle: 'M' }) }),
      ]);
      const found = await register.find(lambda);
      const summary = found?.exercices.map((each) => [
        `${each.codeProfession}${each.codeCategorieProfessionnelle}${each.codeSavoirFaire}`,
        each.activities.map((activity) => activity.raisonSocialeSite),
      ]);
      expect(summary).toEqual([
        ['10CSM26', ['ZED', 'ALPHA']],
        ['60C', ['ZED']],
        ['60M', ['CABINET DR LAMBDA']],
      ]);
    });

    it('has the same activity once, and believes the first names that an exercice has', async () => {
      await apply('personne_activite', [
        row(),
        row({ practice: practice({ nomDexercice: 'AUTREMENT' }) }),
        row({ practice: practice({ codePostal: '75009' }) }),
      ]);
      const found = await register.find(lambda);
      expect(found?.exercices).toHaveLength(1);
      expect(found?.exercices[0]?.nomDexercice).toBe('LAMBDA');
      expect(found?.exercices[0]?.activities.map((each) => each.codePostal)).toEqual(['', '75009']);
    });

    it('may have an exercice without activity, or neither', async () => {
      const without = practice({
        codeModeExercice: '',
        raisonSocialeSite: '',
        autoriteDenregistrement: 'CNOM//',
      });
      const neither = { ...without, codeProfession: '', codeCategorieProfessionnelle: '' };
      await apply('personne_activite', [
        row({ practice: without }),
        row({ nationalId: martin, practice: neither }),
      ]);
      expect((await register.find(lambda))?.exercices).toMatchObject([
        { codeProfession: '10', activities: [] },
      ]);
      expect((await register.find(martin))?.exercices).toEqual([]);
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
        await apply('personne_activite', [
          row({ familyName: name, practice: practice({ raisonSocialeSite: name, nomDexercice: name }) }),
        ]);
        expect(await register.find(lambda)).toMatchObject({
          familyName: name,
          exercices: [{ nomDexercice: name, activities: [{ raisonSocialeSite: name }] }],
        });
      }
    });
  });

  describe('an import', () => {
    it('counts rows, people and what became of them', async () => {
      expect(await counts('personne_activite', [row(), row(), row({ nationalId: martin })])).toEqual({
        rows: 3,
        rejected: 0,
        people: 2,
        created: 2,
        changed: 0,
        lost: 0,
        returned: 0,
      });
    });

    it('changes nothing the second time, nor when only the order of the rows differs', async () => {
      const rows = [row(), row({ practice: practice({ codePostal: '75009' }) }), row({ nationalId: martin })];
      await apply('personne_activite', rows);
      const before = await register.find(lambda);
      expect(await counts('personne_activite', rows)).toMatchObject({ created: 0, changed: 0 });
      expect(await register.find(lambda)).toEqual(before);
    });

    it('replaces what a person did, and leaves the others alone', async () => {
      await apply('personne_activite', [row(), row({ nationalId: martin })]);
      const moved = row({ practice: practice({ raisonSocialeSite: 'AILLEURS' }) });
      expect(await counts('personne_activite', [moved, row({ nationalId: martin })])).toMatchObject({
        changed: 1,
      });
      const activities = (await register.find(lambda))?.exercices.flatMap((each) => each.activities);
      expect(activities?.map((each) => each.raisonSocialeSite)).toEqual(['AILLEURS']);
    });

    it('is refused when it holds nobody', async () => {
      await apply('personne_activite', [row()]);
      const bad: RejectedRow = { line: 2, reason: 'column_count' };
      expect(await apply('personne_activite', [])).toMatchObject({ refusal: 'nobody_in_file' });
      expect(await apply('personne_activite', [bad])).toMatchObject({ refusal: 'nobody_in_file' });
      expect(await register.find(lambda)).toMatchObject({ status: 'active' });
    });

    it('is refused while another one runs, then accepted', async () => {
      const { promise: started, resolve: start } = Promise.withResolvers<void>();
      const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
      const slow = register.apply(
        extract('personne_activite', [row()], () => {
          start();
          return finished;
        }),
      );
      await started;
      expect(await apply('pro_sante_connect', [row()])).toMatchObject({ refusal: 'import_running' });
      finish();
      expect(await slow).toMatchObject({ ok: true });
      expect(await apply('pro_sante_connect', [row()])).toMatchObject({ ok: true });
    });

    it('that fails half-way leaves the register as it was', async () => {
      await apply('personne_activite', [row()]);
      let batches = 0;
      const failing = extract(
        'personne_activite',
        [row({ codeCivilite: 'M' }), row(), row({ nationalId: martin })],
        () => (++batches > 1 ? Promise.reject(new Error('the disk is gone')) : Promise.resolve()),
      );
      await expect(register.apply(failing)).rejects.toThrow();
      expect(await register.find(lambda)).toMatchObject({ codeCivilite: 'MME' });
      expect(await register.find(martin)).toBeUndefined();
      expect(await apply('personne_activite', [row()])).toMatchObject({ ok: true });
    });
  });

  describe('a person who vanishes', () => {
    it('becomes inactive, and comes back', async () => {
      await apply('personne_activite', [row(), ...crowd(30)]);
      expect(await counts('personne_activite', crowd(30))).toMatchObject({ lost: 1 });
      expect(await register.find(lambda)).toMatchObject({ status: 'inactive', familyName: 'LAMBDA' });
      expect(await counts('personne_activite', crowd(30))).toMatchObject({ lost: 0 });
      expect(await counts('personne_activite', [row(), ...crowd(30)])).toMatchObject({
        returned: 1,
        created: 0,
      });
      expect(await register.find(lambda)).toMatchObject({ status: 'active' });
    });

    it('stays active under an ADELI number, which may have moved to RPPS', async () => {
      await apply('personne_activite', [row({ nationalId: adeli }), ...crowd(30)]);
      expect(await counts('personne_activite', crowd(30))).toMatchObject({ lost: 0 });
      expect(await register.find(adeli)).toMatchObject({ status: 'active' });
    });

    it('stays active while the other kind of extract still shows them', async () => {
      await apply('personne_activite', [row(), ...crowd(30)]);
      await apply('pro_sante_connect', [row(), ...crowd(30)]);
      await apply('personne_activite', crowd(30));
      expect(await register.find(lambda)).toMatchObject({ status: 'active' });
      await apply('pro_sante_connect', crowd(30));
      expect(await register.find(lambda)).toMatchObject({ status: 'inactive' });
    });

    it('does not vanish for a bad row of theirs', async () => {
      await apply('personne_activite', [row(), ...crowd(30)]);
      const bad: RejectedRow = { line: 2, reason: 'column_count', nationalId: lambda };
      expect(await counts('personne_activite', [bad, ...crowd(30)])).toMatchObject({ rejected: 1, lost: 0 });
      expect(await register.find(lambda)).toMatchObject({ status: 'active', familyName: 'LAMBDA' });
    });

    it('with more than 5 % of the others has the import refused, unless an operator says why', async () => {
      await apply('personne_activite', crowd(40));
      expect(await counts('personne_activite', crowd(38))).toMatchObject({ lost: 2 });
      const refused = await apply('personne_activite', crowd(36));
      expect(refused).toMatchObject({ ok: false, refusal: 'too_many_lost' });
      expect(await register.find(nationalId('3000000000/CPET'))).toMatchObject({ status: 'active' });
      expect(await register.find(nationalId('30000000037/CPET'))).toMatchObject({ status: 'active' });
      expect(await counts('personne_activite', crowd(1), { force: 'the hospital closed' })).toMatchObject({
        lost: 37,
      });
    });
  });

  describe('the two kinds of extract', () => {
    const civil = { familyName: 'DE LA MARTINIÈRE', givenName: 'Camille' };

    it('the restricted one owns the civil names: the public one does not take them back', async () => {
      await apply('personne_activite', [row()]);
      await apply('pro_sante_connect', [row(civil)]);
      expect(await register.find(lambda)).toMatchObject(civil);
      expect(await counts('personne_activite', [row()])).toMatchObject({ changed: 0 });
      expect(await register.find(lambda)).toMatchObject(civil);
      await apply('personne_activite', [row({ practice: practice({ codePostal: '75009' }) })]);
      expect(await register.find(lambda)).toMatchObject(civil);
    });

    it('the last one of either kind owns the practice', async () => {
      await apply('pro_sante_connect', [row({ practice: practice({ codePostal: '1' }) })]);
      await apply('personne_activite', [row({ practice: practice({ codePostal: '2' }) })]);
      expect(await register.find(lambda)).toMatchObject({
        exercices: [{ activities: [{ codePostal: '2' }] }],
      });
      await apply('pro_sante_connect', [row({ practice: practice({ codePostal: '1' }) })]);
      expect(await register.find(lambda)).toMatchObject({
        exercices: [{ activities: [{ codePostal: '1' }] }],
      });
    });

    it('the restricted one owns the other identifiers', async () => {
      await apply('pro_sante_connect', [row({ otherIds: [adeli] })]);
      await apply('personne_activite', [row()]);
      expect((await register.find(lambda))?.otherIds).toEqual([
        { identifiant: '899700000013', origine: 'RPPS', qualite: 1 },
        { identifiant: '0759999998', origine: 'ADELI', qualite: 1 },
      ]);
      await apply('pro_sante_connect', [row()]);
      expect((await register.find(lambda))?.otherIds).toHaveLength(1);
      expect(await register.find(adeli)).toBeUndefined();
    });
  });

  describe('another identifier', () => {
    it('of the ADELI era leads to the RPPS record, even while the ADELI record is still there', async () => {
      await apply('pro_sante_connect', [row({ nationalId: adeli, familyName: 'AVANT' })]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '0759999998' });
      await apply('pro_sante_connect', [row({ otherIds: [adeli] })]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013', status: 'active' });
    });

    it('of someone struck off does not let them in', async () => {
      await apply('pro_sante_connect', [
        row({ nationalId: adeli }),
        row({ otherIds: [adeli] }),
        ...crowd(30),
      ]);
      await apply('pro_sante_connect', crowd(30));
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000013', status: 'inactive' });
    });

    it('moves with the person who declares it', async () => {
      await apply('pro_sante_connect', [row({ otherIds: [adeli] }), row({ nationalId: martin })]);
      await apply('pro_sante_connect', [row(), row({ nationalId: martin, otherIds: [adeli] })]);
      expect(await register.find(adeli)).toMatchObject({ nationalId: '899700000021' });
      expect((await register.find(lambda))?.otherIds).toHaveLength(1);
    });

    it('declared by two people is nobody’s, and is counted', async () => {
      const rows = [row({ otherIds: [adeli] }), row({ nationalId: martin, otherIds: [adeli] })];
      expect(await counts('pro_sante_connect', rows)).toMatchObject({ rejected: 2, people: 2 });
      expect(await register.find(adeli)).toBeUndefined();
    });

    it('never takes over somebody’s RPPS number', async () => {
      const rows = [row(), row({ nationalId: martin, otherIds: [lambda] })];
      expect(await counts('pro_sante_connect', rows)).toMatchObject({ rejected: 1, people: 2 });
      expect(await register.find(lambda)).toMatchObject({ nationalId: '899700000013' });
      expect((await register.find(martin))?.otherIds).toHaveLength(1);
    });
  });

  it('an RPPS number that was declared before its owner was known comes back to them', async () => {
    await apply('pro_sante_connect', [row({ nationalId: martin, otherIds: [lambda] })]);
    expect(await register.find(lambda)).toMatchObject({ nationalId: '899700000021' });
    await apply('personne_activite', [row()]);
    expect(await register.find(lambda)).toMatchObject({ nationalId: '899700000013' });
  });

  describe('a contact', () => {
    const reachable = { phone: '+33 612345678', mail: 'camille@example.org' };

    it('comes from the restricted extract, is replaced by it, and survives the public one', async () => {
      await apply('pro_sante_connect', [row(reachable)]);
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
      await apply('personne_activite', [row()]);
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
      const moved = { ...reachable, phone: '0601010101' };
      expect(await counts('pro_sante_connect', [row(moved)])).toMatchObject({ changed: 1 });
      expect(await counts('pro_sante_connect', [row(moved)])).toMatchObject({ changed: 0 });
      expect(await register.read(lambda, 'auth-broker')).toEqual(moved);
      await apply('pro_sante_connect', [row()]);
      expect(await register.read(lambda, 'auth-broker')).toBeUndefined();
    });

    it('is forgotten when the person leaves the restricted extract, and known again when they come back', async () => {
      await apply('personne_activite', [row()]);
      await apply('pro_sante_connect', [row(reachable), ...crowd(30)]);
      await apply('pro_sante_connect', crowd(30));
      expect(await register.read(lambda, 'auth-broker')).toBeUndefined();
      await apply('pro_sante_connect', [row(reachable), ...crowd(30)]);
      expect(await register.read(lambda, 'auth-broker')).toEqual(reachable);
    });

    it('is found by another identifier too, and nobody has that of a stranger', async () => {
      await apply('pro_sante_connect', [row({ ...reachable, otherIds: [adeli] })]);
      expect(await register.read(adeli, 'auth-broker')).toEqual(reachable);
      expect(await register.read(martin, 'auth-broker')).toBeUndefined();
    });
  });
}
