import { expect, it } from 'vitest';
import { seededPeople } from './seeds/register.ts';
import { addressesFrom } from './supervisor/addresses.ts';
import { portsFrom } from './supervisor/ports.ts';
import { welcome } from './welcome.ts';

const cluster = {
  addresses: addressesFrom(portsFrom(13_000)),
  redisUrl: 'redis://:of-redis@127.0.0.1:13379',
  postgresUrl: (database: string) => `postgres://psc:of-postgres@db.example.test:5432/${database}`,
};

it('tells where everything is, and no password', () => {
  const text = welcome(cluster, []);
  expect(text).toMatch(/^ {2}demo application +http:\/\/localhost:14000$/m);
  expect(text).toMatch(/^ {2}issuer +http:\/\/localhost:13000\/auth\/realms\/esante-wallet$/m);
  expect(text).toMatch(/http:\/\/localhost:13002\/fhir\/v2 \(ESANTE-API-KEY: sandbox-key\)$/m);
  expect(text).toMatch(/^ {2}PostgreSQL +db\.example\.test:5432$/m);
  expect(text).not.toMatch(/of-redis|of-postgres/);
});

it('tells as whom to log in, and who cannot, in lines that fit a terminal', () => {
  const text = welcome(cluster, seededPeople);
  expect(text).toMatch(/^ {2}899700000013 +CAMILLE LAMBDA +Médecin +PIN \d{4}$/m);
  expect(text).toMatch(/no phone$/m);
  expect(text).toMatch(/struck off the register$/m);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(132);
});
