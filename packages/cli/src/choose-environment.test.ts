import { describe, expect, it } from 'vitest';
import { chooseEnvironment } from './choose-environment.ts';

const sandbox = (name: string) => ({
  name,
  environments: { 'oidc-provider': { DATABASE_URL: `postgres://${name}`, SEAL_KEYS: 'k' } },
});
const choose = (
  env: Record<string, string>,
  running: readonly ReturnType<typeof sandbox>[] = [],
  asked?: ReturnType<typeof sandbox> | null,
) => chooseEnvironment('oidc-provider', env, asked, running);

describe('where a command acts', () => {
  it('is what the environment says, whatever sandbox runs', () => {
    for (const name of ['DATABASE_URL', 'DATABASE_URL_FILE', 'REDIS_URL', 'REDIS_URL_FILE']) {
      const env = { [name]: 'x', PATH: '/bin' };
      expect(choose(env, [sandbox('3000')])).toEqual({ env, sandbox: undefined });
    }
  });

  it('is the one sandbox that runs when the environment says nothing', () => {
    expect(choose({ PATH: '/bin' }, [sandbox('3000')])).toEqual({
      env: { PATH: '/bin', DATABASE_URL: 'postgres://3000', SEAL_KEYS: 'k' },
      sandbox: '3000',
    });
  });

  it('is not guessed among several sandboxes, nor without any', () => {
    expect(choose({}, [sandbox('3000'), sandbox('13000')])).toEqual({
      refusal: 'several sandboxes run: choose one with --sandbox <port base> (3000, 13000)',
    });
    expect(choose({})).toHaveProperty('refusal', expect.stringContaining('no sandbox runs here'));
  });

  it('is the sandbox that is named, and nothing of the environment then', () => {
    const env = { DATABASE_URL: 'postgres://production', SEAL_KEYS_FILE: '/run/secrets/seal', PATH: '/bin' };
    expect(choose(env, [], sandbox('13000'))).toEqual({
      env: { PATH: '/bin', DATABASE_URL: 'postgres://13000', SEAL_KEYS: 'k' },
      sandbox: '13000',
    });
    expect(choose(env, [], null)).toEqual({ refusal: 'that sandbox does not run' });
  });
});
