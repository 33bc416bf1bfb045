import { createSeal, type Postgres } from '@psc/datastores';
import { exitCodes, RefusedError, UsageError } from '@psc/runtime';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { sealKeys } from '#src/testing/keys.ts';
import { createKeysCommand } from './keys-command.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let postgres: Postgres;
const seal = createSeal(sealKeys());
const DAY_MS = 86_400_000;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  postgres = database.postgres;
});
afterAll(() => database?.close());
beforeEach(async () => {
  await postgres.query('DELETE FROM signing_keys');
  await keys('advance');
});

/** Runs the command: what it prints, or what is said of it. */
async function keys(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const printed: string[] = [];
  const command = createKeysCommand({
    keys: createPostgresSigningKeys(postgres, seal),
    generate: generateSigningKey,
    policy: { publishedMs: DAY_MS, signsMs: 90 * DAY_MS, retiredMs: 7 * DAY_MS },
    clock: Date.now,
    operator: 'camille',
    print: (line) => printed.push(`${line}\n`),
  });
  try {
    const code = await command(args);
    return { code, output: printed.join('') };
  } catch (error) {
    if (error instanceof UsageError) return { code: exitCodes.usage, output: error.message };
    if (error instanceof RefusedError) return { code: exitCodes.refused, output: error.message };
    throw error;
  }
}

interface Listed {
  readonly kid: string;
  readonly alg: string;
  readonly state: string;
}
async function listed(): Promise<Listed[]> {
  return JSON.parse((await keys('list', '--json')).output);
}
const kidOf = async (alg: string, state: string) =>
  (await listed()).find((key) => key.alg === alg && key.state === state)?.kid ?? '';
const states = async () => (await listed()).map(({ alg, state }) => `${alg} ${state}`);
/** As when so much time has passed. */
const age = (interval: string) =>
  postgres.query(
    `UPDATE signing_keys SET created_at = created_at - $1::interval, signs_since = signs_since - $1::interval,
       retired_at = retired_at - $1::interval`,
    [interval],
  );

const begun = ['RS256 current', 'RS256 next', 'ES256 current', 'ES256 next'];

describe('psc keys', () => {
  it('advance makes what is missing, then does what is due, and says when nothing is', async () => {
    expect(await states()).toEqual(begun);
    expect(await keys('advance')).toEqual({ code: 0, output: 'nothing is due\n' });
    await age('90 days');
    expect((await keys('advance')).output.match(/^[\w-]{43}: (retired|current|next)$/gm)).toHaveLength(6);
    expect(await states()).toEqual([
      ...begun.slice(0, 2),
      'RS256 retired',
      ...begun.slice(2),
      'ES256 retired',
    ]);
    await age('7 days');
    expect((await keys('advance')).output.match(/^[\w-]{43}: removed$/gm)).toHaveLength(2);
    expect(await states()).toEqual(begun);
  });

  it('list says when each key may change', async () => {
    const { output } = await keys('list');
    expect(output).toMatch(/^ALG +STATE +KID/);
    expect(output).toMatch(/^RS256 +current +[\w-]{43} .* signs until \d{4}-\d\d-\d\d/m);
    expect(output).toMatch(/^ES256 +next +[\w-]{43} .* may sign from \d{4}-\d\d-\d\d/m);
    expect(output).not.toMatch(/"d"|private/);
  });

  it('rotate waits until applications know the next key, all algorithms or none', async () => {
    const before = await listed();
    await age('1 hour');
    expect(await keys('rotate')).toMatchObject({ code: 1, output: expect.stringContaining('may sign from') });
    expect(await listed()).toMatchObject(before.map(({ kid, state }) => ({ kid, state })));

    await age('1 day');
    const next = await kidOf('RS256', 'next');
    expect((await keys('rotate', '--alg', 'RS256')).code).toBe(0);
    expect(await kidOf('RS256', 'current')).toBe(next);
    expect(await kidOf('ES256', 'retired')).toBe('');
    // The new next RS256 key is young: nothing of ES256 changes either.
    expect((await keys('rotate')).code).toBe(1);
    expect(await kidOf('ES256', 'retired')).toBe('');
  });

  it('rotate --now does it all the same, with a reason that stays known', async () => {
    expect(await keys('rotate', '--now')).toMatchObject({ code: 2 });
    const next = await kidOf('ES256', 'next');
    expect((await keys('rotate', '--now', '--reason', 'an audit', '--alg', 'ES256')).code).toBe(0);
    expect(await kidOf('ES256', 'current')).toBe(next);
    expect((await keys('history', '--limit', '3')).output).toMatch(
      /camille +ES256 +[\w-]{43} +current +an audit/,
    );
  });

  it('retire rotates a current key, and replaces a next one', async () => {
    const [current, next] = [await kidOf('RS256', 'current'), await kidOf('RS256', 'next')];
    expect((await keys('retire', current)).code).toBe(1);
    await age('1 day');
    expect((await keys('retire', current)).code).toBe(0);
    expect([await kidOf('RS256', 'retired'), await kidOf('RS256', 'current')]).toEqual([current, next]);
    expect(await keys('retire', current)).toMatchObject({
      code: 1,
      output: `${current} is retired already`,
    });

    const young = await kidOf('RS256', 'next');
    expect((await keys('retire', young)).output).toContain(`${young}: removed`);
    expect(await kidOf('RS256', 'next')).not.toBe(young);
    expect(await kidOf('RS256', 'current')).toBe(next);
  });

  it('remove takes a compromised key away at once: the next one signs', async () => {
    const [current, next] = [await kidOf('RS256', 'current'), await kidOf('RS256', 'next')];
    expect(await keys('remove', current)).toMatchObject({ code: 2 });
    expect(await kidOf('RS256', 'current')).toBe(current);
    expect((await keys('remove', current, '--reason', 'copied from a backup')).output).toContain(
      `${current}: removed\n${next}: current\n`,
    );
    expect((await listed()).map(({ kid }) => kid)).not.toContain(current);
    expect(await states()).toEqual(begun);
    expect((await keys('history')).output).toMatch(new RegExp(`${current} +removed +copied from a backup`));
    expect(await keys('remove', 'nobody', '--reason', 'x')).toMatchObject({
      code: 1,
      output: 'there is no key nobody',
    });
  });

  it('of ten that advance at once, one acts', async () => {
    await age('90 days');
    const ran = await Promise.all(Array.from({ length: 10 }, () => keys('advance')));
    expect(ran.filter(({ output }) => output !== 'nothing is due\n')).toHaveLength(1);
    expect((await states()).filter((state) => state.endsWith('current'))).toHaveLength(2);
  });

  it.each([
    [['burn']],
    [['rotate', '--alg', 'HS256']],
    [['list', 'x']],
    [['retire']],
    [['history', '--limit', '0']],
  ])('does not understand %j', async (args) => {
    expect((await keys(...args)).code).toBe(2);
    expect(await states()).toEqual(begun);
  });
});
