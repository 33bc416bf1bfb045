import { createECDH } from 'node:crypto';
import { allowedHosts, outgoingConfig } from '@psc/outgoing';
import { commonConfig, integer, parseConfig } from '@psc/runtime';
import { z } from 'zod';
import { checkChannels, messageConfig } from './message-config.ts';

/** The push services of the browsers: Chrome and others, Firefox, Safari, Edge. */
const browserPushServices =
  'https://fcm.googleapis.com,https://updates.push.services.mozilla.com,https://web.push.apple.com,https://*.notify.windows.com';

const vapidKey = (bytes: number) =>
  z.string().refine((text) => /^[\w-]+$/.test(text) && Buffer.from(text, 'base64url').length === bytes, {
    message: `must be ${bytes} bytes in base64url`,
  });

const shape = z.object({
  ...commonConfig,
  ...outgoingConfig,
  ...messageConfig,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: integer(1, 100).default(5),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Opens approvals: the same keys as oidc-provider and auth-broker. */
  APPROVAL_SEAL_KEYS: z.string().min(1),
  AUTH_BROKER_URL: z.url({ protocol: /^https?$/ }),
  OIDC_PROVIDER_URL: z.url({ protocol: /^https?$/ }),
  /** A contact for the push services: `mailto:` or `https:` (RFC 8292). */
  VAPID_SUBJECT: z.url({ protocol: /^(mailto|https)$/ }),
  VAPID_PUBLIC_KEY: vapidKey(65),
  VAPID_PRIVATE_KEY: vapidKey(32),
  /** A device chooses the endpoint it is pushed at: only these are called. */
  PUSH_ALLOWED_ORIGINS: allowedHosts
    .refine((hosts) => hosts.every(({ host }) => host !== undefined), 'must name the push services')
    .prefault(browserPushServices),
  /** Whether an https push service may have a private address; an http one always may. */
  PUSH_PRIVATE_ADDRESSES: z.enum(['allowed', 'refused']).default('refused'),
  WORKER_CONCURRENCY: integer(1, 500).default(50),
  /** Calls to applications in flight in this process. */
  WORKER_CALLS_CONCURRENCY: integer(1, 500).default(50),
  /** E-mails and SMS in flight in this process. */
  WORKER_MESSAGES_CONCURRENCY: integer(1, 500).default(5),
  /**
   * A worker that says nothing for so long is dead, and its notifications are given to another: longer than one delivery,
   * much shorter than the 120 s of an approval.
   */
  WORKER_SILENCE_SECONDS: integer(1, 60).default(15),
  DELIVERIES_KEPT_DAYS: integer(1, 3_650).default(30),
});

const schema = shape
  .superRefine(checkChannels)
  .refine(({ VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY }) => publicKeyOf(VAPID_PRIVATE_KEY) === VAPID_PUBLIC_KEY, {
    path: ['VAPID_PUBLIC_KEY'],
    message: 'is not the public key of VAPID_PRIVATE_KEY',
  });

export type Config = Readonly<z.output<typeof schema>>;

type Env = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Env): Config {
  return parseConfig(schema, env);
}

/** The part that the command `dead-letters` needs. */
export function readRedisUrl(env: Env): string {
  return parseConfig(shape.pick({ REDIS_URL: true }), env).REDIS_URL;
}

/** The part that the command `migrate` needs. */
export function readDatabaseUrl(env: Env): string {
  return parseConfig(shape.pick({ DATABASE_URL: true }), env).DATABASE_URL;
}

function publicKeyOf(privateKey: string): string | undefined {
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(privateKey, 'base64url');
  } catch {
    return undefined;
  }
  return pair.getPublicKey('base64url');
}
