import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { readConfig, readDatabaseUrl, readRedisUrl } from './config.ts';

const { d, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const vapid = webPush.generateVAPIDKeys();
const sample = {
  PORT: '3003',
  SERVICE_KEY: JSON.stringify({ kty: 'EC', crv: 'P-256', kid: 'k1', x, y, d }),
  SERVICE_TRUST: JSON.stringify({ 'auth-broker': [{ kty: 'EC', crv: 'P-256', kid: 'k1', x, y }] }),
  DATABASE_URL: 'postgres://user:secret@localhost:5432/notification_worker',
  REDIS_URL: 'redis://localhost:6379',
  APPROVAL_SEAL_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  OIDC_PROVIDER_URL: 'http://oidc-provider:3000',
  AUTH_BROKER_URL: 'http://localhost:3001',
  VAPID_SUBJECT: 'mailto:ops@example.test',
  VAPID_PUBLIC_KEY: vapid.publicKey,
  VAPID_PRIVATE_KEY: vapid.privateKey,
};

describe('the configuration', () => {
  it('is read from the environment, with the push services of the browsers', () => {
    const config = readConfig(sample);
    expect(config.PORT).toBe(3003);
    expect(config.PUSH_ALLOWED_ORIGINS.map(({ host }) => host)).toContain(
      'updates.push.services.mozilla.com',
    );
    expect(config.PUSH_PRIVATE_ADDRESSES).toBe('refused');
    expect(config.WORKER_CONCURRENCY).toBe(50);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes another list of push services', () => {
    const config = readConfig({
      ...sample,
      PUSH_ALLOWED_ORIGINS: 'http://localhost:3005, https://*.push.example',
    });
    expect(config.PUSH_ALLOWED_ORIGINS).toEqual([
      { scheme: 'http', host: 'localhost', anyBelow: false, port: '3005' },
      { scheme: 'https', host: 'push.example', anyBelow: true, port: '' },
    ]);
  });

  it('names every problem at once and quotes no secret', () => {
    const { VAPID_PRIVATE_KEY: _, ...rest } = sample;
    const read = () =>
      readConfig({
        ...rest,
        VAPID_PUBLIC_KEY: 'not-a-key',
        PUSH_ALLOWED_ORIGINS: '*',
        DATABASE_URL: 'mysql://x',
      });
    for (const name of ['VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY', 'PUSH_ALLOWED_ORIGINS', 'DATABASE_URL'])
      expect(read).toThrow(name);
    expect(read).not.toThrow('not-a-key');
  });

  it('refuses a VAPID pair that is none, which no phone would hear of', () => {
    const other = webPush.generateVAPIDKeys().publicKey;
    expect(() => readConfig({ ...sample, VAPID_PUBLIC_KEY: other })).toThrow(
      'VAPID_PUBLIC_KEY: is not the public key of VAPID_PRIVATE_KEY',
    );
  });

  it('has e-mail and SMS when they are configured, each whole', () => {
    expect(readConfig(sample)).toMatchObject({ SMTP_TLS: 'required' });
    const smtp = {
      SMTP_URL: 'smtps://psc:secret@mail.example',
      MAIL_FROM: 'PSC <ne-pas-repondre@psc.example>',
    };
    const sms = { SMS_GATEWAY_URL: 'https://sms.example/v1', SMS_GATEWAY_TOKEN: 'a-long-enough-token' };
    expect(readConfig({ ...sample, ...smtp, ...sms }).MAIL_FROM).toEqual({
      name: 'PSC',
      address: 'ne-pas-repondre@psc.example',
    });
    expect(readConfig({ ...sample, ...smtp, MAIL_FROM: 'a@psc.example' }).MAIL_FROM).toEqual({
      name: '',
      address: 'a@psc.example',
    });
    for (const [wrong, name] of [
      [{ SMTP_URL: smtp.SMTP_URL }, 'MAIL_FROM'],
      [{ SMS_GATEWAY_URL: sms.SMS_GATEWAY_URL }, 'SMS_GATEWAY_TOKEN'],
      [{ ...sms, SMS_GATEWAY_URL: 'http://sms.example/v1' }, 'SMS_GATEWAY_URL'],
      [{ ...smtp, MAIL_FROM: 'a@psc.example, b@psc.example' }, 'MAIL_FROM'],
      [{ ...smtp, SMTP_URL: 'mail.example:25' }, 'SMTP_URL'],
    ] as const) {
      expect(() => readConfig({ ...sample, ...wrong })).toThrow(name);
      expect(() => readConfig({ ...sample, ...wrong })).not.toThrow('secret');
    }
  });

  it('asks the commands for no more than they need', () => {
    expect(readRedisUrl({ REDIS_URL: sample.REDIS_URL })).toBe(sample.REDIS_URL);
    expect(readDatabaseUrl({ DATABASE_URL: sample.DATABASE_URL })).toBe(sample.DATABASE_URL);
  });
});
