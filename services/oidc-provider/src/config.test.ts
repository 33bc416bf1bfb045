import { ConfigError } from '@psc/runtime';
import { createAuthority } from '@psc/test-pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { serviceKeys } from '#src/testing/keys.ts';
import { readConfig, readRegistryConfig } from './config.ts';

const authority = createAuthority({ subject: [{ CN: 'one' }] });
const otherAuthority = createAuthority({ subject: [{ CN: 'other' }] });
let sample: Record<string, string>;
beforeAll(async () => {
  const { privateKey, publicKey } = await serviceKeys();
  sample = {
    PORT: '3000',
    SERVICE_KEY: JSON.stringify(privateKey),
    SERVICE_TRUST: JSON.stringify({ 'auth-broker': [publicKey] }),
    DATABASE_URL: 'postgres://oidc@localhost/oidc_provider',
    REDIS_URL: 'redis://localhost',
    ISSUER: 'https://auth.example/auth/realms/esante-wallet',
    WALLET_URL: 'https://wallet.example',
    RPPS_DIRECTORY_URL: 'http://rpps-directory:3002',
    AUTH_BROKER_URL: 'http://auth-broker:3001',
    APPROVAL_SEAL_KEYS: 'k1:x',
    SEAL_KEYS: 'k1:y',
    COOKIE_KEYS: `${'a'.repeat(32)}, ${'b'.repeat(32)}`,
  };
});

/** The variables that are refused when these are changed. */
function problems(change: Record<string, string | undefined>): string[] {
  try {
    readConfig({ ...sample, ...change });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.replace(/[.:].*/, ''));
    throw error;
  }
}

describe('the configuration', () => {
  it("has Pro Santé Connect's lifetimes unless said otherwise", () => {
    expect(readConfig(sample)).toMatchObject({
      COOKIE_KEYS: ['a'.repeat(32), 'b'.repeat(32)],
      SUBJECT_STORE_UUID: '550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd',
      ACCESS_TOKEN_SECONDS: 120,
      ID_TOKEN_SECONDS: 120,
      AUTHORIZATION_CODE_SECONDS: 60,
      REFRESH_TOKEN_SECONDS: 1800,
      SESSION_IDLE_SECONDS: 1800,
      SESSION_MAX_SECONDS: 14_400,
    });
  });

  it('names everything that is missing, secrets included', () => {
    const missing = [
      'PORT',
      'SERVICE_KEY',
      'SERVICE_TRUST',
      'DATABASE_URL',
      'REDIS_URL',
      'ISSUER',
      'WALLET_URL',
      'RPPS_DIRECTORY_URL',
      'AUTH_BROKER_URL',
      'APPROVAL_SEAL_KEYS',
      'SEAL_KEYS',
      'COOKIE_KEYS',
    ];
    expect(problems(Object.fromEntries(missing.map((name) => [name, undefined]))).sort()).toEqual(
      missing.sort(),
    );
  });

  it.each([
    ['ISSUER', 'http://auth.example/auth/realms/esante-wallet'],
    ['ISSUER', 'https://auth.example/auth/realms/esante-wallet/'],
    ['ISSUER', 'https://auth.example/x?y'],
    ['ISSUER', 'not a url'],
    ['WALLET_URL', 'https://wallet.example/login'],
    ['WALLET_URL', 'https://wallet.example/'],
    ['COOKIE_KEYS', 'short'],
    ['COOKIE_KEYS', `${'a'.repeat(32)},`],
    ['SUBJECT_STORE_UUID', 'x'],
    ['SESSION_MAX_SECONDS', '0'],
    ['DATABASE_URL', 'mysql://x'],
  ])('refuses %s=%s', (name, value) => {
    expect(problems({ [name]: value })).toEqual([name]);
  });

  it('refuses key times that would have an application meet a signature it cannot verify', () => {
    const published = 'SIGNING_KEY_PUBLISHED_SECONDS';
    const { DOCUMENTS_MAX_AGE_SECONDS: maxAge, REGISTRY_REFRESH_SECONDS: refresh } = readConfig(sample);
    expect(problems({ [published]: String(maxAge + refresh + 29) })).toEqual([published]);
    expect(problems({ [published]: String(maxAge + refresh + 30) })).toEqual([]);
    expect(problems({ DOCUMENTS_MAX_AGE_SECONDS: '86400' })).toEqual([published]);
    expect(problems({ SIGNING_KEY_RETIRED_SECONDS: '14400' })).toEqual(['SIGNING_KEY_RETIRED_SECONDS']);
  });

  it('has limits that a busy application does not meet', () => {
    expect(readConfig(sample)).toMatchObject({
      CLIENT_FAILURES: 10,
      CLIENT_FAILURES_PER_ADDRESS: 100,
      CLIENT_LOCKOUT_SECONDS: 300,
      CLIENT_CALLS_PER_MINUTE: 60_000,
      CLIENT_CALLS_PER_ADDRESS_PER_MINUTE: 60_000,
      LOGINS_PER_ADDRESS_PER_MINUTE: 1_200,
    });
  });

  it('takes certificates of clients from a proxy, or from a listener of its own', () => {
    const fromProxy = { TRUSTED_PROXIES: '10.0.0.0/8', CLIENT_CERTIFICATE_HEADER: 'Client-Cert' };
    expect(problems(fromProxy)).toEqual([]);
    const { certificate, key } = authority.issue({ subject: [{ CN: 'localhost' }], usages: ['serverAuth'] });
    const listener = {
      MTLS_PORT: '3444',
      MTLS_URL: 'https://mtls.auth.example',
      MTLS_CERTIFICATE: certificate + authority.certificate,
      MTLS_KEY: key,
      CLIENT_CERTIFICATE_CA: `${authority.certificate}\n${otherAuthority.certificate}`,
    };
    const { MTLS_CERTIFICATE, CLIENT_CERTIFICATE_CA } = readConfig({ ...sample, ...listener });
    expect(MTLS_CERTIFICATE?.map(({ subject }) => subject)).toEqual(['CN=localhost', 'CN=one']);
    expect(CLIENT_CERTIFICATE_CA?.map(({ subject }) => subject)).toEqual(['CN=one', 'CN=other']);

    expect(problems({ ...listener, MTLS_KEY: otherAuthority.key })).toEqual(['MTLS_KEY']);
    expect(problems({ ...listener, MTLS_KEY: undefined })).toEqual(['MTLS_KEY']);
    expect(problems({ MTLS_PORT: '3444' }).sort()).toEqual(['MTLS_CERTIFICATE', 'MTLS_KEY']);
    expect(problems({ CLIENT_CERTIFICATE_HEADER: 'Client-Cert' })).toEqual(['CLIENT_CERTIFICATE_HEADER']);
  });

  it.each([
    ['CLIENT_CERTIFICATE_CA', 'certificates.pem'],
    ['CLIENT_CERTIFICATE_CA', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['CLIENT_CERTIFICATE_HEADER', 'Client Cert'],
    ['MTLS_URL', 'http://mtls.auth.example'],
    ['MTLS_URL', 'https://mtls.auth.example/'],
    ['MTLS_KEY', 'x'],
    ['CLIENT_FAILURES', '0'],
  ])('refuses %s=%s', (name, value) => {
    expect(problems({ TRUSTED_PROXIES: '10.0.0.1', [name]: value })).toEqual([name]);
  });

  it('lets the issuer be http on this machine', () => {
    expect(problems({ ISSUER: 'http://localhost:3000/auth/realms/esante-wallet' })).toEqual([]);
  });

  it('asks of its commands no more than they need', () => {
    const { DATABASE_URL, SEAL_KEYS } = sample;
    expect(readRegistryConfig({ DATABASE_URL, SEAL_KEYS })).toEqual({ DATABASE_URL, SEAL_KEYS });
  });
});
