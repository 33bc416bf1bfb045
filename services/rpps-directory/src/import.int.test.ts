import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
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
import { nationalId } from '#src/ports/register.contract.ts';
import { createFindProfessional } from '#src/use-cases/find-professional.ts';

const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const CONTACT_SEAL_KEYS = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(CONTACT_SEAL_KEYS);
const command = new URL('./import.ts', import.meta.url).pathname;

let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imports-'));
});

beforeEach(() => postgres.query('TRUNCATE people, imports RESTART IDENTITY CASCADE'));

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
    lines: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  }));
  return { child, ended };
}

const run = (...args: string[]) => start(args).ended;

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const find = (identifier: string) =>
  createFindProfessional({ professionals: createPostgresProfessionals({ postgres }) })(identifier);

describe('the command import', () => {
  it('imports the seeds from nothing: everybody is as the sandbox says', async () => {
    const paths = await Promise.all(
      registerFiles(seededPeople).map(({ name, content }) => file(name, content)),
    );
    const { code, lines, err } = await run('--force', 'the sandbox plays a day that passes', ...paths);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { kind: 'pro_sante_connect', people: 15, created: 15, rejected: 0, lost: 0 },
      { kind: 'pro_sante_connect', people: 14, created: 0, changed: 0, lost: 1 },
      { kind: 'personne_activite', people: 12, created: 0, changed: 0, lost: 0 },
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
    const moved = amend(camille, { familyName: 'LAMBDA-MU', phone: '0601010101' });
    const { lines } = await run(...(await write([moved, ...others])));
    expect(lines).toMatchObject([{ changed: 1, created: 0, lost: 0 }, { changed: 0 }]);
    expect(await find(camille.nationalId)).toMatchObject({ familyName: 'LAMBDA-MU', givenName: 'CAMILLE' });
    const contact = await createPostgresContacts({ postgres, seal }).read(
      nationalId(camille.nationalId),
      'auth-broker',
    );
    expect(contact).toEqual({ phone: '0601010101', mail: 'camille.lambda@sante.example' });

    const struckOff = amend(moved, { status: 'inactive' });
    await run('--force', 'struck off', ...(await write([struckOff, ...others])).slice(-2));
    expect(await find(camille.nationalId)).toMatchObject({ status: 'inactive', familyName: 'LAMBDA-MU' });
  });

  it('refuses with one sentence, a failure, and the register as it was', async () => {
    const people = Array.from({ length: 40 }, (_, i) => invent({}, i + 1));
    await run(await file('good.txt', personneActivite(people)));
    const text = personneActivite(people);
    const cases = [
      ['page.txt', '<html>', /^import of page\.txt refused \(file_is_a_web_page\): .*\n$/],
      [
        'cut.txt',
        text.slice(0, -20),
        /^import of cut\.txt refused \(file_truncated\): .* column 5\d of 56.*\n$/,
      ],
      [
        'header.txt',
        text.replace('Code profession', 'Métier'),
        /\(header_unknown\): line 1: missing column "Code pro.*10\n$/,
      ],
      [
        'few.txt',
        personneActivite(people.slice(0, 30)),
        /\(too_many_lost\): 10 of the 40 people .*--force.*\n$/,
      ],
      ['none.txt', personneActivite([]), /\(nobody_in_file\): .*\n$/],
    ] as const;
    for (const [name, content, sentence] of cases) {
      const { code, err, lines } = await run(await file(name, content));
      expect(err).toMatch(sentence);
      expect(err.split('\n')).toHaveLength(2);
      expect(code).toBe(1);
      expect(lines).toEqual([]);
    }
    const { rows } = await postgres.query("SELECT count(*)::int FROM people WHERE status = 'active'");
    expect(rows).toEqual([{ count: 40 }]);
    expect((await postgres.query('SELECT FROM imports')).rowCount).toBe(1);
  });

  it('says how it is used, and what its environment lacks', async () => {
    expect(await run()).toMatchObject({ code: 1, err: expect.stringMatching(/^import failed: usage: /) });
    expect(await run('a.txt', '--force', ' ')).toMatchObject({
      code: 1,
      err: expect.stringContaining('needs a reason'),
    });
    const { code, err } = await start(['a.txt'], {}).ended;
    expect(code).toBe(1);
    expect(err).toContain('DATABASE_URL: is missing');
    expect(err).toContain('CONTACT_SEAL_KEYS: is missing');
  });

  it('says that PostgreSQL does not answer', async () => {
    const path = await file('good.txt', personneActivite([invent({}, 1)]));
    const { code, err } = await start([path], {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      CONTACT_SEAL_KEYS,
    }).ended;
    expect({ code, err }).toEqual({ code: 1, err: 'import failed: PostgreSQL did not answer\n' });
  });
});

describe('an import that is killed half-way', () => {
  const before = Array.from({ length: 40 }, (_, i) => invent({}, i + 1));
  const after = before.map((person) => invent({ familyName: 'APRES' }, before.indexOf(person) + 1));
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
    await holder.query('BEGIN; LOCK TABLE contacts IN EXCLUSIVE MODE');
    const { child, ended } = start([path]);
    await vi.waitUntil(async () => (await sessions("wait_event_type = 'Lock'")).rowCount, {
      timeout: 10_000,
    });
    expect((await run(path)).err).toMatch(/\(import_running\): another import is running/);

    child.kill('SIGKILL');
    expect((await ended).lines).toEqual([]);
    // PostgreSQL notices by itself, although its statement still waits.
    await vi.waitUntil(async () => (await sessions("wait_event_type = 'Lock'")).rowCount === 0, {
      timeout: 10_000,
    });
    await holder.query('ROLLBACK');

    for (const person of before)
      expect(await find(person.nationalId)).toMatchObject({ exercices: person.exercices });
    expect((await postgres.query('SELECT FROM imports')).rowCount).toBe(1);
    expect((await run(path)).lines).toMatchObject([{ changed: 40 }]);
    for (const person of after)
      expect(await find(person.nationalId)).toMatchObject({ exercices: person.exercices });
  });
});
