import { createECDH, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { generatePrivateKey } from '#src/seeds/credentials.ts';

/** The four services, and the desk that hands out activation tickets: whoever calls another has a key. */
export const identities = [
  'oidc-provider',
  'auth-broker',
  'notification-worker',
  'rpps-directory',
  'enrolment-desk',
] as const;
export type Identity = (typeof identities)[number];

const jwkSchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string(),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
type PrivateJwk = z.infer<typeof jwkSchema>;
type PublicJwk = Omit<PrivateJwk, 'd'>;

const secretsSchema = z.object({
  postgresPassword: z.string(),
  redisPassword: z.string(),
  /** Approvals, shared by whoever reads them. */
  approvalSealKeys: z.string(),
  /** oidc-provider's own sessions, grants, codes, and signing keys. */
  providerSealKeys: z.string(),
  /** Contact data of rpps-directory, at rest. */
  contactSealKeys: z.string(),
  /** Push subscriptions and owed messages of auth-broker. */
  deviceSealKeys: z.string(),
  providerCookieKeys: z.string(),
  pinKeys: z.string(),
  vapid: z.object({ publicKey: z.string(), privateKey: z.string() }),
  serviceKeys: z.record(z.enum(identities), jwkSchema),
  /** What the SMTP server and the SMS gateway of the sandbox ask for. */
  smtpPassword: z.string(),
  smsToken: z.string(),
  /** Of the application `sandbox-jwt`, which signs with it. */
  jwtApplicationKey: jwkSchema,
});
export type Secrets = z.infer<typeof secretsSchema>;

/**
 * The secrets of one sandbox, made on its first start and kept in a file that only its owner may read. One that a newer
 * version needs besides is added to those of the file.
 */
export function keepSecrets(file: string): Secrets {
  const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const secrets = secretsSchema.parse({ ...generateSecrets(), ...z.looseObject({}).parse(kept) });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  // The mode above only counts for a new file.
  chmodSync(file, 0o600);
  return secrets;
}

/** Everybody's public keys: `SERVICE_TRUST`. */
export function trustOf(secrets: Secrets): Record<string, PublicJwk[]> {
  const trust = identities.map((identity): [Identity, PublicJwk[]] => {
    const { d: _private, ...publicJwk } = secrets.serviceKeys[identity];
    return [identity, [publicJwk]];
  });
  return Object.fromEntries(trust);
}

function generateSecrets(): Secrets {
  const serviceKeys = Object.fromEntries(
    identities.map((identity) => [identity, generatePrivateKey(identity)]),
  );
  return {
    postgresPassword: randomBytes(24).toString('hex'),
    redisPassword: randomBytes(24).toString('hex'),
    approvalSealKeys: generateSealKey(),
    providerSealKeys: generateSealKey(),
    contactSealKeys: generateSealKey(),
    deviceSealKeys: generateSealKey(),
    providerCookieKeys: randomBytes(32).toString('base64url'),
    pinKeys: generateSealKey(),
    vapid: generateVapidKeys(),
    // Every identity is a key of the object: the map above goes through all of them.
    serviceKeys: serviceKeys as Secrets['serviceKeys'],
    smtpPassword: randomBytes(24).toString('hex'),
    smsToken: randomBytes(24).toString('hex'),
    jwtApplicationKey: generatePrivateKey('sandbox-jwt'),
  };
}

/** `id:base64 of 32 bytes`, the form that `createSeal` reads. */
function generateSealKey(): string {
  return `sandbox:${randomBytes(32).toString('base64')}`;
}

/** A key pair of RFC 8292: an uncompressed point and a scalar, in base64url. */
function generateVapidKeys(): Secrets['vapid'] {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys('base64url');
  // A scalar that begins with zeros is given short; RFC 8292 wants its 32 bytes.
  const scalar = pair.getPrivateKey('hex').padStart(64, '0');
  return { publicKey, privateKey: Buffer.from(scalar, 'hex').toString('base64url') };
}
