import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsAbout } from '#src/testing/fhir-profiles.ts';
import { type FhirWorld, openFhirWorld } from '#src/testing/fhir-world.ts';
import { digestOfKey } from './key-digest.ts';

/** Who may ask, and how often: real PostgreSQL, Redis and command. */
let world: FhirWorld;
const CALLS = 5;

beforeAll(async () => {
  world = await openFhirWorld({ callsPerSecond: CALLS });
});
afterAll(() => world?.close());

const command = new URL('../../directory.ts', import.meta.url).pathname;
const run = promisify(execFile);

async function apiKeys(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { DATABASE_URL: world.url, CONTACT_SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}` };
  return run(process.execPath, [command, 'api-keys', ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

const ask = (key: string, remoteAddress = '192.0.2.1') =>
  world.app.inject({
    url: '/fhir/v2/Practitioner?_count=1',
    headers: { 'esante-api-key': key },
    remoteAddress,
  });

describe('psc directory api-keys', () => {
  it('adds a key that is shown once and kept as a digest, lists it, and revokes it at once', async () => {
    const added = await apiKeys('add', 'logiciel', '--by', 'alex');
    const key = added.stdout.trim();
    expect(key).toMatch(/^psc_[\w-]{43}$/);
    expect((await ask(key)).statusCode).toBe(200);
    const { rows } = await world.postgres.query('SELECT * FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key);

    const listed = (await apiKeys('list')).stdout;
    expect(listed).toMatch(new RegExp(`logiciel .*alex .*${new Date().toISOString().slice(0, 10)}`));
    expect(listed).not.toContain(key);

    expect((await apiKeys('revoke', 'logiciel')).code).toBe(0);
    expect((await ask(key)).statusCode).toBe(401);
    expect((await apiKeys('list')).stdout).toContain('revoked');
  });

  it('refuses a second key of one name, and to revoke one that does not live', async () => {
    expect((await apiKeys('add', 'double')).code).toBe(0);
    const again = await apiKeys('add', 'double');
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect((await apiKeys('add', 'double', '--if-missing')).code).toBe(0);
    expect((await apiKeys('revoke', 'nobody')).code).toBe(1);
    expect((await apiKeys('steal')).code).toBe(2);
  });

  it('takes a key that somebody chose', async () => {
    expect((await apiKeys('add', 'chosen', '--key', 'sandbox-key')).stdout).toBe('');
    expect((await ask('sandbox-key')).statusCode).toBe(200);
  });
});

describe('the gate', () => {
  it('lets a key call so many times a second, of thirty at once exactly those, and says when to come back', async () => {
    await world.apiKeys.add({ name: 'busy', digest: digestOfKey('busy'), createdBy: 'tests' });
    await world.apiKeys.add({ name: 'other', digest: digestOfKey('other'), createdBy: 'tests' });
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('busy')));
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    // Thirty calls may last into the next second.
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(CALLS);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer.headers['retry-after']).toBe('1');
      expect(complaintsAbout(answer.json())).toEqual([]);
      expect(answer.json().issue[0].code).toBe('throttled');
    }
    expect((await ask('other')).statusCode).toBe(200);
  });

  it('refuses whoever tries keys, from their network, without asking the database any more', async () => {
    const guess = (n: number, from = '198.51.100.7') => ask(`wrong ${n}`, from);
    const first = await Promise.all(Array.from({ length: 20 }, (_, n) => guess(n)));
    expect(first.map(({ statusCode }) => statusCode)).toEqual(first.map(() => 401));
    const next = await guess(21);
    expect(next.statusCode).toBe(429);
    expect(Number(next.headers['retry-after'])).toBeGreaterThan(1);
    // A good key does not help either, and another network is not concerned.
    expect((await ask('other', '198.51.100.7')).statusCode).toBe(429);
    expect((await guess(22, '203.0.113.9')).statusCode).toBe(401);
  });

  it('never looks up a key that is none', async () => {
    expect((await ask('x'.repeat(5_000))).statusCode).toBe(401);
    expect((await ask('')).statusCode).toBe(401);
  });

  it('answers nothing but its capabilities to whoever has no key, not even what there is', async () => {
    for (const url of [
      '/fhir/v2/Practitioner',
      '/fhir/v2/nothing',
      '/fhir/v2/_page?id=x',
      '/fhir/v2/Practitioner/1',
    ])
      expect((await world.app.inject(url)).statusCode).toBe(401);
    expect((await world.app.inject('/fhir/v2/metadata')).statusCode).toBe(200);
  });

  it('gives no browser of another site an answer', async () => {
    const response = await world.app.inject({
      method: 'OPTIONS',
      url: '/fhir/v2/Practitioner',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' },
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers nothing while it cannot count', async () => {
    world.loseRedis();
    const response = await ask('other');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2']);
    expect(complaintsAbout(response.json())).toEqual([]);
  });
});
