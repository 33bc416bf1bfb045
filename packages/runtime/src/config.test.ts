import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ConfigError, commonConfig, integer, json, parseConfig } from './config.ts';

const schema = z.object({
  PORT: integer(1, 65_535),
  SECRET: z.string().min(8),
  OPEN: z.stringbool().default(false),
});

describe('a configuration', () => {
  it('is read from the environment and frozen', () => {
    const config = parseConfig(schema, { PORT: '3000', SECRET: 'long enough', OPEN: 'true', OTHER: 'x' });
    expect(config).toEqual({ PORT: 3000, SECRET: 'long enough', OPEN: true });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('tells every problem at once and quotes no value', () => {
    const problems = problemsOf({ PORT: 'eighty', SECRET: 'hunter2' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).toContain('PORT: must be a whole number');
    expect(problems.join()).not.toMatch(/hunter2|eighty/);
    expect(problemsOf({})).toEqual(['PORT: is missing', 'SECRET: is missing']);
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'secret');
    writeFileSync(file, 'from a mounted file\n');
    expect(parseConfig(schema, { PORT: '1', SECRET_FILE: file }).SECRET).toBe('from a mounted file');
    expect(problemsOf({ PORT: '1', SECRET_FILE: `${file}.missing` })).toEqual([
      'SECRET_FILE: the file cannot be read',
    ]);
    expect(problemsOf({ PORT: '1', SECRET: 'long enough', SECRET_FILE: file })).toEqual([
      'SECRET: give either SECRET or SECRET_FILE',
    ]);
  });

  it('takes an empty variable for a missing one, so that no secret is empty', () => {
    expect(problemsOf({ PORT: '1', SECRET: '' })).toEqual(['SECRET: is missing']);
  });

  it.each(['0', '65536', '-1', '1e3', '3000.5', '99999999999999999999'])('refuses the port %s', (PORT) => {
    expect(problemsOf({ PORT, SECRET: 'long enough' })).toHaveLength(1);
  });

  it('refuses to guess a service key', async () => {
    const common = z.object(commonConfig);
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: 'k1' };
    const { d: _, ...publicKey } = key;
    const env = {
      PORT: '1',
      SERVICE_KEY: JSON.stringify(key),
      SERVICE_TRUST: JSON.stringify({ other: [publicKey] }),
    };
    expect(parseConfig(common, env).SERVICE_KEY.kid).toBe('k1');
    expect(() => parseConfig(common, { ...env, SERVICE_KEY: undefined })).toThrowError(
      'SERVICE_KEY: is missing',
    );
    expect(() => parseConfig(common, { ...env, SERVICE_KEY: '{' })).toThrowError('SERVICE_KEY: must be JSON');
    expect(() => parseConfig(common, { ...env, SERVICE_KEY: JSON.stringify(publicKey) })).toThrowError(
      /SERVICE_KEY.d/,
    );
  });

  it('reads JSON of a shape only', () => {
    const nested = z.object({ LIST: json(z.array(z.number())) });
    expect(parseConfig(nested, { LIST: '[1]' }).LIST).toEqual([1]);
    expect(() => parseConfig(nested, { LIST: '["a"]' })).toThrowError(ConfigError);
  });
});

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}
