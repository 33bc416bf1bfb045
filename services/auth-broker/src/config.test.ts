import { ConfigError } from '@psc/runtime';
import { describe, expect, it } from 'vitest';
import { readConfig, readDatabaseUrl } from './config.ts';

const jwk = { kty: 'EC', crv: 'P-256', kid: 'k1', x: 'x', y: 'y' };
const key = `k1:${'A'.repeat(43)}=`;
const env = {
  PORT: '3001',
  SERVICE_KEY: JSON.stringify({ ...jwk, d: 'd' }),
  SERVICE_TRUST: JSON.stringify({ 'oidc-provider': [jwk] }),
  DATABASE_URL: 'postgres://auth_broker@localhost/auth_broker',
  REDIS_URL: 'redis://localhost:6379',
  WALLET_URL: 'https://wallet.example',
  OIDC_AUTHORIZATION_URL: 'https://auth.example/auth',
  PORTAL_URL: 'https://auth.example/account',
  RPPS_DIRECTORY_URL: 'http://localhost:3002',
  APPROVAL_SEAL_KEYS: key,
  DEVICE_SEAL_KEYS: key,
  PIN_KEYS: key,
};

describe('the configuration', () => {
  it('needs its addresses and secrets, and has PSC’s own settings by default', () => {
    expect(readConfig(env)).toMatchObject({
      PIN_LENGTH: 4,
      PIN_TRIES: 3,
      CHALLENGE_SECONDS: 120,
      NOTIFICATIONS_UNANSWERED: 10,
      NOTIFICATIONS_WINDOW_HOURS: 24,
    });
  });

  it('names every problem at once, and quotes no secret', () => {
    const { PIN_KEYS: _, ...without } = env;
    const wrong = { ...without, WALLET_URL: 'ftp://wallet', PIN_LENGTH: '3', DEVICE_SEAL_KEYS: 'secret' };
    try {
      readConfig(wrong);
      expect.fail();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const name of ['PIN_KEYS', 'WALLET_URL', 'PIN_LENGTH', 'DEVICE_SEAL_KEYS'])
        expect(error.message).toContain(name);
      expect(error.message).not.toContain('secret');
    }
  });

  it('of migrations is the database only', () => {
    expect(readDatabaseUrl({ DATABASE_URL: env.DATABASE_URL })).toBe(env.DATABASE_URL);
  });
});
