import { outgoingConfig } from '@psc/outgoing';
import { commonConfig, integer, parseConfig } from '@psc/runtime';
import { z } from 'zod';
import { checkClientAuthConfig, clientAuthConfig } from './client-auth-config.ts';
import { checkKeyTimes, keySettingNames, keySettings } from './key-settings.ts';

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/;
const httpUrl = z.url({ protocol: /^https?$/ });
const origin = httpUrl.regex(/^https?:\/\/[^/?#]+$/, 'must be an origin: no path, no final /');

const shape = z.object({
  ...commonConfig,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: integer(1, 100).default(5),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Where applications know us: every address that we give is below it. */
  ISSUER: httpUrl
    .refine((url) => !/[?#]|\/$/.test(url), 'must have no query, no fragment and no final /')
    .refine(
      (url) => url.startsWith('https://') || LOOPBACK.test(url),
      'must be https, unless it is this machine',
    ),
  /** auth-broker's public origin, where the login pages are. */
  WALLET_URL: origin,
  RPPS_DIRECTORY_URL: httpUrl,
  /** auth-broker as this service reaches it: it challenges the professional whom a CIBA request names. */
  AUTH_BROKER_URL: httpUrl,
  /** Opens approvals: the same keys as auth-broker and notification-worker. */
  APPROVAL_SEAL_KEYS: z.string().min(1),
  /**
   * Seals what is ours in Redis and PostgreSQL: sessions, codes, tokens, secrets of applications, signing keys. Keys that
   * sign the refresh tokens are derived from it.
   */
  SEAL_KEYS: z.string().min(1),
  /** Sign the cookies, the current one first, separated by commas: 32 characters or more each. */
  COOKIE_KEYS: z
    .string()
    .transform((list) => list.split(',').map((key) => key.trim()))
    .pipe(z.array(z.string().min(32, 'each key must have 32 characters or more')).min(1).max(10)),
  /** The uuid in `sub`. PSC's sandbox has this one; an application that moves from elsewhere keeps its users with its own. */
  SUBJECT_STORE_UUID: z.uuid().default('550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd'),
  ACCESS_TOKEN_SECONDS: integer(30, 3_600).default(120),
  ID_TOKEN_SECONDS: integer(30, 3_600).default(120),
  AUTHORIZATION_CODE_SECONDS: integer(10, 600).default(60),
  REFRESH_TOKEN_SECONDS: integer(60, 86_400).default(1_800),
  SESSION_IDLE_SECONDS: integer(60, 86_400).default(1_800),
  SESSION_MAX_SECONDS: integer(60, 86_400).default(14_400),
  /** How long a login page waits for an identifier. */
  LOGIN_PAGE_SECONDS: integer(60, 3_600).default(600),
  /** How often an application may ask whether its CIBA request was answered. */
  CIBA_INTERVAL_SECONDS: integer(1, 30).default(1),
  /** How long a struck-off professional may still be believed active, at most. */
  PROFESSIONAL_FRESH_SECONDS: integer(0, 300).default(15),
  /** How long a changed application may still be served as it was, when the notification of it was lost. */
  REGISTRY_REFRESH_SECONDS: integer(1, 300).default(1),
  /** Calls of dynamic registration by one network: whoever tries tokens, or floods us with requests to approve. */
  REGISTRATIONS_PER_ADDRESS_PER_MINUTE: integer(1, 1_000_000).default(60),
  /** Whether applications whose environment is `test` work here. In production they do not exist. */
  TEST_APPLICATIONS: z.enum(['accept', 'refuse']).default('refuse'),
  ...clientAuthConfig,
  ...outgoingConfig,
  ...keySettings,
});
const schema = shape.superRefine(checkClientAuthConfig).superRefine(checkKeyTimes);

export type Config = Readonly<z.output<typeof schema>>;

type Env = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Env): Config {
  return parseConfig(schema, env);
}

/** The part that the command `clients` needs. */
export function readClientsConfig(
  env: Env,
): Pick<Config, 'DATABASE_URL' | 'SEAL_KEYS' | 'TEST_APPLICATIONS'> {
  return parseConfig(shape.pick({ DATABASE_URL: true, SEAL_KEYS: true, TEST_APPLICATIONS: true }), env);
}

/** The part that the command `migrate` needs. */
export function readRegistryConfig(env: Env): Pick<Config, 'DATABASE_URL' | 'SEAL_KEYS'> {
  return parseConfig(shape.pick({ DATABASE_URL: true, SEAL_KEYS: true }), env);
}

const keyShape = shape.pick({
  DATABASE_URL: true,
  SEAL_KEYS: true,
  REGISTRY_REFRESH_SECONDS: true,
  SESSION_MAX_SECONDS: true,
  ID_TOKEN_SECONDS: true,
  ...keySettingNames,
});

/** The part that the command `keys` needs. */
export function readKeysConfig(env: Env): Readonly<z.output<typeof keyShape>> {
  return parseConfig(keyShape.superRefine(checkKeyTimes), env);
}
