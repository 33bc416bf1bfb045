import { commonConfig, integer, parseConfig } from '@psc/runtime';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ });

/** Keys that rotate: the first one is the current one. */
const keyRing = z
  .string()
  .regex(
    /^[\w-]{1,16}:[\w+/-]{43}=?(\s*,\s*[\w-]{1,16}:[\w+/-]{43}=?)*$/,
    'must be "id:base64 of 32 bytes", several separated by commas',
  );

const shape = z.object({
  ...commonConfig,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: integer(1, 100).default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Public address of the wallet host: cookies, origins and device signatures are bound to it. */
  WALLET_URL: httpUrl,
  /** oidc-provider's public authorization endpoint, where `/auth` sends browsers. */
  OIDC_AUTHORIZATION_URL: httpUrl,
  /** oidc-provider's page where a person sees and closes their sessions: PSC's portal, in what it has of it. */
  PORTAL_URL: httpUrl,
  /** Where a person reports what was not them, in the messages we send; a page of the wallet unless said otherwise. */
  REPORT_URL: httpUrl.optional(),
  RPPS_DIRECTORY_URL: httpUrl,
  /** Opens approvals: the same keys as oidc-provider and notification-worker. */
  APPROVAL_SEAL_KEYS: keyRing,
  /** Seals push subscriptions and the messages we owe, and hides whose counters are in Redis. */
  DEVICE_SEAL_KEYS: keyRing,
  /** Keys of the PIN verifiers. Lost, every phone must be activated again. */
  PIN_KEYS: keyRing,
  PIN_LENGTH: integer(4, 12).default(4),
  /** Wrong PINs that lock a device. */
  PIN_TRIES: integer(1, 10).default(3),
  ACTIVATION_TICKET_SECONDS: integer(30, 30 * 86_400).default(900),
  /** How long a professional has to answer: the same as at PSC by default. */
  CHALLENGE_SECONDS: integer(5, 600).default(120),
  /** Notifications that a professional may leave unanswered… */
  NOTIFICATIONS_UNANSWERED: integer(1, 1_000).default(10),
  /** …in this time, before the next ones stay silent. */
  NOTIFICATIONS_WINDOW_HOURS: integer(1, 24 * 30).default(24),
  DEVICE_CALLS_PER_MINUTE: integer(1, 100_000).default(60),
  /** A hospital's phones may share one address. */
  DEVICE_CALLS_PER_ADDRESS_PER_MINUTE: integer(1, 1_000_000).default(1_200),
  /** Pages that wait for an answer at the same time, in one process. */
  WAITING_PAGES: integer(1, 100_000).default(5_000),
});

export type Config = Readonly<z.output<typeof shape>>;

type Env = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Env): Config {
  return parseConfig(shape, env);
}

/** The part that the command `migrate` needs. */
export function readDatabaseUrl(env: Env): string {
  return parseConfig(shape.pick({ DATABASE_URL: true }), env).DATABASE_URL;
}
