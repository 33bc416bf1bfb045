import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { nameKey, wordsOf } from '#src/domain/name-key.ts';
import type { DescribedRun } from '#src/ports/extract.ts';
import type { Criteria } from '#src/ports/people-search.ts';
import { emptyRegister } from '#src/testing/empty-register.ts';
import { extract, practice, run } from '#src/testing/extracts.ts';
import { createFollower } from './follower.postgres.ts';
import { listPeople } from './listed-people.postgres.ts';
import { createPostgresPeopleSearch } from './people-search.postgres.ts';
import { createPostgresRegister } from './register.postgres.ts';

const seal = createSeal(`k1:${randomBytes(32).toString('base64')}`);
const { postgres, close } = await openTestDatabase(new URL('../../migrations/', import.meta.url));
afterAll(close);
const register = createPostgresRegister({ postgres, seal });
const people = createPostgresPeopleSearch({ postgres });
const follower = createFollower(postgres, listPeople);

beforeEach(async () => {
  await emptyRegister(postgres);
  await postgres.query(
    'TRUNCATE listed_people, listed_words, listed_practices, known_words, known_practices, register_followers, changes',
  );
});

type Kind = 'personne_activite' | 'pro_sante_connect';
async function imported(kind: Kind, runs: readonly DescribedRun[]): Promise<void> {
  const outcome = await register.import(extract(kind, runs), { operator: 'test', force: 'a small file' });
  if (!outcome.ok) throw new Error(outcome.sentence);
  await follower.catchUp();
}

const numbered = (at: number) => `8997${String(at).padStart(8, '0')}`;
const named = (at: number, nomDexercice: string, prenomDexercice: string, change = {}) =>
  run(numbered(at), { rows: [practice({ nomDexercice, prenomDexercice, ...change })] });

async function found(criteria: Partial<Criteria>, count = 50, cursor?: string) {
  const page = await people.search({ words: [], inactive: false, ...criteria }, count, cursor);
  if (!page) throw new Error('the cursor is refused');
  return { ids: page.people.map(({ nationalId }) => nationalId), next: page.next, people: page.people };
}
const ids = async (...words: string[]) => (await found({ words })).ids;

/** Every page of a search, each of `count`; `between` runs before each but the first. */
async function walk(criteria: Partial<Criteria>, count: number, between?: (page: number) => Promise<void>) {
  const seen: string[] = [];
  let next: string | undefined;
  for (let page = 0; page === 0 || next; page++) {
    if (page > 0) await between?.(page);
    const { ids, next: after } = await found(criteria, count, next);
    seen.push(...ids);
    next = after;
  }
  return seen;
}

/** Draws as if by chance, and the same each time. */
function createDraw(seed: number) {
  let state = seed;
  return <Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item => {
    state = (state * 48_271) % 2_147_483_647;
    // The remainder is one of its places.
    return items[state % items.length] as Item;
  };
}

describe('a search by name', () => {
  beforeEach(() =>
    imported('personne_activite', [
      named(1, 'MARTIN', 'Marie'),
      named(2, 'MARTIN-DUPONT', 'Hélène'),
      named(3, 'DE LA MARTINIÈRE', "N'Golo"),
      named(4, 'LEFÈBVRE', 'Jean-Martin'),
      named(5, 'BŒUF', 'Zoé'),
    ]),
  );

  it('finds each word at the beginning of one of theirs, in whatever order', async () => {
    expect(await ids('martin')).toEqual([4, 2, 1, 3].map(numbered));
    expect(await ids('martin', 'marie')).toEqual([numbered(1)]);
    expect(await ids('marie', 'martin')).toEqual([numbered(1)]);
    expect(await ids('dup', 'hel')).toEqual([numbered(2)]);
    expect(await ids('n', 'golo')).toEqual([numbered(3)]);
    expect(await ids('boeuf')).toEqual([numbered(5)]);
    expect(await ids('z')).toEqual([numbered(5)]);
    expect(await ids('martin', 'zoe')).toEqual([]);
  });

  it('finds who has two words that fit once', async () => {
    expect(await ids('mar')).toEqual([1, 4, 2, 3].map(numbered));
  });

  it('finds words within others when nobody has them at a beginning', async () => {
    expect(await ids('artin')).toEqual([4, 2, 1, 3].map(numbered));
    expect(await ids('artin', 'upont')).toEqual([numbered(2)]);
    expect(await ids('ar')).toEqual([]);
  });

  it('shows people as they practise', async () => {
    const { people: shown } = await found({ words: ['martiniere'] });
    expect(shown).toEqual([
      {
        nationalId: numbered(3),
        status: 'active',
        familyName: 'DE LA MARTINIÈRE',
        givenName: "N'Golo",
        exercices: [{ codeProfession: '10', codeCategorieProfessionnelle: 'C', codesSavoirFaire: [] }],
        departments: [],
      },
    ]);
  });
});

describe('a search by what people are', () => {
  beforeEach(() =>
    imported('personne_activite', [
      named(1, 'MARTIN', 'Marie', { codePostal: '75009', codeSavoirFaire: 'SM53', codeTypeSavoirFaire: 'S' }),
      named(2, 'MARTIN', 'Paul', { codePostal: '20200' }),
      named(3, 'ADAM', 'Zoé', { codePostal: '75010', codeProfession: '60' }),
    ]),
  );

  it('finds who has all of it, with a name or without', async () => {
    expect((await found({ profession: '10' })).ids).toEqual([1, 2].map(numbered));
    expect((await found({ department: '75' })).ids).toEqual([3, 1].map(numbered));
    expect((await found({ department: '75', savoirFaire: 'SM53' })).ids).toEqual([numbered(1)]);
    expect((await found({ department: '2B', words: ['mar'] })).ids).toEqual([numbered(2)]);
    expect((await found({ department: '2B', words: ['zoe'] })).ids).toEqual([]);
  });

  it('finds who may practise no more only when asked to', async () => {
    await imported('personne_activite', [named(2, 'MARTIN', 'Paul', { codePostal: '20200' })]);
    expect(await ids('martin')).toEqual([numbered(2)]);
    const all = await found({ words: ['martin'], inactive: true });
    expect(all.people.map(({ nationalId, status }) => [nationalId, status])).toEqual([
      [numbered(1), 'inactive'],
      [numbered(2), 'active'],
    ]);
  });
});

describe('the pages of a search', () => {
  const criteria = [
    { words: ['martin'] },
    { words: ['artin'] },
    { words: ['martin', 'ann'] },
    { profession: '10' },
    { words: ['martin'], profession: '10' },
  ];
  const crowd = Array.from({ length: 60 }, (_, at) => named(at, 'MARTIN', `Anne${String(at % 7)} Martine`));

  it.each(criteria)('have everybody once, whatever their size (%j)', async (searched) => {
    await imported('personne_activite', crowd);
    const whole = await walk(searched, 50);
    expect(new Set(whole).size).toBe(60);
    expect(whole).toHaveLength(60);
    for (const count of [1, 7, 20]) expect(await walk(searched, count)).toEqual(whole);
  });

  it.each(criteria)('displace nobody while people come and go (%j)', async (searched) => {
    const stays = crowd.filter((_, at) => at % 2 === 0);
    const before = crowd.filter((_, at) => at % 3 > 0 || at % 2 === 0);
    await imported('personne_activite', before);
    const seen = await walk(searched, 10, async (page) =>
      imported('personne_activite', page % 2 === 1 ? crowd : stays),
    );
    expect(new Set(seen).size).toBe(seen.length);
    for (const { subject } of stays) expect(seen).toContain(subject);
  });

  it('refuse the cursor of another search, and what is no cursor', async () => {
    await imported('personne_activite', crowd);
    const { next } = await found({ words: ['martin'] }, 5);
    for (const other of [{ words: ['anne'] }, { words: ['martin'], inactive: true }])
      await expect(found(other, 5, next)).rejects.toThrow();
    const { of, at } = JSON.parse(Buffer.from(next ?? '', 'base64url').toString());
    for (const forged of [{ word: '\u0000' }, { name: 'martin\u0000' }, { driver: 1 }, { id: '-1' }]) {
      const text = JSON.stringify({ of, at: { ...at, ...forged } });
      const cursor = Buffer.from(text).toString('base64url');
      await expect(found({ words: ['martin'] }, 5, cursor), text).rejects.toThrow('the cursor is refused');
    }
    for (const cursor of ['', 'x', next?.slice(2), Buffer.from('{"of":1}').toString('base64url')])
      await expect(found({ words: ['martin'] }, 5, cursor ?? '')).rejects.toThrow();
  });
});

/** More people than one page looks at, and the same each time. */
describe('among many people, any search', () => {
  const draw = createDraw(7);
  const families = ['MARTEL', 'MARTIN', 'MARTY-LE GALL', 'MARÉCHAL', 'MARTINEZ', 'MARTOURET', 'MARTEAU'];
  const givens = ['Anne', 'Marthe', 'Jean-Marc', 'Zoé', 'Ève', 'Martin', 'Martine Anne', 'Léa', 'Guy'];
  const professions = ['10', '10', '10', '10', '60', '60', '21', '95'];
  const departments = ['75', '75', '75', '13', '13', '69', '2B', '974', ''];
  const skills = ['', '', '', 'SM26', 'SM53', 'SM54'];
  const postal = (department: string) => department.replace('2B', '20').padEnd(5, '2');
  const crowd = Array.from({ length: 12_000 }, (_, at) => ({
    id: numbered(at),
    family: `${draw(families)}${draw(['', ` X${String(at % 97)}`])}`,
    given: draw(givens),
    // The last people are what nobody else is, or hardly.
    places: Array.from({ length: draw([1, 1, 1, 2]) }, () => ({
      profession: at > 11_990 ? '28' : draw(professions),
      department: at > 11_995 ? '48' : draw(departments),
      skill: draw(skills),
    })),
    active: at % 19 > 0,
  }));
  const described = ({ id, family, given, places }: (typeof crowd)[number]) =>
    run(id, {
      rows: places.map(({ profession, department, skill }) =>
        practice({
          nomDexercice: family,
          prenomDexercice: given,
          codeProfession: profession,
          codePostal: department === '' ? '' : postal(department),
          codeSavoirFaire: skill,
          codeTypeSavoirFaire: skill === '' ? '' : 'S',
        }),
      ),
    });

  /** Whom somebody who reads them all would find. */
  function expected({
    words = [],
    profession,
    savoirFaire,
    department,
    inactive = false,
  }: Partial<Criteria>) {
    const suits = (has: (word: string, asked: string) => boolean) =>
      crowd.filter(
        ({ family, given, places, active }) =>
          (active || inactive) &&
          words.every((asked) =>
            nameKey(`${family} ${given}`)
              .split(' ')
              .some((word) => has(word, asked)),
          ) &&
          (profession === undefined || places.some((place) => place.profession === profession)) &&
          (savoirFaire === undefined || places.some(({ skill }) => skill === savoirFaire)) &&
          (department === undefined || places.some((place) => place.department === department)),
      );
    const beginning = suits((word, asked) => word.startsWith(asked));
    const found =
      beginning.length === 0 && words.every((word) => word.length >= 3)
        ? suits((word, asked) => word.includes(asked))
        : beginning;
    return found.map(({ id }) => id).toSorted();
  }

  const askedWords = [
    'm',
    'mar',
    'martin',
    'anne',
    'an',
    'zoe',
    'x5',
    'art',
    'rti',
    'arti',
    'eve',
    'gall',
    'ea',
  ];
  const somethingOr = <Value>(value: Value) => draw([undefined, undefined, value]);
  const searches = Array.from({ length: 50 }, (): Partial<Criteria> => {
    const words = Array.from({ length: draw([0, 1, 1, 2, 3]) }, () => draw(askedWords));
    const profession = somethingOr(draw(['10', '21', '95', '28', '99']));
    return {
      words,
      profession: words.length === 0 ? (profession ?? '60') : profession,
      savoirFaire: somethingOr(draw(['SM26', 'SM99'])),
      department: somethingOr(draw(['75', '2B', '48', '974'])),
      inactive: draw([false, false, true]),
    };
  });

  it('finds whom reading all of them finds, each once, over all its pages', async () => {
    await imported('personne_activite', crowd.map(described));
    await imported('personne_activite', crowd.filter(({ active }) => active).map(described));
    for (const search of searches) {
      const seen = await walk(search, 50);
      expect(seen.toSorted(), JSON.stringify(search)).toEqual(expected(search));
    }
    const nameOf = new Map(
      crowd.map(({ id, family, given }) => [id, wordsOf(nameKey(`${family} ${given}`)).join(' ')]),
    );
    const names = (await walk({ profession: '95' }, 50)).map((id) => nameOf.get(id) ?? '');
    expect(names).toEqual(names.toSorted());
    // Few of many: the first page says so, and does not read on and on.
    const rare = { words: ['m'], profession: '28', department: '48' };
    expect((await found(rare)).ids.toSorted()).toEqual(expected(rare));
    const hardly = { words: ['art', 'x96'], department: '2B' };
    const { ids: few, next } = await found(hardly);
    expect(next).toBeDefined();
    expect(few.length).toBeLessThan(expected(hardly).length);
    expect((await walk(hardly, 50)).toSorted()).toEqual(expected(hardly));
  }, 240_000);
});

describe('the list of people', () => {
  const listed = async () => {
    const { rows } = await postgres.query(
      'SELECT id, national_id, active, published, name_key, facets, codes FROM listed_people ORDER BY national_id',
    );
    return rows;
  };
  /** What is derived from the list itself. */
  const indexed = async () => [
    (await postgres.query('SELECT * FROM listed_words AS w ORDER BY w')).rows,
    (await postgres.query('SELECT * FROM listed_practices AS p ORDER BY p')).rows,
  ];

  it('follows who is struck off, comes back, is renamed and merged', async () => {
    const adeli = run('0759999998', { rows: [practice({ nomDexercice: 'AVANT' })] });
    await imported('personne_activite', [named(1, 'MARTIN', 'Marie'), named(2, 'ADAM', 'Zoé'), adeli]);
    await imported('personne_activite', [named(2, 'EVE', 'Zoé'), adeli]);
    expect(await listed()).toMatchObject([
      { national_id: '0759999998', active: true },
      { national_id: numbered(1), active: false, published: false },
      { national_id: numbered(2), active: true, name_key: 'eve zoe' },
    ]);
    expect(await ids('adam')).toEqual([]);
    await imported('pro_sante_connect', [run(numbered(2), { otherIds: ['0759999998'] })]);
    expect(await ids('avant')).toEqual([]);
    expect((await found({ words: ['avant'], inactive: true })).ids).toEqual(['0759999998']);
    await imported('personne_activite', [named(1, 'MARTIN', 'Marie'), named(2, 'EVE', 'Zoé'), adeli]);
    expect(await ids('martin')).toEqual([numbered(1)]);
  });

  it('made again from the register is the same, with the same numbers', async () => {
    await imported('personne_activite', [named(1, 'MARTIN', 'Marie'), named(2, 'ADAM', 'Zoé')]);
    await imported('personne_activite', [named(1, 'MARTIN', 'Anne'), named(3, 'EVE', 'Zoé')]);
    const [before, theirs] = [await listed(), await indexed()];
    const indexes = async () => {
      const named = "relname ~ '^listed' AND relkind IN ('r', 'i')";
      const { rows } = await postgres.query(
        `SELECT relname, reloptions FROM pg_class WHERE ${named} ORDER BY relname`,
      );
      return rows;
    };
    const indexesBefore = await indexes();
    await postgres.query('DELETE FROM register_followers');
    await follower.catchUp();
    expect(await listed()).toEqual(before);
    expect(await indexed()).toEqual(theirs);
    expect(await indexes()).toEqual(indexesBefore);
  });

  it('says the same of identifiers that lead to each other, followed or made again', async () => {
    const [adeli, other, employer] = ['0759999998', '0759999980', '3000000999/CPET'];
    const said = (...more: DescribedRun[]) => [
      run(adeli, { otherIds: [employer] }),
      run(employer, { otherIds: [adeli] }),
      run(other, { otherIds: [] }),
      run(numbered(1), { otherIds: [other] }),
      ...more,
    ];
    await imported('pro_sante_connect', said().slice(2));
    await imported('pro_sante_connect', said(named(2, 'EVE', 'Zoé')));
    const followed = await listed();
    expect(followed.map(({ national_id, active }) => [national_id, active])).toEqual(
      [
        [other, false],
        [adeli, true],
        [employer, true],
        [numbered(1), true],
        [numbered(2), true],
      ].toSorted(),
    );
    await postgres.query('DELETE FROM register_followers');
    await follower.catchUp();
    expect(await listed()).toEqual(followed);
  });

  it('follows a rollback, which takes back who came', async () => {
    await imported('personne_activite', [named(1, 'MARTIN', 'Marie')]);
    const before = [await listed(), await indexed()];
    await imported('personne_activite', [named(1, 'MARTIN', 'Anne'), named(3, 'EVE', 'Zoé')]);
    expect(await ids('eve')).toEqual([numbered(3)]);
    await register.rollBack('personne_activite', { operator: 'test', reason: 'a bad file' });
    await follower.catchUp();
    expect([await listed(), await indexed()]).toEqual(before);
  });

  it('follows on past a name that is longer than an index holds', async () => {
    const letters = (from: number) =>
      Array.from({ length: 512 }, (_, at) => String.fromCodePoint(0x4e00 + from + at * 7)).join('');
    const names = Array.from({ length: 20 }, (_, at) => letters(at * 600));
    await imported('personne_activite', [
      run(numbered(1), {
        rows: names.map((nomDexercice, at) => practice({ nomDexercice, codeProfession: String(10 + at) })),
      }),
      named(2, 'MARTIN', 'Marie'),
    ]);
    await imported('personne_activite', [named(1, letters(5), letters(9)), named(2, 'MARTIN', 'Anne')]);
    expect(await ids('anne')).toEqual([numbered(2)]);
    expect(await ids(...wordsOf(nameKey(letters(5))))).toEqual([numbered(1)]);
  });

  it('is made again when it missed more than the register keeps', async () => {
    await imported('personne_activite', [named(1, 'MARTIN', 'Marie')]);
    for (const nom of ['A1', 'A2', 'A3', 'A4', 'A5'])
      await register.import(extract('personne_activite', [named(1, nom, 'Marie')]), {
        operator: 'test',
        force: 'a small file',
      });
    await follower.catchUp();
    expect(await listed()).toMatchObject([{ name_key: 'a5 marie' }]);
    expect(await ids('martin')).toEqual([]);
  });

  it('goes on where it was stopped, and two at once do no harm', async () => {
    const before = Array.from({ length: 1_200 }, (_, at) => named(at, 'MARTIN', 'Marie'));
    await imported('personne_activite', before);
    await register.import(
      extract(
        'personne_activite',
        before.map((_, at) => named(at, 'MARTIN', 'Anne')),
      ),
      {
        operator: 'test',
        force: 'a small file',
      },
    );
    const dies = createFollower(postgres, {
      ...listPeople,
      follow: async (tx, nationalIds) => {
        await listPeople.follow(tx, nationalIds);
        const { rows } = await tx.query<{ left: number }>(
          "SELECT count(*)::int AS left FROM listed_people WHERE given_key = 'marie'",
        );
        if ((rows[0]?.left ?? 0) < 600) throw new Error('killed');
      },
    });
    await expect(dies.catchUp()).rejects.toThrow('killed');
    expect(await walk({ words: ['anne'] }, 50)).toHaveLength(500);
    await Promise.all([follower.catchUp(), createFollower(postgres, listPeople).catchUp()]);
    await follower.catchUp();
    expect(await walk({ words: ['anne'] }, 50)).toHaveLength(1_200);
    expect(await ids('marie')).toEqual([]);
  });
});
