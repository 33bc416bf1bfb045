import { randomBytes } from 'node:crypto';
import { ConfigError } from '@psc/runtime';
import { describe, expect, it } from 'vitest';
import { readConfig, readDatabaseUrl, readImportConfig } from './config.ts';
import { createServiceKeys } from './testing/identities.ts';

const { keyOf, trust } = await createServiceKeys(['rpps-directory', 'auth-broker', 'oidc-provider']);

const sample = {
  HOST: '0.0.0.0',
  PORT: '3002',
  LOG_LEVEL: 'warn',
  TRUSTED_PROXIES: '10.0.0.0/8',
  SERVICE_KEY: JSON.stringify(keyOf('rpps-directory')),
  SERVICE_TRUST: JSON.stringify(trust),
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
  OTEL_TRACES_SAMPLER_ARG: '0.1',
  DATABASE_URL: 'postgres://rpps:secret@db/rpps_directory',
  DATABASE_POOL_SIZE: '20',
  REDIS_URL: 'rediss://:secret@redis/0',
  FHIR_URL: 'https://annuaire.example/fhir/v2',
  FHIR_CALLS_PER_SECOND: '20',
  FHIR_POOL_SIZE: '3',
  CONTACT_SEAL_KEYS: `k2:${randomBytes(32).toString('base64')},k1:${randomBytes(32).toString('base64')}`,
};

describe('the configuration', () => {
  it('is read whole from the environment, and frozen', () => {
    const config = readConfig(sample);
    expect(config).toMatchObject({ PORT: 3002, DATABASE_POOL_SIZE: 20, DATABASE_URL: sample.DATABASE_URL });
    expect(config).toMatchObject({ FHIR_URL: sample.FHIR_URL, FHIR_CALLS_PER_SECOND: 20, FHIR_POOL_SIZE: 3 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('has defaults for all but secrets and addresses', () => {
    const { PORT, SERVICE_KEY, SERVICE_TRUST, DATABASE_URL, REDIS_URL, CONTACT_SEAL_KEYS } = sample;
    const config = readConfig({
      PORT,
      SERVICE_KEY,
      SERVICE_TRUST,
      DATABASE_URL,
      REDIS_URL,
      CONTACT_SEAL_KEYS,
    });
    expect(config).toMatchObject({ HOST: '127.0.0.1', LOG_LEVEL: 'info', DATABASE_POOL_SIZE: 10 });
    // No FHIR face, unless it has an address.
    expect(config).toMatchObject({ FHIR_CALLS_PER_SECOND: 17 });
    expect(config.FHIR_URL).toBeUndefined();
  });

  it('names every problem at once, and quotes no value', () => {
    const wrong = {
      ...sample,
      PORT: 'eighty',
      SERVICE_KEY: '{"d":"hidden"}',
      SERVICE_TRUST: undefined,
      DATABASE_URL: 'mysql://hidden',
      DATABASE_POOL_SIZE: '0',
      REDIS_URL: 'http://hidden',
      FHIR_URL: 'https://hidden.example/fhir',
      CONTACT_SEAL_KEYS: 'k1:hidden',
    };
    const refused = (() => {
      try {
        readConfig(wrong);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(ConfigError);
    const message = String(refused);
    for (const name of [
      'PORT',
      'SERVICE_KEY',
      'SERVICE_TRUST',
      'DATABASE_URL',
      'DATABASE_POOL_SIZE',
      'REDIS_URL',
      'FHIR_URL',
    ])
      expect(message).toContain(`- ${name}`);
    expect(message).toContain('- CONTACT_SEAL_KEYS: a sealing key must be');
    expect(message).not.toContain('hidden');
  });

  it('asks of the commands only what they need', () => {
    const { DATABASE_URL, CONTACT_SEAL_KEYS } = sample;
    expect(readImportConfig({ DATABASE_URL, CONTACT_SEAL_KEYS })).toEqual({
      DATABASE_URL,
      CONTACT_SEAL_KEYS,
    });
    expect(readDatabaseUrl({ DATABASE_URL })).toBe(DATABASE_URL);
    expect(() => readImportConfig({ DATABASE_URL })).toThrow('CONTACT_SEAL_KEYS');
  });
});
