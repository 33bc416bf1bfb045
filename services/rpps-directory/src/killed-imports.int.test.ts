import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractionProSanteConnect } from '@psc/sandbox/seeds/extracts.ts';
import { invent } from '@psc/sandbox/seeds/invent.ts';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fingerprint } from '#src/testing/empty-register.ts';

/** Real processes over a real PostgreSQL; the restricted file, which writes to every table. */
const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const CONTACT_SEAL_KEYS = `k1:${randomBytes(32).toString('base64')}`;
const command = new URL('./directory.ts', import.meta.url).pathname;
const PEOPLE = 20_000;
const KILLS = 10;

let folder: string;
let monday: string;
let tuesday: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-imports-'));
  const people = Array.from({ length: PEOPLE }, (_, i) => ({
    ...invent({}, i + 1),
    phone: `+33 6399800${String(i).padStart(5, '0')}`,
    otherIds: i % 5 === 0 ? [`0AB${String(i).padStart(7, '0')}`] : [],
  }));
  // Half of them change, and some leave or come: what is written takes as long as what is read.
  const changed = people.map((person, i) =>
    i % 2 === 0
      ? { ...person, familyName: 'APRES', phone: `+33 6399801${String(i).padStart(5, '0')}` }
      : person,
  );
  const more = Array.from({ length: 500 }, (_, i) => invent({}, PEOPLE + i + 1));
  monday = join(folder, 'monday.txt');
  tuesday = join(folder, 'tuesday.txt');
  await writeFile(monday, extractionProSanteConnect(people));
  await writeFile(tuesday, extractionProSanteConnect([...changed.slice(500), ...more]));
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
  await close();
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [command, ...args], {
    env: { DATABASE_URL: url, CONTACT_SEAL_KEYS },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code, out, err };
  });
  return { child, ended };
}

/** Until the sessions of who was killed are gone: a moment, since nobody may import before. */
async function untilFree(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rows } = await postgres.query<{ sessions: number }>(
          `SELECT count(*)::int AS sessions FROM pg_locks l JOIN pg_database d ON d.oid = l.database
           WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
        );
        return rows[0]?.sessions;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
}

/** What the register says, whatever version said it. Contacts are sealed anew by each process: their keys tell them apart. */
async function said(): Promise<unknown> {
  const { declared_identifiers, contact_keys } = await fingerprint(postgres);
  const { rows } = await postgres.query(
    `SELECT md5(string_agg(ROW(kind, subject, present, digest, rows, other_ids, contact IS NULL)::text, ''
       ORDER BY kind, subject)) FROM described`,
  );
  return [rows, declared_identifiers, contact_keys];
}

const imported = async (...args: string[]) => {
  const { code, out, err } = await start(...args).ended;
  expect(code, err).toBe(0);
  return JSON.parse(out);
};

it('an import that is killed ten times, whenever, leaves the old register or the new one, whole, and then ends well', async () => {
  const forced = ['import', tuesday, '--force', 'half of them change'];
  const rollBack = () => imported('rollback', 'pro_sante_connect', '--reason', 'a test');

  await imported('import', monday);
  const old = await said();
  // How long it lasts when nobody kills it, and what it says then.
  const begun = performance.now();
  await imported(...forced);
  const lasts = performance.now() - begun;
  const next = await said();
  expect(next).not.toEqual(old);
  await rollBack();
  expect(await said()).toEqual(old);

  for (let kill = 0; kill < KILLS; kill++) {
    const before = await fingerprint(postgres);
    const { child, ended } = start(...forced);
    const timer = setTimeout(() => child.kill('SIGKILL'), randomInt(Math.floor(lasts / 5), Math.ceil(lasts)));
    const { err } = await ended;
    clearTimeout(timer);
    await untilFree();
    const after = await fingerprint(postgres);
    if (after.versions === before.versions) expect(after, `killed after ${err}`).toEqual(before);
    else {
      // It was quicker, or was killed between its commit and its last word.
      expect(await said(), `killed after ${err}`).toEqual(next);
      await rollBack();
      expect(await said()).toEqual(old);
    }
  }

  const counts = { people: PEOPLE, created: 500, changed: PEOPLE / 2 - 250, lost: 500 };
  expect(await imported(...forced)).toMatchObject(counts);
  expect(await said()).toEqual(next);
}, 300_000);
