import { createSeal } from '@psc/datastores';
import { commonConfig, integer, parseConfig } from '@psc/runtime';
import { z } from 'zod';

const sealKeys = z.string().superRefine((keys, context) => {
  try {
    createSeal(keys);
  } catch (error) {
    // The message never quotes the keys.
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
  }
});

const shape = z.object({
  ...commonConfig,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: integer(1, 100).default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Seals the phone numbers and addresses at rest, `id:base64 of 32 bytes`, the current key first. */
  CONTACT_SEAL_KEYS: sealKeys,
});

export type Config = Readonly<z.output<typeof shape>>;

type Env = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Env): Config {
  return parseConfig(shape, env);
}

/** The part that the command `import` needs: it may run with fewer secrets than the service. */
export function readImportConfig(env: Env): Pick<Config, 'DATABASE_URL' | 'CONTACT_SEAL_KEYS'> {
  return parseConfig(shape.pick({ DATABASE_URL: true, CONTACT_SEAL_KEYS: true }), env);
}

/** The part that the command `migrate` needs. */
export function readDatabaseUrl(env: Env): string {
  return parseConfig(shape.pick({ DATABASE_URL: true }), env).DATABASE_URL;
}
