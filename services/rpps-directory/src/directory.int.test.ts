import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSeal } from '@psc/datastores';
import { extractionProSanteConnect, personneActivite, registerFiles } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { amend } from '@psc/sandbox/seeds/person.ts';
import { seededPeople } from '@psc/sandbox/seeds/register.ts';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPostgresContacts } from '#src/adapters/contacts.postgres.ts';
import { createPostgresProfessionals } from '#src/adapters/professionals.postgres.ts';
import { emptyRegister, fingerprint } from '#src/testing/empty-register.ts';
import { nationalId } from '#src/testing/extracts.ts';
import { createFindProfessional } from '#src/use-cases/find-professional.ts';

const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const CONTACT_SEAL_KEYS = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(CONTACT_SEAL_KEYS);
const command = new URL('./directory.ts', import.meta.url).pathname;

let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imports-'));
});

beforeEach(() => emptyRegister(postgres));

afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await close();
});

function start(args: string[], env: Record<string, string> = { DATABASE_URL: url, CONTACT_SEAL_KEYS }) {
  const child = spawn(process.execPath, [command, ...args], { env });
  running.add(child);
  child.on('exit', () => running.delete(child));
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({
    code,
    err,
    out,
    get lines() {
      return out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
  }));
  return { child, ended };
}

const run = (...args: string[]) => start(['import', ...args]).ended;
/** The command itself: what it prints. */
const directory = async (...args: string[]) => {
  const { code, err, out } = await start(args).ended;
  return { code, err, out };
};
/** The sentence of a refusal, without the lines of progress. */
const sentenceOf = (err: string) =>
  err
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'))
    .join('\n');

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const find = (identifier: string) =>
  createFindProfessional({ professionals: createPostgresProfessionals({ postgres }) })(identifier);

const people = (size: number, change = {}) => Array.from({ length: size }, (_, i) => invent(change, i + 1));

describe('psc directory import', () => {
  it('imports the seeds from nothing: everybody is as the sandbox says', async () => {
    const paths = await Promise.all(
      registerFiles(seededPeople).map(({ name, content }) => file(name, content)),
    );
    const { code, lines, err } = await run('--force', 'the sandbox plays a day that passes', ...paths);
    expect(sentenceOf(err)).toBe('');
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { kind: 'pro_sante_connect', people: 15, created: 15, rejected: 0, lost: 0 },
      { kind: 'pro_sante_connect', people: 14, created: 0, changed: 0, lost: 1 },
      { kind: 'personne_activite', people: 12, created: 12, changed: 0, lost: 0 },
    ]);
    for (const person of seededPeople) {
      const found = await find(person.nationalId);
      const { nationalId, status, familyName, givenName, codeCivilite, exercices } = person;
      expect(found).toMatchObject({ nationalId, status, familyName, givenName, codeCivilite, exercices });
    }
    expect(await find('0759999998')).toMatchObject({ nationalId: '899700000088' });
  });

  it('changes one person when the files are written again', async () => {
    const [camille, ...others] = seededPeople.filter((person) => person.status === 'active');
    if (!camille) throw new Error('the seeds have people');
    const write = (people: typeof seededPeople) =>
      Promise.all(registerFiles(people).map(({ name, content }) => file(name, content)));
    await run(...(await write([camille, ...others])));
    const moved = amend(camille, { familyName: 'LAMBDA-MU', phone: '0639980101' });
    const { lines } = await run('--force', 'one of few', ...(await write([moved, ...others])));
    expect(lines).toMatchObject([{ changed: 1, created: 0, lost: 0 }, { changed: 0 }]);
    expect(await find(camille.nationalId)).toMatchObject({ familyName: 'LAMBDA-MU', givenName: 'CAMILLE' });
    const contact = await createPostgresContacts({ postgres, seal }).read(
      nationalId(camille.nationalId),
      'auth-broker',
    );
    expect(contact).toEqual({ phone: '0639980101', mail: 'camille.lambda@sante.example' });

    const struckOff = amend(moved, { status: 'inactive' });
    await run('--force', 'struck off', ...(await write([struckOff, ...others])).slice(-2));
    expect(await find(camille.nationalId)).toMatchObject({ status: 'inactive', familyName: 'LAMBDA-MU' });
  });

  const text = personneActivite(people(40));
  it.each([
    ['file_is_a_web_page', '<html>', /line 1/],
    ['file_empty', '', /empty/],
    ['file_truncated', text.slice(0, -20), /column 5\d of 56/],
    ['header_unknown', text.replace('Code profession', 'Métier'), /line 1: missing column "Code pro.*10/],
    ['too_many_lost', personneActivite(people(30)), /10 of the 40 people .*--force/],
    [
      'too_many_changed',
      personneActivite([...people(3, { familyName: 'APRES' }), ...people(40).slice(3)]),
      /3 of the 40 people .*--force/,
    ],
    ['nobody_in_file', personneActivite([]), /no valid row/],
  ] as const)(
    'refuses with %s, one sentence, and the register as it was',
    async (code, content, sentence) => {
      await run(await file('good.txt', text));
      const before = await fingerprint(postgres);
      const refused = await run(await file('bad.txt', content));
      expect(sentenceOf(refused.err)).toMatch(
        new RegExp(`^import of bad\\.txt refused \\(${code}\\): [^\\n]*$`),
      );
      expect(sentenceOf(refused.err)).toMatch(sentence);
      expect(refused).toMatchObject({ code: 1, lines: [] });
      expect(await fingerprint(postgres)).toEqual(before);
    },
  );

  it('refuses a file that is not there', async () => {
    const { code, err } = await run('nowhere.txt');
    expect({ code, err: sentenceOf(err) }).toEqual({
      code: 1,
      err: expect.stringMatching(/^import of nowhere\.txt refused \(file_unreadable\)/),
    });
  });

  it('says how it is used, and what its environment lacks', async () => {
    expect((await start(['--help']).ended).out).toMatch(/^psc directory: .*\n/);
    for (const [args, sentence] of [
      [['import'], 'something is missing'],
      [['import', 'a.txt', '--force', ' '], '--force needs a reason'],
      [['imports', '--kind', 'other'], 'the kind is one of: personne_activite'],
      [['rollback', 'personne_activite'], '--reason'],
      [['rollback', 'other', '--reason', 'x'], 'the kind is one of'],
      [['diff', 'x'], 'a version is a number'],
      [['burn'], 'there is no "psc directory burn"'],
    ] as const) {
      const { code, err } = await start([...args]).ended;
      expect(code).toBe(2);
      expect(err).toContain(sentence);
    }
    const { code, err } = await start(['import', 'a.txt'], {}).ended;
    expect(code).toBe(1);
    expect(err).toContain('DATABASE_URL: is missing');
    expect(err).toContain('CONTACT_SEAL_KEYS: is missing');
  });

  it('says that PostgreSQL does not answer', async () => {
    const path = await file('good.txt', personneActivite(people(1)));
    const { code, err } = await start(['import', path], {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      CONTACT_SEAL_KEYS,
    }).ended;
    expect({ code, err }).toEqual({ code: 1, err: 'PostgreSQL did not answer\n' });
  });

  it('tells its progress in JSON lines to who is no terminal', async () => {
    const path = await file('good.txt', text);
    const steps = async () => {
      const { err } = await run(path);
      return err
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    };
    const total = Buffer.byteLength(text);
    expect(await steps()).toMatchObject([
      { kind: 'personne_activite', step: 'stage', total },
      { step: 'write' },
    ]);
    expect(await steps()).toMatchObject([
      { step: 'stage', bytes: total },
      { step: 'compare' },
      { step: 'write' },
    ]);
  });
});

describe('psc directory', () => {
  const moved = () => personneActivite([...people(1, { familyName: 'APRES' }), ...people(40).slice(1, 39)]);
  beforeEach(async () => {
    await run(await file('monday.txt', personneActivite(people(40))), '--by', 'camille');
    await run(await file('tuesday.txt', moved()));
  });

  it('lists who imported what, when, from what, and what it did', async () => {
    const { out } = await directory('imports', '--json');
    expect(JSON.parse(out)).toMatchObject([
      {
        id: 2,
        kind: 'personne_activite',
        source: 'tuesday.txt',
        counts: { people: 39, changed: 1, lost: 1 },
      },
      { id: 1, operator: 'camille', undoneBy: null, reason: null, counts: { created: 40 } },
    ]);
    expect(JSON.parse(out)[0].sha256).toBe(createHash('sha256').update(moved()).digest('hex'));
    const table = await directory('imports', '--kind', 'personne_activite');
    expect(table.out).toMatch(/^VERSION +KIND .*\n2 +personne_activite .*tuesday\.txt\n1 +.* camille .*\n$/);
    expect((await directory('imports', '--kind', 'mssante')).out).toBe('nothing was imported\n');
  });

  it('says who changed with a version, and in which fields, never how', async () => {
    const { out } = await directory('diff', '--json');
    const [first, last] = [people(1)[0], people(40)[39]];
    expect(JSON.parse(out)).toMatchObject({
      version: { id: 2 },
      kept: true,
      subjects: [
        { subject: first?.nationalId, change: 'changed', fields: ['nomDexercice', 'raisonSocialeSite'] },
        { subject: last?.nationalId, change: 'left', fields: [] },
      ],
    });
    expect(out).not.toContain('APRES');
    const table = await directory('diff', '2', '--change', 'left');
    expect(table.out).toContain('version 2 of personne_activite: 0 created, 1 changed, 1 lost, 0 returned\n');
    expect(table.out).not.toContain('nomDexercice');
    expect((await directory('diff', '1')).out).toContain('is not known');
    expect(await directory('diff', '99')).toMatchObject({ code: 1, err: 'there is no version 99\n' });
  });

  it('rolls back the last import of a kind, and says so', async () => {
    const undone = await directory(
      'rollback',
      'personne_activite',
      '--reason',
      'the wrong file',
      '--by',
      'camille',
    );
    expect(JSON.parse(undone.out)).toMatchObject({ version: 3, undone: 2, changed: 1, returned: 1 });
    expect(await find(people(1)[0]?.nationalId ?? '')).toMatchObject({
      exercices: [{ nomDexercice: people(1)[0]?.familyName }],
    });
    const { out } = await directory('imports');
    expect(out).toMatch(/\n3 .* camille .*undoes 2; the wrong file\n2 .*undone by 3\n/);
    expect(await directory('rollback', 'personne_activite', '--reason', 'again')).toEqual({
      code: 1,
      err: expect.stringMatching(/^rollback of personne_activite refused \(nothing_to_undo\): /),
      out: '',
    });
  });

  it('lists the rows that were set aside, and why', async () => {
    const [header = '', , ...rows] = personneActivite(people(40)).split('\n');
    await run(await file('bad-row.txt', [header, '8|9970|too|short|', ...rows].join('\n')));
    const { out } = await directory('rejects', 'personne_activite');
    expect(out).toMatch(
      /^version 3 of personne_activite: 1 rejected\nLINE +REASON +SUBJECT\n2 +column_count/,
    );
    expect(await directory('rejects', 'mssante')).toMatchObject({
      code: 1,
      err: 'nothing of mssante was imported\n',
    });
  });

  it('has an operator say why an identifier is of somebody of other names', async () => {
    const [person] = people(1);
    if (!person) throw new Error('one was invented');
    const adeli = '0759999998';
    const stranger = invent({ nationalId: adeli, familyName: 'OMICRON', givenName: 'LUC' }, 50);
    await run(await file('wednesday.txt', personneActivite([...people(40), stranger])));
    const others = Array.from({ length: 30 }, (_, i) => `7599900${10 + i};9970000${1000 + i}`);
    const lines = ['N° ADELI;N° RPPS', ...others, `${adeli.slice(1)};${person.nationalId.slice(1)}`, ''];
    const table = await file('adeli.csv', lines.join('\n'));

    expect(await run(table)).toMatchObject({ code: 0, lines: [{ rejected: 1, refusedClaims: 1 }] });
    const { out } = await directory('rejects', 'adeli_rpps');
    expect(out).toMatch(/: 1 rejected\nLINE .*\n32 +identifier_of_other_names +8999/);
    expect(await find(adeli)).toMatchObject({ nationalId: adeli, familyName: 'OMICRON' });

    await run('--force', 'she changed all her names', table);
    expect(await find(adeli)).toMatchObject({ nationalId: person.nationalId });
    expect((await directory('rejects', 'adeli_rpps')).out).toContain(
      'other_names_forced, 1 times, first in line 32',
    );
    expect((await directory('imports')).out).toContain('she changed all her names');
  });
});

describe('an import that is killed half-way', () => {
  const before = people(40);
  const after = people(40, { familyName: 'APRES' });
  /** Sessions, beside the one that asks, in such a state. */
  const sessions = (state: string) =>
    postgres.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${state}`,
    );

  it('leaves the register as it was, and the next one finds it whole', async () => {
    await run(await file('before.txt', extractionProSanteConnect(before)));
    const path = await file('after.txt', extractionProSanteConnect(after));

    // Another session holds the last table to be written: all the others are, when the process dies.
    const holder = await postgres.connect();
    onTestFinished(() => holder.release(true));
    await holder.query('BEGIN; LOCK TABLE contact_keys IN EXCLUSIVE MODE');
    const { child, ended } = start(['import', '--force', 'all of them', path]);
    await vi.waitUntil(async () => (await sessions("wait_event_type = 'Lock'")).rowCount, {
      timeout: 10_000,
    });
    const second = await run(path);
    expect(sentenceOf(second.err)).toMatch(/\(import_running\): another import is running/);

    child.kill('SIGKILL');
    expect((await ended).lines).toEqual([]);
    // PostgreSQL notices by itself, although its statement still waits.
    await vi.waitUntil(async () => (await sessions("wait_event_type = 'Lock'")).rowCount === 0, {
      timeout: 10_000,
    });
    await holder.query('ROLLBACK');

    for (const person of before)
      expect(await find(person.nationalId)).toMatchObject({ exercices: person.exercices });
    expect((await postgres.query('SELECT FROM versions')).rowCount).toBe(1);
    const next = await run('--force', 'all of them', path);
    expect(next.lines).toMatchObject([{ changed: 40 }]);
    // What was staged is not read again.
    expect(next.err).toContain('"step":"go_on"');
    for (const person of after)
      expect(await find(person.nationalId)).toMatchObject({ exercices: person.exercices });
  });
});
